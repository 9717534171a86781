// Events on their way: bounded, kept across a reload, sent again with growing waits.

import { keys, randomId, read, remove, write } from "./store.js";
import type { Message } from "./types.js";

/** Events kept; the oldest give way. */
const MOST = 500;
/** Characters of one event, and of one request: what a browser sends with a closing page. */
const EVENT_CHARS = 32_000;
const REQUEST_CHARS = 60_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** A queue of another page that was not touched for so long belongs to nobody. */
const ORPHAN_AGE = 60_000;
const PREFIX = "rapport_queue_";

interface Stored {
  at: number;
  messages: Message[];
}

export class Queue {
  private messages: Message[] = [];
  private readonly key = PREFIX + randomId();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private sending = false;

  constructor(
    private readonly host: string,
    private readonly writeKey: string,
    private readonly interval: number,
  ) {}

  /** Takes over what pages left behind that ended before they could send. */
  adopt(): void {
    for (const key of keys(PREFIX)) {
      const stored = read<Stored>(key);
      if (key === this.key || (stored && Date.now() - stored.at < ORPHAN_AGE)) continue;
      remove(key);
      // Sent twice is stored once: the message id says so.
      this.messages.push(...(stored?.messages ?? []));
    }
    this.changed();
  }

  add(message: Message): void {
    if (JSON.stringify(message).length > EVENT_CHARS) return;
    this.messages.push(message);
    this.changed();
  }

  /** Gives waiting events of this user the newest proof. */
  renew(userId: string, userToken: string): void {
    for (const message of this.messages) {
      if (message.userId === userId) message.userToken = userToken;
    }
  }

  clear(): void {
    this.messages = [];
    clearTimeout(this.timer);
    this.timer = undefined;
    remove(this.key);
  }

  /** Sends now; `leaving` says that the page ends and nobody waits for the answer. */
  async flush(leaving = false): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.messages.length || (this.sending && !leaving)) return;
    const batch = this.nextBatch();
    const body = JSON.stringify({ batch, writeKey: this.writeKey, sentAt: new Date().toISOString() });
    if (leaving) {
      // What arrives is known at the next visit only, by its message id.
      if (!navigator.sendBeacon?.(`${this.host}/v1/b`, body)) void this.post(body).catch(() => 0);
      return;
    }
    this.sending = true;
    const wait = await this.post(body).catch(() => undefined);
    this.sending = false;
    if (wait === 0) {
      this.failures = 0;
      const sent = new Set(batch.map((message) => message.messageId));
      this.messages = this.messages.filter((message) => !sent.has(message.messageId));
      this.changed(0);
    } else {
      this.failures += 1;
      const growing = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
      // Half of it by chance, so that a thousand pages do not come back together.
      this.schedule(wait ?? growing / 2 + (Math.random() * growing) / 2);
    }
  }

  private nextBatch(): Message[] {
    let chars = 200;
    const batch: Message[] = [];
    for (const message of this.messages) {
      chars += JSON.stringify(message).length + 1;
      if (batch.length && chars > REQUEST_CHARS) break;
      batch.push(message);
    }
    return batch;
  }

  /** 0 when it is done or hopeless, milliseconds when told to wait, undefined when to guess. */
  private async post(body: string): Promise<number | undefined> {
    // text/plain needs no preflight.
    const headers = { "Content-Type": "text/plain" };
    const url = `${this.host}/v1/b`;
    const response = await fetch(url, { method: "POST", body, headers, keepalive: true, credentials: "omit" });
    if (response.ok) return 0;
    if (response.status === 429 || response.status >= 500) {
      const seconds = Number(response.headers.get("Retry-After"));
      return seconds > 0 ? Math.min(seconds * 1_000, LONGEST_WAIT) : undefined;
    }
    return 0;
  }

  private changed(wait = this.interval): void {
    if (this.messages.length > MOST) this.messages.splice(0, this.messages.length - MOST);
    if (!this.messages.length) {
      remove(this.key);
      return;
    }
    write(this.key, { at: Date.now(), messages: this.messages } satisfies Stored);
    if (this.failures === 0) this.schedule(wait);
  }

  private schedule(wait: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, wait);
  }
}
