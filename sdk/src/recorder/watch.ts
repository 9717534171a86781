// What rrweb does not see: the console, requests, errors, clicks that lead nowhere, and the address
// of single-page apps. Everything here calls what was there before and never throws into the page.

import { plain } from "../plain.js";
import { scrub, withoutQueryValues } from "./scrub.js";
import type { Settings } from "./types.js";

export type Tell = (tag: string, payload: object) => void;

const LINE = 1_000;
const STACK = 4_000;
/** Lines of the console, and requests, of one second. */
const A_SECOND = 50;
const LEVELS = ["debug", "log", "info", "warn", "error"] as const;
/** Clicks of a rage: so many, so near, within so long. */
const RAGE = { clicks: 3, px: 30, ms: 1_000 };
const DEAD_MS = 2_000;
const CLICKABLE = 'a, button, summary, label, [role="button"], [role="link"], [role="tab"], input[type="button"], input[type="submit"]';

type Undo = () => void;

/** Starts all that the settings want; answers what ends it. `alive` says when the page last changed. */
export function watch(tell: Tell, settings: Settings, own: string, alive: () => number): Undo {
  const undo = [errors(tell), clicks(tell, alive), address(tell)];
  if (settings.console) undo.push(lines(tell));
  if (settings.network) undo.push(requests(tell, own));
  return () => undo.forEach((one) => one());
}

const short = (text: string, most: number): string => scrub(text.length > most ? `${text.slice(0, most)}…` : text);

/** At most so many of a kind a second: a loop that logs costs the page nothing. */
function bounded(tell: Tell): Tell {
  let second = 0;
  let told = 0;
  return (tag, payload) => {
    const now = Math.floor(Date.now() / 1_000);
    told = now === second ? told + 1 : 1;
    second = now;
    if (told <= A_SECOND) tell(tag, payload);
  };
}

function quietly(what: () => void): void {
  try {
    what();
  } catch {
    // The page's own work goes on.
  }
}

function said(value: unknown): string {
  if (typeof value === "string") return value;
  const copy = plain(value);
  return typeof copy === "string" ? copy : (JSON.stringify(copy) ?? String(value));
}

function lines(tell: Tell): Undo {
  const line = bounded(tell);
  const before = LEVELS.map((level) => console[level]);
  let within = false;
  LEVELS.forEach((level, n) => {
    const original = before[n] as typeof console.log;
    console[level] = (...args: unknown[]) => {
      if (!within) {
        within = true;
        quietly(() => line("rapport.console", { level, text: short(args.slice(0, 20).map(said).join(" "), LINE) }));
        within = false;
      }
      original.apply(console, args);
    };
  });
  return () => LEVELS.forEach((level, n) => (console[level] = before[n] as typeof console.log));
}

function errors(tell: Tell): Undo {
  const error = bounded(tell);
  const thrown = (event: ErrorEvent) =>
    quietly(() => error("rapport.error", { message: short(event.message, LINE), stack: short(String((event.error as Error | undefined)?.stack ?? ""), STACK) }));
  const rejected = (event: PromiseRejectionEvent) =>
    quietly(() => {
      const reason: unknown = event.reason;
      error("rapport.error", { message: short(said(reason), LINE), stack: short(reason instanceof Error ? (reason.stack ?? "") : "", STACK) });
    });
  addEventListener("error", thrown);
  addEventListener("unhandledrejection", rejected);
  return () => {
    removeEventListener("error", thrown);
    removeEventListener("unhandledrejection", rejected);
  };
}

function requests(tell: Tell, own: string): Undo {
  const request = bounded(tell);
  const ours = (url: string) => url.startsWith(`${own}/v1/`);
  const note = (kind: string, method: string, url: string, began: number, status: number, bytes: number) => {
    const absolute = new URL(url, location.href).href;
    if (ours(absolute)) return;
    const payload = { kind, method: method.toUpperCase(), url: withoutQueryValues(absolute), status, ms: Math.round(performance.now() - began), bytes, failed: !status };
    request("rapport.network", payload);
  };
  const fetched = window.fetch;
  window.fetch = function (input: RequestInfo | URL, init?: RequestInit) {
    const began = performance.now();
    const answer = fetched.call(this ?? window, input, init);
    quietly(() => {
      const url = input instanceof Request ? input.url : String(input);
      const method = init?.method ?? (input instanceof Request ? input.method : "GET");
      answer.then(
        (response) => quietly(() => note("fetch", method, url, began, response.status, Number(response.headers.get("content-length")) || 0)),
        () => quietly(() => note("fetch", method, url, began, 0, 0)),
      );
    });
    return answer;
  };
  const own_of = new WeakMap<XMLHttpRequest, [string, string]>();
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...args: unknown[]) {
    quietly(() => own_of.set(this, [String(args[0]), String(args[1])]));
    return (open as (...all: unknown[]) => void).apply(this, args);
  } as typeof open;
  XMLHttpRequest.prototype.send = function (body) {
    const began = performance.now();
    quietly(() =>
      this.addEventListener("loadend", () =>
        quietly(() => {
          const [method, url] = own_of.get(this) ?? ["GET", ""];
          note("xhr", method, url, began, this.status, Number(this.status && this.getResponseHeader("content-length")) || 0);
        }),
      ),
    );
    return send.call(this, body);
  };
  return () => {
    window.fetch = fetched;
    XMLHttpRequest.prototype.open = open;
    XMLHttpRequest.prototype.send = send;
  };
}

function clicks(tell: Tell, alive: () => number): Undo {
  let last: { x: number; y: number; at: number }[] = [];
  const clicked = (event: MouseEvent) =>
    quietly(() => {
      const at = Date.now();
      const here = { x: event.clientX, y: event.clientY, at };
      last = last.filter((c) => at - c.at < RAGE.ms && Math.hypot(c.x - here.x, c.y - here.y) < RAGE.px);
      last.push(here);
      if (last.length === RAGE.clicks) tell("rapport.rage", { x: here.x, y: here.y });
      const target = event.target instanceof Element ? event.target.closest(CLICKABLE) : null;
      if (!target || event.button !== 0) return;
      const { href } = location;
      setTimeout(() => {
        if (alive() < at && location.href === href && document.visibilityState === "visible") tell("rapport.dead", { x: here.x, y: here.y });
      }, DEAD_MS);
    });
  addEventListener("click", clicked, true);
  return () => removeEventListener("click", clicked, true);
}

function address(tell: Tell): Undo {
  let last = location.href;
  const moved = () =>
    setTimeout(() => {
      if (location.href === last) return;
      last = location.href;
      tell("rapport.page", { href: withoutQueryValues(last) });
    });
  const { pushState, replaceState } = history;
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      moved();
    };
  }
  addEventListener("popstate", moved);
  addEventListener("hashchange", moved);
  return () => {
    Object.assign(history, { pushState, replaceState });
    removeEventListener("popstate", moved);
    removeEventListener("hashchange", moved);
  };
}
