// The frame that plays. Its address is data: so that its origin is nobody's: whatever a recording
// does there, it reaches neither this page nor the network. Inside of it rrweb makes a frame without
// scripts, which it can reach because they share that origin of nobody's.
import type { FromFrame, ToFrame } from "../protocol";

export class Frame {
  private readonly port: MessagePort;
  private listener: ((message: FromFrame) => void) | undefined;
  private drawn: ((url: string) => void) | undefined;
  private size = { width: 1_280, height: 800 };

  constructor(
    private readonly stage: HTMLElement,
    title = "Recording",
  ) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
    frame.setAttribute("allow", "");
    frame.referrerPolicy = "no-referrer";
    frame.tabIndex = -1;
    frame.src = `data:text/html;charset=utf-8,${encodeURIComponent(inside())}`;
    frame.addEventListener("load", () => frame.contentWindow?.postMessage("rapport-player", "*", [port2]), { once: true });
    stage.append(frame);
    port1.onmessage = ({ data }: MessageEvent<FromFrame>) => {
      if (data.is === "size") {
        this.size = data;
        this.fit();
      }
      if (data.is === "picture") this.drawn?.(data.url);
      this.listener?.(data);
    };
    new ResizeObserver(() => this.fit()).observe(stage);
    this.fit();
  }

  on(listener: (message: FromFrame) => void): void {
    this.listener = listener;
  }

  send(message: ToFrame): void {
    // Events are handed over, not copied.
    this.port.postMessage(message, "bytes" in message ? [message.bytes] : []);
  }

  /** A picture of what is on show, which is paused for it, as a `data:` address. */
  picture(patience: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.drawn = (url) => (url ? resolve(url) : reject(new Error("no picture")));
      setTimeout(() => reject(new Error("no picture in time")), patience);
      this.send({ do: "picture" });
    });
  }

  /** As large as the page was, made as small as there is room. */
  private fit(): void {
    const frame = this.stage.firstElementChild as HTMLIFrameElement;
    const { width, height } = this.size;
    const scale = Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height, 1) || 1;
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
    frame.style.left = `${Math.max(0, (this.stage.clientWidth - width * scale) / 2)}px`;
  }
}

function inside(): string {
  const nonce = document.querySelector<HTMLScriptElement>('script[src="/player.js"]')?.nonce ?? "";
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Recording</title></head><body><script nonce="${nonce}" src="${location.origin}/player-frame.js"></script></body></html>`;
}
