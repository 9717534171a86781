// Macros: their text goes into the message, and what they do to the ticket stands below it as chips
// that can be taken off. The form sends a chip as `effects[]`; nothing happens before that.
import type { Node } from "prosemirror-model";
import { parse } from "./markdown";
import { fetched, type Source } from "./suggest";
import { button } from "./toolbar";

export type Macro = {
  id: string;
  name: string;
  folder: string;
  body: string;
  mode: "reply" | "note" | null;
  effects: Shown[];
  problems: string[];
};
type Shown = { effect: string; label: string };

export function blocks(body: string): Node[] {
  if (!body.trim()) return [];
  const found: Node[] = [];
  parse(body).forEach((block) => found.push(block));
  return found;
}

const words = (macro: Macro) =>
  // What it does comes first: the line may end before the text does.
  [...macro.effects.map((e) => e.label), blocks(macro.body).map((block) => block.textContent).join(" ").slice(0, 80)].filter(Boolean).join(" · ");

/** What `/` offers. `apply` does the rest once the text is in its place. */
export const macros = (desk: string, mode: () => string, apply: (macro: Macro) => void): Source => async (typed) => {
  const found = await fetched<Macro[]>("/api/find_macros", { desk, mode: mode(), typed, few: "1" });
  return found.map((macro) => ({
    label: macro.name,
    detail: [macro.folder, words(macro)].filter(Boolean).join(" · "),
    insert: () => blocks(macro.body),
    then: () => apply(macro),
  }));
};

/** Two effects of which the later one counts: a ticket has one status, one assignee, one team. */
function replaces(a: string, b: string): boolean {
  const kind = (effect: string) => {
    const [what, ...value] = effect.split(":");
    if (what === "tag" || what === "untag") return `tag:${value.join(":").toLowerCase()}`;
    return what === "snooze" ? "status" : what;
  };
  return kind(a) === kind(b);
}

function keep(key: string, chips: Shown[]) {
  try {
    if (chips.length) sessionStorage.setItem(key, JSON.stringify(chips));
    else sessionStorage.removeItem(key);
  } catch {
    // A forbidden storage costs the chips over a reload and nothing else.
  }
}

function kept(key: string): Shown[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

/** The chips of a composer, kept over a reload as its draft is. Each kind of message has its own. */
export function chips(composer: HTMLElement, desk: string, mode: () => string) {
  const place = composer.querySelector<HTMLElement>(".effects");
  let key = `rapport:effects:${desk}:${mode()}`;
  let shown: Shown[] = [];
  let problems: string[] = [];

  const draw = () => {
    place?.replaceChildren(
      ...shown.map(({ effect, label }) => {
        const chip = document.createElement("span");
        chip.className = "tag";
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = "effects[]";
        input.value = effect;
        const off = button(`Leave out: ${label}`, "x");
        off.addEventListener("click", () => set(shown.filter((s) => s.effect !== effect), problems));
        chip.append(input, label, off);
        return chip;
      }),
      ...problems.map((problem) => {
        const line = document.createElement("p");
        line.className = "problem";
        line.setAttribute("role", "alert");
        const off = button("Dismiss", "x");
        off.addEventListener("click", () => set(shown, problems.filter((p) => p !== problem)));
        line.append(problem, off);
        return line;
      }),
    );
    // Beside it, Send names no status of its own.
    composer.classList.toggle("has-status", shown.some((s) => replaces(s.effect, "status:")));
  };
  const set = (effects: Shown[], said: string[]) => {
    shown = effects;
    problems = said;
    draw();
    keep(key, shown);
  };
  shown = kept(key);
  draw();
  return {
    add: (effects: Shown[], said: string[]) =>
      set([...shown.filter((old) => !effects.some((e) => replaces(old.effect, e.effect))), ...effects], [...new Set([...problems, ...said])]),
    /** They went with the message, and come back with it should it be taken back. */
    sent: () => {
      keep(`${key}:sent`, shown);
      set([], []);
    },
    back: () => set(kept(`${key}:sent`), []),
    /** The text that they came with was taken out. */
    remove: (effects: string[]) => set(shown.filter(({ effect }) => !effects.includes(effect)), []),
    /** Another kind of message is written now. */
    turn: () => {
      key = `rapport:effects:${desk}:${mode()}`;
      shown = kept(key);
      problems = [];
      draw();
    },
  };
}

/** The button with all macros by folder, and a field that searches them. */
export function macroMenu(bar: HTMLElement, desk: string, mode: () => string, apply: (macro: Macro) => void): void {
  const open = button("Macros", "zap");
  open.setAttribute("aria-haspopup", "dialog");
  open.setAttribute("aria-expanded", "false");
  const panel = document.createElement("div");
  panel.className = "macro-menu";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", "Macros");
  panel.hidden = true;
  const search = document.createElement("input");
  search.className = "input";
  search.type = "search";
  search.placeholder = "Search macros";
  search.setAttribute("aria-label", "Search macros");
  const list = document.createElement("ul");
  const manage = document.createElement("a");
  manage.href = "/settings/macros";
  manage.rel = "external";
  manage.textContent = "Manage macros";
  panel.append(search, list, manage);
  bar.append(open, panel);

  let asked = 0;
  let loaded = Promise.resolve();
  const close = () => {
    panel.hidden = true;
    open.setAttribute("aria-expanded", "false");
  };
  const load = async () => {
    const turn = ++asked;
    const found = await fetched<Macro[]>("/api/find_macros", { desk, mode: mode(), typed: search.value }).catch(() => null);
    if (turn !== asked) return;
    if (!found?.length) {
      const none = document.createElement("li");
      none.className = "hint";
      none.textContent = found ? "No macro matches." : "The server could not be reached.";
      return list.replaceChildren(none);
    }
    let folder = "";
    list.replaceChildren(
      ...found.flatMap((macro) => {
        const item = document.createElement("li");
        const choice = document.createElement("button");
        choice.type = "button";
        const name = document.createElement("b");
        name.textContent = macro.name;
        const detail = document.createElement("span");
        detail.textContent = words(macro);
        choice.append(name, detail);
        choice.addEventListener("click", () => {
          close();
          apply(macro);
        });
        item.append(choice);
        if (macro.folder === folder || search.value) return [item];
        folder = macro.folder;
        const head = document.createElement("li");
        head.className = "menu-head";
        head.textContent = folder;
        return [head, item];
      }),
    );
  };
  open.addEventListener("click", () => {
    if (!panel.hidden) return close();
    panel.hidden = false;
    open.setAttribute("aria-expanded", "true");
    search.value = "";
    search.focus();
    loaded = load();
  });
  search.addEventListener("input", () => (loaded = load()));
  panel.addEventListener("keydown", (event) => {
    const choices = Array.from(list.querySelectorAll<HTMLElement>("button"));
    const at = choices.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      close();
      open.focus();
    } else if (step) (choices[at + step] ?? search).focus();
    else if (event.key === "Enter" && event.target === search) {
      // The first of what was typed, not of what stood there before the answer came.
      loaded.then(() => list.querySelector<HTMLElement>("button")?.click());
    }
    else return;
    event.preventDefault();
    // Neither the form nor the page is meant.
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", function away(event) {
    if (!panel.isConnected) return document.removeEventListener("pointerdown", away);
    if (!panel.contains(event.target as Element) && !open.contains(event.target as Element)) close();
  });
}
