// `/` offers macros, `@` in a note offers people.
import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { schema } from "./schema";

export type Suggestion = { label: string; detail: string; insert: () => Node | Node[]; then?: () => void };
/** What can be put in place of what was typed behind the sign. */
export type Source = (typed: string) => Promise<Suggestion[]>;

/** A sign and what follows it, right before the cursor: the start of a line or a space before it. */
const TYPED = /(?:^|[\s\ufffc(])([/@])([^\s/@][^/@\n]{0,40}|)$/;
let lists = 0;

export function suggest(sources: (sign: string) => Source | null): Plugin {
  return new Plugin({
    view: (view) => {
      const list = new List(view, sources);
      return { update: () => list.update(), destroy: () => list.destroy() };
    },
    props: {
      handleKeyDown: (view, event) => open.get(view)?.key(event) ?? false,
    },
  });
}

const open = new WeakMap<EditorView, List>();

class List {
  private readonly element = document.createElement("ul");
  private items: Suggestion[] = [];
  private chosen = 0;
  private from = 0;
  private typed: string | null = null;
  private dismissed: number | null = null;
  private asked = 0;

  constructor(private readonly view: EditorView, private readonly sources: (sign: string) => Source | null) {
    this.element.className = "suggestions";
    this.element.id = `suggestions-${++lists}`;
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-label", "Suggestions");
    this.element.hidden = true;
    view.dom.closest(".composer")?.append(this.element);
    view.dom.addEventListener("blur", () => this.hide());
    open.set(view, this);
  }

  destroy() {
    this.asked++;
    this.element.remove();
  }

  update() {
    const { selection } = this.view.state;
    const { $from } = selection;
    const before = $from.parent.isTextblock && !$from.parent.type.spec.code ? $from.parent.textBetween(0, $from.parentOffset, "\n", "\ufffc") : "";
    const found = selection.empty && this.view.hasFocus() ? TYPED.exec(before) : null;
    const source = found && this.sources(found[1]);
    if (!found || !source) {
      this.dismissed = null;
      return this.hide();
    }
    const from = $from.pos - found[2].length - 1;
    if (from === this.dismissed) return;
    const typed = found[1] + found[2];
    if (typed === this.typed && from === this.from) return;
    this.typed = typed;
    this.from = from;
    const turn = ++this.asked;
    source(found[2]).then(
      (items) => turn === this.asked && this.show(items),
      () => turn === this.asked && this.hide(),
    );
  }

  key(event: KeyboardEvent): boolean {
    if (this.element.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose((this.chosen + step + this.items.length) % this.items.length);
    else if (event.key === "Enter" && !event.metaKey && !event.ctrlKey) this.insert(this.chosen);
    else if (event.key === "Tab" && !event.shiftKey) this.insert(this.chosen);
    else if (event.key === "Escape") {
      this.dismissed = this.from;
      this.hide();
      // Closes the list only, not the composer.
      event.stopPropagation();
    } else return false;
    return true;
  }

  private show(items: Suggestion[]) {
    if (items.length === 0) return this.hide();
    this.items = items;
    this.element.replaceChildren(
      ...items.map((item, i) => {
        const option = document.createElement("li");
        option.id = `${this.element.id}-${i}`;
        option.setAttribute("role", "option");
        const name = document.createElement("b");
        name.textContent = item.label;
        const detail = document.createElement("span");
        detail.textContent = item.detail;
        option.append(name, detail);
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.insert(i);
        });
        return option;
      }),
    );
    this.element.hidden = false;
    this.view.dom.setAttribute("aria-controls", this.element.id);
    this.choose(0);
    this.place();
  }

  /** Above the sign, inside the composer. */
  private place() {
    const box = this.element.offsetParent?.getBoundingClientRect();
    if (!box) return;
    const at = this.view.coordsAtPos(this.from);
    const left = Math.min(at.left - box.left, box.width - this.element.offsetWidth - 8);
    this.element.style.left = `${Math.max(8, left)}px`;
    this.element.style.bottom = `${box.bottom - at.top + 4}px`;
  }

  private choose(i: number) {
    this.chosen = i;
    Array.from(this.element.children).forEach((option, n) => option.setAttribute("aria-selected", String(n === i)));
    this.element.children[i]?.scrollIntoView({ block: "nearest" });
    this.view.dom.setAttribute("aria-activedescendant", `${this.element.id}-${i}`);
  }

  private insert(i: number) {
    const item = this.items[i];
    const inserted = item.insert();
    const { state } = this.view;
    const to = state.selection.from;
    const tr = Array.isArray(inserted)
      ? inserted.length === 0
        ? state.tr.delete(this.from, to)
        : state.tr.delete(this.from, to).replaceRange(this.from, this.from, schema.nodes.doc.create(null, inserted).slice(0))
      : state.tr.replaceWith(this.from, to, [inserted, schema.text(" ")]);
    this.hide();
    this.view.dispatch(tr.scrollIntoView());
    this.view.focus();
    item.then?.();
  }

  private hide() {
    this.asked++;
    this.typed = null;
    this.element.hidden = true;
    this.view.dom.removeAttribute("aria-activedescendant");
    this.view.dom.removeAttribute("aria-controls");
  }
}

export async function fetched<T>(path: string, query: Record<string, string>): Promise<T> {
  const response = await fetch(path, { method: "POST", body: new URLSearchParams(query), headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

export const people: Source = async (typed) => {
  const found = await fetched<[string, string][]>("/api/suggest_people", { typed });
  return found.map(([user, name]) => ({ label: name, detail: "", insert: () => schema.nodes.mention.create({ user, name }) }));
};
