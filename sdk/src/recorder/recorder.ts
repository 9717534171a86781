// Records what the visitor sees and does, as far as the workspace and the page allow it.

import { record } from "@rrweb/record";
import { type Canvases, canvases } from "./canvas.js";
import { Mask, stars } from "./mask.js";
import { type Ended, Sender } from "./send.js";
import { IDLE_MS, Session } from "./session.js";
import type { Host, Settings } from "./types.js";
import { watch } from "./watch.js";

/** A whole picture of the page so often, where watching can begin. */
const PICTURE_MS = 120_000;
/** What waits for an error lies between one and two of these. */
const BEFORE_ERROR_MS = 30_000;
const WAITING_EVENTS = 20_000;
/** What recording may cost: milliseconds of ten seconds, bytes of ten seconds, and changes of the
 * page of one second, three times in a row. */
const BUDGET_MS = 1_000;
const BUDGET_BYTES = 6_000_000;
const BUDGET_CHANGES = 8_000;

// biome-ignore lint/suspicious/noExplicitAny: rrweb's events are read as the JSON that they become
type Event = any;

/** Says in a whole picture of the page whether the browser prefers dark ones: who watches may not. */
function prefer(event: Event): void {
  const html = event.data.node.childNodes?.find((child: Event) => child.tagName === "html");
  if (html?.attributes && matchMedia("(prefers-color-scheme: dark)").matches) html.attributes["data-rapport-scheme"] = "dark";
}

export class Recorder {
  private settings: Settings | undefined;
  private session: Session | undefined;
  private sender: Sender | undefined;
  private mask: Mask | undefined;
  private pictures: Canvases | undefined;
  private undo: (() => void)[] = [];
  private lastChange = 0;
  /** Events before the first error, where only those are wanted: of this picture and the one before. */
  private waiting: [string[], string[]] | undefined;
  private meter = { from: 0, ms: 0, bytes: 0, second: 0, changes: 0, many: 0 };

  constructor(private readonly host: Host) {
    const quiet = { passive: true, capture: true } as const;
    for (const kind of ["pointerdown", "keydown", "scroll", "touchstart"]) addEventListener(kind, () => this.comesBack(), quiet);
    addEventListener("pagehide", () => this.sender?.leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.sender?.leave());
    for (const kind of ["popstate", "hashchange"]) addEventListener(kind, () => this.changed());
  }

  /** Starts where that is wanted. */
  async start(): Promise<void> {
    const url = `${this.host.host}/v1/recordings/settings/${this.host.key}`;
    const response = await fetch(url, { credentials: "omit" });
    if (!response.ok) return;
    this.settings = (await response.json()) as Settings;
    this.changed();
  }

  /** Somebody identified themselves, left, agreed or withdrew, or is on another page. */
  changed(): void {
    const wanted = this.isWanted();
    const stranger = this.session?.isOver(Date.now());
    if (this.sender && (!wanted || stranger)) this.end();
    if (!this.sender && wanted) this.begin();
  }

  /** Ends recording on this page; what was recorded so far is kept. */
  stop(): void {
    this.end();
    this.settings = undefined;
  }

  /** Withdraws: what was not sent yet is thrown away. */
  forget(): void {
    this.sender?.close();
    this.end();
    Session.forget();
  }

  private isWanted(): boolean {
    const { settings } = this;
    if (!settings?.enabled || !this.host.agreed() || !this.host.anonymousId()) return false;
    if (settings.identifiedOnly && !this.host.isIdentified()) return false;
    const begins = (prefix: string) => location.pathname.startsWith(prefix);
    if (settings.neverPages.some(begins)) return false;
    return !settings.onlyPages.length || settings.onlyPages.some(begins);
  }

  private begin(): void {
    const settings = this.settings as Settings;
    const session = Session.current(this.host.anonymousId() as string, settings.samplePercent);
    if (session.isOff) return;
    this.session = session;
    this.sender = new Sender(this.host, session, (why) => this.ended(why));
    this.waiting = settings.afterError ? [[], []] : undefined;
    const mask = new Mask(settings, (id) => record.mirror.getNode(id));
    this.mask = mask;
    const end = record({
      emit: (event, isCheckout) => this.emit(event, isCheckout === true),
      checkoutEveryNms: this.waiting ? BEFORE_ERROR_MS : PICTURE_MS,
      maskAllInputs: true,
      maskInputOptions: { password: true },
      maskInputFn: (text, element) => mask.value(text, element),
      maskTextSelector: mask.mask,
      maskTextFn: (text, element) => (mask.isMasked(element) ? stars(text) : text),
      blockSelector: mask.hide,
      ignoreSelector: mask.never,
      slimDOMOptions: { script: true, comment: true, headFavicon: true, headWhitespace: true, headMetaSocial: true, headMetaRobots: true, headMetaHttpEquiv: true, headMetaVerification: true, headMetaAuthorship: true, headMetaDescKeywords: true },
      sampling: { mousemove: 100, scroll: 150, media: 800, input: "last" },
      inlineStylesheet: true,
      inlineImages: false,
      collectFonts: false,
      recordCrossOriginIframes: false,
      recordCanvas: false,
      errorHandler: () => true,
    });
    if (end) this.undo.push(end);
    const tell = (tag: string, payload: object) => {
      if (tag === "rapport.error") this.release();
      if (this.sender) record.addCustomEvent(tag, payload);
      if (tag === "rapport.page") this.changed();
    };
    this.undo.push(watch(tell, settings, this.host.host, () => this.lastChange));
    if (!settings.canvas) return;
    const isShown = (canvas: Element) => !canvas.closest(mask.hide) && !mask.isMasked(canvas);
    const pictures = canvases(isShown, (canvas, url) => {
      const data = { source: 9, id: record.mirror.getId(canvas), rr_dataURL: url };
      if (data.id > 0) this.emit({ type: 3, timestamp: Date.now(), data }, false);
    });
    this.pictures = pictures;
    this.undo.push(() => pictures.end());
  }

  private emit(event: Event, isPicture: boolean): void {
    const { sender, session, mask } = this;
    if (!sender || !session || !mask) return;
    const began = performance.now();
    try {
      const now = Date.now();
      const acts = event.type === 3 && [1, 2, 3, 5, 6, 12].includes(event.data.source);
      if (session.isOver(now)) {
        // Not within rrweb's own call.
        setTimeout(() => {
          this.end();
          if (acts) this.changed();
        });
        return;
      }
      if (acts) session.touch(now);
      if (event.type === 2) {
        this.pictures?.again();
        prefer(event);
      }
      if (event.type === 3 && [0, 3, 5, 8].includes(event.data.source)) this.lastChange = now;
      mask.clean(event);
      const text = JSON.stringify(event);
      if (this.waiting) this.wait(text, isPicture);
      else sender.add(text);
      this.count(event, text.length, performance.now() - began, now);
    } catch {
      // One event that cannot be read is none.
    }
  }

  private wait(text: string, isPicture: boolean): void {
    const waiting = this.waiting as [string[], string[]];
    if (isPicture && waiting[1].length > 2) this.waiting = [waiting[1], [text]];
    else if (waiting[1].length < WAITING_EVENTS) waiting[1].push(text);
  }

  /** An error: what waited for it goes, and everything from now on. */
  private release(): void {
    const { waiting, sender } = this;
    this.waiting = undefined;
    for (const text of waiting?.flat() ?? []) sender?.add(text);
  }

  /** Stops when the page pays too much for it, and says so. */
  private count(event: Event, bytes: number, ms: number, now: number): void {
    const { meter } = this;
    if (now - meter.from > 10_000) Object.assign(meter, { from: now, ms: 0, bytes: 0 });
    meter.ms += ms;
    meter.bytes += bytes;
    if (event.type === 3 && event.data.source === 0) {
      const { adds = [], removes = [], texts = [], attributes = [] } = event.data;
      const second = Math.floor(now / 1_000);
      if (second !== meter.second) {
        meter.many = meter.changes > BUDGET_CHANGES ? meter.many + 1 : 0;
        Object.assign(meter, { second, changes: 0 });
      }
      meter.changes += adds.length + removes.length + texts.length + attributes.length;
    }
    const over = meter.ms > BUDGET_MS ? "time" : meter.bytes > BUDGET_BYTES ? "bytes" : meter.many >= 3 ? "changes" : undefined;
    if (!over || event.type === 5) return;
    const reasons = { time: "Recording took too much of the page’s time.", bytes: "The page changed more than can be sent.", changes: "The page changed too often." };
    record.addCustomEvent("rapport.stop", { reason: reasons[over] });
    this.session?.switchOff();
    setTimeout(() => this.end());
  }

  private ended(why: Ended): void {
    if (why === "taken") {
      // A copied tab: it goes on as a window of its own.
      this.session?.rename();
      this.end();
      this.changed();
      return;
    }
    if (why === "declined") this.session?.switchOff();
    this.end();
  }

  private end(): void {
    for (const undo of this.undo.splice(0)) undo();
    this.sender?.cut();
    this.sender = undefined;
    this.session = undefined;
    this.waiting = undefined;
    this.pictures = undefined;
  }

  /** Somebody who was away for half an hour begins another session. */
  private comesBack(): void {
    if (!this.settings) return;
    const { session } = this;
    if (session ? session.isOver(Date.now()) : !this.sender && Date.now() - this.lastTry > IDLE_MS / 60) {
      this.lastTry = Date.now();
      this.changed();
    }
  }
  private lastTry = 0;
}
