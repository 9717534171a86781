// The half that plays, in a frame whose origin is nobody's. It has no way to anywhere but the
// channel that the page gave it.
import { Replayer } from "rrweb";
import type { FromFrame, ToFrame } from "../protocol";
import { picture } from "./picture";
import styles from "./frame.css";

// biome-ignore lint/suspicious/noExplicitAny: rrweb's events are read as the JSON that they are
type Event = any;

let port: MessagePort | undefined;
let replayer: Replayer | undefined;
let speed = 1;
let skip = false;
let playing = false;
let size = "";

const tell = (message: FromFrame) => port?.postMessage(message);

const sheet = document.createElement("style");
sheet.textContent = styles;
document.head.append(sheet);

window.addEventListener("message", (event) => {
  // The page alone is above this frame, and it says one thing.
  if (event.source !== parent || event.data !== "rapport-player" || port || !event.ports[0]) return;
  port = event.ports[0];
  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    try {
      act(data);
    } catch {
      tell({ is: "refused", why: "This part of the recording cannot be shown." });
    }
  };
  tell({ is: "ready" });
});

function act(message: ToFrame): void {
  switch (message.do) {
    case "load":
      return load(message.bytes, message.at, message.play);
    case "add":
      for (const event of read(message.bytes)) replayer?.addEvent(event);
      return;
    case "seek":
      return seek(message.at, message.play);
    case "pause":
      playing = false;
      replayer?.pause();
      return time();
    case "set":
      ({ speed, skip } = message);
      replayer?.setConfig({ speed, skipInactive: skip });
      return;
    case "picture":
      playing = false;
      replayer?.pause();
      time();
      void (replayer ? picture(replayer.iframe) : Promise.reject()).then(
        (url) => tell({ is: "picture", url }),
        () => tell({ is: "picture", url: "" }),
      );
      return;
    case "html":
      return tell({ is: "html", html: replayer?.iframe.contentDocument?.documentElement.outerHTML ?? "" });
  }
}

const read = (bytes: ArrayBuffer): Event[] => JSON.parse(new TextDecoder().decode(bytes));

function load(bytes: ArrayBuffer, at: number, play: boolean): void {
  replayer?.destroy();
  replayer = undefined;
  const events = read(bytes);
  // Without a picture of the page there is nothing that changes could change.
  const first = events.findIndex((event) => event.type === 2);
  if (first < 0 || events.length < 2) {
    tell({ is: "refused", why: "The picture of the page that this began with never arrived." });
    return;
  }
  replayer = new Replayer(events, {
    root: document.body,
    speed,
    skipInactive: skip,
    mouseTail: false,
    showWarning: false,
    triggerFocus: false,
    insertStyleRules: ["img[data-not-fetched] { background: repeating-linear-gradient(45deg, #8883 0 6px, #8881 6px 12px) }", "rapport-left-out { display: none }"],
    logger: { log: () => {}, warn: () => {} },
  });
  replayer.iframe.title = "The recorded page";
  replayer.on("resize", (to) => {
    const { width, height } = to as { width: number; height: number };
    if (size === `${width} ${height}`) return;
    size = `${width} ${height}`;
    tell({ is: "size", width, height });
  });
  replayer.on("finish", () => {
    playing = false;
    tell({ is: "end" });
  });
  seek(at, play);
}

function seek(at: number, play: boolean): void {
  if (!replayer) return;
  // rrweb shows what came before a moment and leaves out what came at it, the very last change too.
  const offset = Math.max(0, at + 1 - replayer.getMetaData().startTime);
  playing = play;
  if (play) replayer.play(offset);
  else replayer.pause(offset);
  time();
}

function time(): void {
  if (!replayer) return;
  tell({ is: "time", at: replayer.getMetaData().startTime + replayer.getCurrentTime(), playing });
}
setInterval(() => playing && time(), 100);
