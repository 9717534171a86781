// Chunks on their way: numbered, packed off the main thread, one after the other, tried again with
// growing waits, and bounded.

import { gzip as pack } from "fflate";
import { backoff, retryAfter } from "../backoff.js";
import type { Session } from "./session.js";
import type { Host } from "./types.js";

/** A chunk leaves after so long, or so many bytes; the first one sooner, for pages left at once. */
const EVERY_MS = 3_000;
const FIRST_MS = 800;
const FULL_BYTES = 50_000;
/** What waits while nothing can be sent. */
const WAITING_BYTES = 8_000_000;
/** A closing page hands over no more at once. */
const BEACON_BYTES = 60_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const TRIES = 12;
/** What is not packed by then goes as it is. */
const PACKING_MS = 3_000;

interface Chunk {
  seq: number;
  events: string;
  tries: number;
}

/** Why nothing more is sent. */
export type Ended = "declined" | "offline" | "taken";

export class Sender {
  private events: string[] = [];
  private bytes = 0;
  private chunks: Chunk[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;
  private closed = false;
  private first = true;

  constructor(
    private readonly host: Host,
    private readonly session: Session,
    private readonly ended: (why: Ended) => void,
  ) {}

  add(event: string): void {
    if (this.closed) return;
    this.events.push(event);
    this.bytes += event.length;
    if (this.bytes >= FULL_BYTES && !this.first) this.cut();
    else this.timer ??= setTimeout(() => this.cut(), this.first ? FIRST_MS : EVERY_MS);
  }

  /** Makes a chunk of what there is, and sends. */
  cut(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.events.length || this.closed) return;
    this.first = false;
    this.chunks.push({ seq: this.session.next(), events: `[${this.events.join(",")}]`, tries: 0 });
    this.events = [];
    this.bytes = 0;
    if (this.chunks.reduce((all, chunk) => all + chunk.events.length, 0) > WAITING_BYTES) {
      this.close();
      this.ended("offline");
      return;
    }
    void this.work();
  }

  /** The page goes: what there is leaves as it is, for packing takes time that there is not. */
  leave(): void {
    this.cut();
    // The one that is on its way is kept alive where it is small; sent twice it is stored once.
    for (const chunk of this.chunks) {
      const body = new Blob([this.head(chunk, "none"), chunk.events], { type: "text/plain" });
      if (body.size > BEACON_BYTES || !navigator.sendBeacon?.(this.url(), body)) return;
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.events = [];
    this.chunks = [];
  }

  private url(): string {
    return `${this.host.host}/v1/recordings/chunks`;
  }

  private head(chunk: Chunk, packing: "none" | "gzip"): string {
    const head = {
      key: this.host.key,
      session: this.session.id,
      window: this.session.window,
      seq: chunk.seq,
      anonymousId: this.host.anonymousId(),
      sentAt: Date.now(),
      packing,
      context: { userAgent: navigator.userAgent, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, locale: navigator.language },
    };
    return `${JSON.stringify(head)}\n`;
  }

  private async work(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (!this.closed) {
      const chunk = this.chunks[0];
      if (!chunk) break;
      const wait = await this.post(chunk).catch(() => undefined);
      if (wait === 0) this.chunks.shift();
      else if (wait === "end") break;
      else {
        chunk.tries += 1;
        if (chunk.tries >= TRIES) {
          this.close();
          this.ended("offline");
          break;
        }
        const pause = wait ?? backoff(FIRST_WAIT, LONGEST_WAIT, chunk.tries);
        await new Promise((done) => setTimeout(done, pause));
      }
    }
    this.sending = false;
  }

  /** 0 when it is done, milliseconds when told to wait, undefined when to guess, or the end. */
  private async post(chunk: Chunk): Promise<number | undefined | "end"> {
    const packed = await gzip(chunk.events);
    const body = new Blob([this.head(chunk, packed ? "gzip" : "none"), packed ?? chunk.events]);
    // text/plain needs no preflight; kept alive where the page may close meanwhile and it is small.
    const response = await fetch(this.url(), {
      method: "POST",
      body,
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      keepalive: body.size < BEACON_BYTES / 2,
    });
    if (response.ok) {
      const answer = (await response.json().catch(() => ({}))) as { stop?: string };
      if (!answer.stop) return 0;
      this.close();
      this.ended("declined");
      return "end";
    }
    if (response.status === 409) {
      const { detail = "" } = (await response.json().catch(() => ({}))) as { detail?: string };
      // Who it is may be told a moment later; a name or number that is taken stays so.
      if (detail.includes("identified") && chunk.tries < 4) return 3_000;
      this.close();
      this.ended(detail.includes("number") ? "taken" : "declined");
      return "end";
    }
    if (response.status === 429 || response.status >= 500) return retryAfter(response, LONGEST_WAIT);
    // Nothing makes this one good; the gap says that it was there.
    return 0;
  }
}

/** Packed in a thread of its own, by the browser where it can; not at all where a page allows no worker either. */
async function gzip(text: string): Promise<BlobPart | undefined> {
  if (typeof CompressionStream === "undefined") {
    const bytes = new TextEncoder().encode(text);
    return new Promise((done) => {
      // A page's policy may refuse the worker, of which nobody is told.
      setTimeout(() => done(undefined), PACKING_MS);
      try {
        pack(bytes, { level: 6 }, (error, packed) => done(error ? undefined : (packed as Uint8Array<ArrayBuffer>)));
      } catch {
        done(undefined);
      }
    });
  }
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).blob();
}
