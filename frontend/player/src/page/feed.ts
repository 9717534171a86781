// Events of one window, a stretch at a time: a long session is never here as a whole. They are read by a worker that all
// feeds of a page share.
import type { FromWorker, Read, ToWorker } from "../protocol";
import type { Window } from "./session";

const PATIENCE_MS = 20_000;

/** Why a stretch cannot be shown, to be said to people. */
export class Unshown extends Error {}

/** Somebody deleted the session meanwhile. */
export class Gone extends Error {}

export interface Stretch extends Read {
  /** 0 where there was nothing. */
  last: number;
  gap: boolean;
}

const WHY = { large: "This page has more elements than can be shown.", unread: "This part of the recording cannot be shown." };

type Waiting = { done: (read: Read) => void; failed: (why: Error) => void };

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let asked = 0;
let feeds = 0;

function read(question: Omit<ToWorker, "id">): Promise<Read> {
  worker ??= start();
  asked += 1;
  const id = asked;
  worker.postMessage({ id, ...question } satisfies ToWorker, [question.bytes]);
  return new Promise((done, failed) => waiting.set(id, { done, failed }));
}

function start(): Worker {
  const made = new Worker("/player-worker.js");
  made.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("read" in data) one?.done(data.read);
    else one?.failed(new Unshown(WHY[data.failed]));
  };
  made.onerror = () => {
    for (const one of waiting.values()) one.failed(new Error("no worker"));
    waiting.clear();
  };
  return made;
}

export class Feed {
  /** What is here goes from the first moment that was asked for to this one. */
  last = 0;
  /** Something before the stretch that came last is missing. */
  gap = false;
  private first = 0;
  private key = "";
  private turn = 0;
  private done = false;
  private readonly number: number;

  constructor(private readonly base: string) {
    feeds += 1;
    this.number = feeds;
  }

  holds(key: string, at: number): boolean {
    return this.key === key && this.first <= at && at <= this.last;
  }

  forget(): void {
    this.key = "";
    this.first = this.last = 0;
  }

  /** The stretch in which a moment lies, from a whole picture of the page on; nothing when somebody asked for another
   * moment meanwhile. */
  async seek(key: string, at: number): Promise<Stretch | undefined> {
    this.turn += 1;
    const own = this.turn;
    const found = await this.fetch(key, `seek=${Math.round(at)}`, true);
    if (own !== this.turn) return undefined;
    this.key = key;
    this.first = Math.min(at, found.first ?? at);
    this.last = found.last;
    this.gap = found.gap;
    this.done = false;
    return found;
  }

  /** The next stretch, or nothing. */
  async more(key: string): Promise<Stretch | undefined> {
    const own = this.turn;
    const found = await this.fetch(key, `after=${this.last}`, false);
    if (own !== this.turn || this.key !== key) return undefined;
    if (!found.last) {
      this.done = true;
      return undefined;
    }
    this.last = found.last;
    this.gap = found.gap;
    return found;
  }

  /** Whether more is wanted to show a moment: of a session that runs, there may always be. */
  isBehind(window: Window, at: number, live: boolean): boolean {
    if (this.key !== window.key || !this.last) return false;
    if (live) return at > this.last;
    return !this.done && this.last < Math.min(at, window.last);
  }

  private async fetch(key: string, way: string, fresh: boolean): Promise<Stretch> {
    const url = `${this.base}/events?window=${encodeURIComponent(key)}&${way}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.status === 404) throw new Gone();
    if (!response.ok) throw new Error(`${response.status}`);
    const bytes = await response.arrayBuffer();
    const found = await read({ feed: this.number, fresh, bytes });
    return { ...found, last: Number(response.headers.get("x-last-at")), gap: response.headers.get("x-gap") === "1" };
  }
}
