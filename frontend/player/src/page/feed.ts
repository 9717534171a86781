// Events of one window, a stretch at a time: a long session is never here as a whole.
import type { Window } from "./session";

const PATIENCE_MS = 20_000;

export class Feed {
  /** What is here goes from the first moment that was asked for to this one. */
  last = 0;
  /** Something before the stretch that came last is missing. */
  gap = false;
  private first = 0;
  private key = "";
  private asked = 0;
  private done = false;

  constructor(private readonly base: string) {}

  holds(key: string, at: number): boolean {
    return this.key === key && this.first <= at && at <= this.last;
  }

  forget(): void {
    this.key = "";
    this.first = this.last = 0;
  }

  /** The stretch in which a moment lies, from a whole picture of the page on; empty when somebody
   * asked for another moment meanwhile. */
  async seek(key: string, at: number): Promise<string> {
    this.asked += 1;
    const own = this.asked;
    const found = await this.fetch(key, `seek=${Math.round(at)}`);
    if (own !== this.asked) return "";
    this.key = key;
    this.first = Math.min(at, firstOf(found.json) ?? at);
    this.last = found.last;
    this.gap = found.gap;
    this.done = false;
    return found.json;
  }

  /** The next stretch, or nothing. */
  async more(key: string): Promise<string | undefined> {
    const own = this.asked;
    const found = await this.fetch(key, `after=${this.last}`);
    if (own !== this.asked || this.key !== key) return undefined;
    if (!found.last) {
      this.done = true;
      return undefined;
    }
    this.last = found.last;
    this.gap = found.gap;
    return found.json;
  }

  /** Whether more is wanted to show a moment: of a session that runs, there may always be. */
  isBehind(window: Window, at: number, live: boolean): boolean {
    if (this.key !== window.key || !this.last) return false;
    if (live) return at > this.last;
    return !this.done && this.last < Math.min(at, window.last);
  }

  private async fetch(key: string, way: string): Promise<{ json: string; last: number; gap: boolean }> {
    const url = `${this.base}/events?window=${encodeURIComponent(key)}&${way}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`${response.status}`);
    const json = await response.text();
    return { json, last: Number(response.headers.get("x-last-at")), gap: response.headers.get("x-gap") === "1" };
  }
}

/** The first moment in it, without reading all of it. */
function firstOf(json: string): number | undefined {
  const found = /"timestamp":\s*(\d{12,14})/.exec(json.slice(0, 400));
  return found ? Number(found[1]) : undefined;
}
