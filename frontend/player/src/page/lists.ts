// What stands beside: the customer's timeline, the console, requests. A click leads to a moment, and
// what is on show is marked.
import type { Said } from "../protocol";
import { clock } from "./session";

/** Lines that are kept; a page that logs all the time has more. */
const LINES_MAX = 2_000;

export class Lists {
  private readonly seen = new Set<string>();
  private current: Element | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly start: number,
  ) {
    const tabs = [...root.querySelectorAll<HTMLElement>("[role=tab]")];
    const choose = (tab: HTMLElement) => {
      for (const one of tabs) {
        const on = one === tab;
        one.setAttribute("aria-selected", String(on));
        one.tabIndex = on ? 0 : -1;
        const panel = document.getElementById(one.getAttribute("aria-controls") ?? "");
        if (panel) panel.hidden = !on;
      }
    };
    tabs.forEach((tab, n) => {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        const next = tabs[(n + way + tabs.length) % tabs.length];
        if (!way || !next) return;
        event.preventDefault();
        choose(next);
        next.focus();
      });
    });
    for (const name of ["level", "requests"]) {
      const select = root.querySelector<HTMLSelectElement>(`[data-do="${name}"]`);
      select?.addEventListener("change", () => {
        const list = select.closest("[role=tabpanel]")?.querySelector<HTMLElement>(".player-list");
        if (list) list.dataset.only = select.value;
      });
    }
  }

  onList(go: (at: number) => void): void {
    this.root.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
      if (row) go(Number(row.dataset.at));
    });
  }

  /** Another window has a console of its own. */
  read(window: string): void {
    if (this.root.dataset.window === window) return;
    this.root.dataset.window = window;
    this.seen.clear();
    for (const name of ["console", "network"]) this.list(name).replaceChildren();
  }

  add(said: Said[]): void {
    for (const one of said) {
      const key = `${one.at} ${one.tag} ${JSON.stringify(one.payload)}`;
      if (this.seen.has(key) || this.seen.size > LINES_MAX) continue;
      this.seen.add(key);
      const text = (name: string) => String(one.payload[name] ?? "");
      if (one.tag === "rapport.console") this.line("console", one.at, text("text"), text("level"));
      else if (one.tag === "rapport.error") this.line("console", one.at, [text("message"), text("stack")].filter(Boolean).join("\n"), "error");
      else if (one.tag === "rapport.network") {
        const failed = !Number(one.payload.status) || Number(one.payload.status) >= 400;
        const size = Number(one.payload.bytes) ? ` · ${text("bytes")} B` : "";
        const status = Number(one.payload.status) || "failed";
        this.line("network", one.at, `${text("method")} ${text("url")}\n${status} · ${text("ms")} ms${size}`, failed ? "failed" : "good");
      }
    }
  }

  /** Marks what was last before a moment. */
  follow(at: number): void {
    let last: Element | undefined;
    for (const row of this.list("timeline").querySelectorAll<HTMLElement>("[data-at]")) {
      if (Number(row.dataset.at) <= at + 250) last = row;
    }
    if (last === this.current) return;
    this.current?.removeAttribute("aria-current");
    last?.setAttribute("aria-current", "true");
    last?.scrollIntoView({ block: "nearest" });
    this.current = last;
  }

  private list(name: string): HTMLElement {
    return this.root.querySelector<HTMLElement>(`[data-list="${name}"]`) as HTMLElement;
  }

  /** A line, in its place by time: stretches may come in any order. Its words are a stranger's. */
  private line(name: string, at: number, text: string, level: string): void {
    const row = document.createElement("li");
    const button = document.createElement("button");
    const when = document.createElement("span");
    const what = document.createElement("span");
    button.type = "button";
    button.className = "beside-row said";
    button.dataset.at = String(at);
    row.dataset.level = level;
    when.className = "beside-at";
    when.textContent = clock(Math.max(0, Math.round((at - this.start) / 1_000)));
    what.className = "beside-what";
    what.textContent = text;
    button.append(when, what);
    row.append(button);
    const rows = [...this.list(name).children];
    const after = rows.findLast((other) => Number(other.querySelector<HTMLElement>("[data-at]")?.dataset.at) <= at);
    if (after) after.after(row);
    else this.list(name).prepend(row);
  }
}
