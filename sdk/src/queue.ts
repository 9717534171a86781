// Events on their way: bounded, kept across a reload, sent again with growing waits.

import { backoff, retryAfter } from "./backoff.js";
import { shortened } from "./plain.js";
import { keys, randomId, read, remove, write } from "./store.js";
import type { Message } from "./types.js";

/** Events kept; the oldest give way. */
const MOST = 500;
/** Bytes of one event, and of one request: browsers send no more than 64 KiB, all requests
 * together, with a page that closes. */
const EVENT_BYTES = 30_000;
const REQUEST_BYTES = 60_000;
/** Failures after which fewer events go at once, and after which one that fails alone waits behind the others. */
const SMALLER_AFTER = 2;
const BEHIND_AFTER = 3;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** A queue of another page that was not touched for so long belongs to nobody. */
const ORPHAN_AGE = 60_000;
const PREFIX = "rapport_queue_";

interface Stored {
  at: number;
  messages: Message[];
}

const encoder = new TextEncoder();
const bytes = (value: unknown): number => encoder.encode(JSON.stringify(value)).length;

export class Queue {
  private messages: Message[] = [];
  private readonly key = PREFIX + randomId();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private sending = false;
  /** Events in one request. */
  private most = MOST;

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
      if (Array.isArray(stored?.messages)) this.messages.push(...stored.messages);
    }
    this.changed();
  }

  add(message: Message): void {
    const kept = fitting(message);
    if (!kept) return;
    this.messages.push(kept);
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
    if (leaving) {
      this.leave();
      return;
    }
    const batch = this.nextBatch(this.messages);
    this.sending = true;
    const wait = await this.post(this.body(batch)).catch(() => undefined);
    this.sending = false;
    if (wait === 0) {
      this.failures = 0;
      this.most = MOST;
      this.without(batch);
      this.changed(0);
    } else {
      this.failures += 1;
      this.makeWay(batch);
      this.schedule(wait ?? backoff(FIRST_WAIT, LONGEST_WAIT, this.failures - 1));
    }
  }

  /** Hands over what a closing page may, request by request; what is left is the next page's. What
   * arrives is known then only, by its message id. */
  private leave(): void {
    let rest = this.messages;
    while (rest.length) {
      const batch = this.nextBatch(rest);
      if (!navigator.sendBeacon?.(`${this.host}/v1/b`, this.body(batch))) return;
      rest = rest.slice(batch.length);
    }
  }

  private body(batch: Message[]): string {
    return JSON.stringify({ batch, writeKey: this.writeKey, sentAt: new Date().toISOString() });
  }

  private without(batch: Message[]): void {
    const gone = new Set(batch.map((message) => message.messageId));
    this.messages = this.messages.filter((message) => !gone.has(message.messageId));
  }

  /** No event holds up the others: after failures fewer go at once, and one that fails alone goes
   * behind the rest. */
  private makeWay(batch: Message[]): void {
    if (this.failures >= SMALLER_AFTER) this.most = Math.max(1, Math.floor(batch.length / 2));
    if (batch.length > 1 || this.failures % BEHIND_AFTER) return;
    this.without(batch);
    this.messages.push(...batch);
  }

  private nextBatch(messages: Message[]): Message[] {
    let size = 300;
    const batch: Message[] = [];
    for (const message of messages.slice(0, this.most)) {
      size += bytes(message) + 1;
      if (batch.length && size > REQUEST_BYTES) break;
      batch.push(message);
    }
    return batch;
  }

  /** 0 when it is done or hopeless, milliseconds when told to wait, undefined when to guess. */
  private async post(body: string): Promise<number | undefined> {
    // text/plain needs no preflight.
    const headers = { "Content-Type": "text/plain" };
    const url = `${this.host}/v1/b`;
    // Not kept alive: what a closing page still has goes by beacon, and this has no limit.
    const response = await fetch(url, { method: "POST", body, headers, credentials: "omit" });
    if (response.ok) return 0;
    if (response.status === 429 || response.status >= 500) return retryAfter(response, LONGEST_WAIT);
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

/** The event as it may travel: one that is too large with its texts cut, else without what it says. */
function fitting(message: Message): Message | undefined {
  const cut = (): Message => ({
    ...message,
    properties: shortened(message.properties) as Message["properties"],
    traits: shortened(message.traits) as Message["traits"],
  });
  const bare = (): Message => ({ ...message, properties: undefined, traits: undefined });
  for (const form of [() => message, cut, bare]) {
    const kept = form();
    if (bytes(kept) <= EVENT_BYTES) return kept;
  }
  return undefined;
}
