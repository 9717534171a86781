// What canvas elements showed, where that was recorded: pictures that come as changes of their own. rrweb's way to replay a
// canvas would let scripts run in the frame.
import { type Replayer, ReplayerEvents } from "rrweb";

// biome-ignore lint/suspicious/noExplicitAny: rrweb's events are read as the JSON that they are
type Event = any;

const CANVAS_PICTURE = 9;

export class Canvases {
  /** The last picture of each, by its element. */
  private readonly last = new Map<number, string>();

  /** Takes part in what rrweb plays. */
  readonly plugin = {
    handler: (event: Event, isSync: boolean, { replayer }: { replayer: Replayer }) => {
      if (event.type === 2) this.last.clear();
      if (event.type !== 3 || event.data.source !== CANVAS_PICTURE) return;
      this.last.set(event.data.id, event.data.rr_dataURL);
      // Rushing to a moment, rrweb builds the page aside and puts it in place at the end.
      if (!isSync) void this.draw(event.data.id, replayer);
    },
  };

  follow(replayer: Replayer): void {
    replayer.on(ReplayerEvents.Flush, () => {
      for (const id of this.last.keys()) void this.draw(id, replayer);
    });
  }

  private async draw(id: number, replayer: Replayer): Promise<void> {
    const url = this.last.get(id);
    const node = replayer.getMirror().getNode(id);
    // The frame within has constructors of its own.
    if (!url || node?.nodeName !== "CANVAS") return;
    const canvas = node as HTMLCanvasElement;
    const image = new Image();
    image.src = url;
    // A picture that cannot be read shows nothing.
    if (!(await image.decode().then(() => true, () => false)) || this.last.get(id) !== url) return;
    const context = canvas.getContext("2d");
    context?.clearRect(0, 0, canvas.width, canvas.height);
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
  }
}
