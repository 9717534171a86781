// What the second under the pointer looks like: a small player of its own, made when the pointer first comes to the bar.
import { Feed } from "./feed";
import { Frame } from "./frame";

/** A pointer that only passes by asks for nothing. */
const REST_MS = 120;

export class Preview {
  private frame: Frame | undefined;
  private ready = false;
  private readonly feed: Feed;
  private wanted: { key: string; at: number } | undefined;
  private timer = 0;

  constructor(
    private readonly stage: HTMLElement,
    base: string,
  ) {
    this.feed = new Feed(base);
  }

  show(key: string, at: number): void {
    this.wanted = { key, at };
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.draw(), REST_MS);
  }

  hide(): void {
    clearTimeout(this.timer);
    this.wanted = undefined;
  }

  private async draw(): Promise<void> {
    if (!this.frame) {
      this.frame = new Frame(this.stage, "Preview");
      this.frame.on((message) => {
        if (message.is === "ready") {
          this.ready = true;
          void this.draw();
        }
        // What cannot be shown is left out: the player itself says why.
        this.stage.hidden = message.is === "refused";
      });
    }
    if (!this.ready || !this.wanted) return;
    const { key, at } = this.wanted;
    if (this.feed.holds(key, at)) {
      this.frame.send({ do: "seek", at, play: false });
      return;
    }
    const stretch = await this.feed.seek(key, at).catch(() => undefined);
    if (stretch) this.frame.send({ do: "load", bytes: stretch.bytes, at, play: false });
  }
}
