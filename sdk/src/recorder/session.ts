// One session of one browser: all its tabs share it, each is a window of it.

import { randomId, read, remove, write } from "../store.js";

const KEY = "rapport_session";
const WINDOW = "rapport_window";
export const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 3_600_000;

interface Stored {
  id: string;
  /** Whose it is: another visitor at the same browser begins another. */
  anonymous: string;
  started: number;
  last: number;
  /** Chosen by chance when it began, or ended before its time. */
  off: boolean;
}

interface Tab {
  session: string;
  window: string;
  seq: number;
}

export class Session {
  private constructor(
    private stored: Stored,
    private tab: Tab,
  ) {}

  /** The session that runs, or a new one. */
  static current(anonymous: string, samplePercent: number): Session {
    const now = Date.now();
    let stored = read<Stored>(KEY);
    const runs = stored && stored.anonymous === anonymous && now - stored.last < IDLE_MS && now - stored.started < LONGEST_MS;
    if (!stored || !runs) {
      stored = { id: randomId(), anonymous, started: now, last: now, off: Math.random() * 100 >= samplePercent };
      write(KEY, stored);
    }
    return new Session(stored, tabOf(stored.id));
  }

  get id(): string {
    return this.stored.id;
  }
  get window(): string {
    return this.tab.window;
  }
  get isOff(): boolean {
    return this.stored.off;
  }

  /** Whether it is over; asked before something is added. */
  isOver(now: number): boolean {
    const other = read<Stored>(KEY);
    return (other && other.id !== this.stored.id) || now - this.stored.last >= IDLE_MS || now - this.stored.started >= LONGEST_MS;
  }

  /** The customer did something. */
  touch(now: number): void {
    // Once a second is enough for half an hour.
    if (now - this.stored.last < 1_000) return;
    this.stored.last = now;
    write(KEY, this.stored);
  }

  /** The number of the next chunk; a page that comes after this one in the tab goes on with it. */
  next(): number {
    const seq = this.tab.seq;
    this.tab.seq += 1;
    keep(this.tab);
    return seq;
  }

  /** A tab that was made a copy of another has its name: it takes one of its own. */
  rename(): void {
    this.tab = { session: this.stored.id, window: randomId(), seq: 0 };
    keep(this.tab);
  }

  /** Nothing more of it is wanted. */
  switchOff(): void {
    this.stored.off = true;
    write(KEY, this.stored);
  }

  static forget(): void {
    remove(KEY);
  }
}

function tabOf(session: string): Tab {
  try {
    const tab = JSON.parse(sessionStorage.getItem(WINDOW) ?? "null") as Tab | null;
    if (tab?.session === session) return tab;
  } catch {
    // Nothing, or nothing of ours, is there.
  }
  const tab = { session, window: randomId(), seq: 0 };
  keep(tab);
  return tab;
}

function keep(tab: Tab): void {
  try {
    sessionStorage.setItem(WINDOW, JSON.stringify(tab));
  } catch {
    // Each page is a window then.
  }
}
