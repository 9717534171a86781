// The command palette: one field, and below it what can be done and where one can go.
import { ACTIONS, actions, fits, places, stepOfCommand, type Group, type Option, type Step } from "./options";
import { element, go, icon, written } from "./page";

/** How long typing rests before the server is asked. */
const REST_MS = 120;
const FIRST = "Search, or say what to do";

class Palette {
  private readonly input = element("input", { type: "text", className: "palette-input", autocomplete: "off", spellcheck: false, maxLength: 200 });
  private readonly title = element("span", { className: "palette-step", hidden: true });
  private readonly list = element("div", { id: "palette-list", className: "palette-list" });
  private readonly state = element("p", { className: "visually-hidden" });
  private readonly dialog = element("dialog", { className: "palette", ariaLabel: "Search and commands" });
  private options: { option: Option; node: HTMLElement; isAction: boolean }[] = [];
  private at = 0;
  private step: Step | undefined;
  /** A key asked for this step: there is nothing before it. */
  private direct = false;
  /** What was typed before the step. */
  private before = "";
  private found: Group[] = [];
  /** What was typed when the server said so. */
  private foundFor = "";
  /** Enter was pressed before the answer to what was typed came: in a new tab, or here. */
  private pending: { newTab: boolean } | undefined;
  /** What the server said last where nothing was typed: it shows at once the next time. */
  private first: Group[] = [];
  /** Whether the reader chose what is marked: what arrives then leaves the mark where it is. */
  private moved = false;
  private asked: AbortController | undefined;
  private timer = 0;
  /** Where the cursor was in what is being written. */
  private cursor: Range | undefined;

  constructor() {
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-autocomplete", "list");
    this.list.setAttribute("role", "listbox");
    this.list.ariaLabel = "Suggestions";
    this.state.setAttribute("role", "status");
    this.dialog.append(element("div", { className: "palette-head" }, icon("search"), this.title, this.input), this.list, this.state);
    this.input.oninput = () => this.typed();
    this.dialog.onkeydown = (event) => this.key(event);
    this.dialog.onclick = ({ target }) => target === this.dialog && this.close();
    this.dialog.onclose = () => this.closed();
    // Back leaves the page that it was opened over.
    window.addEventListener("popstate", () => this.dialog.open && this.close());
    // The field keeps the focus: what is chosen is said by the list.
    this.list.onmousedown = (event) => event.preventDefault();
  }

  open(step?: Step) {
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    if (!this.dialog.open) {
      const selection = document.getSelection();
      this.cursor = selection?.rangeCount ? selection.getRangeAt(0) : undefined;
      this.dialog.showModal();
    }
    this.input.value = "";
    this.before = "";
    this.found = this.first;
    this.foundFor = "";
    this.direct = step !== undefined;
    this.enter(step);
  }

  get isOpen() {
    return this.dialog.open;
  }

  private close() {
    this.dialog.close();
    // Where nothing had the focus before, the browser leaves it here until it draws again.
    this.input.blur();
    // The next key may come before the editor puts its cursor back.
    const { activeElement } = document;
    if (this.cursor && activeElement instanceof HTMLElement && activeElement.isContentEditable && activeElement.contains(this.cursor.startContainer)) {
      document.getSelection()?.setBaseAndExtent(this.cursor.startContainer, this.cursor.startOffset, this.cursor.endContainer, this.cursor.endOffset);
    }
    this.cursor = undefined;
  }

  private closed() {
    // It may have been opened again before this was told.
    if (this.dialog.open) return;
    this.asked?.abort();
    clearTimeout(this.timer);
    this.list.replaceChildren();
    this.options = [];
    this.dialog.remove();
  }

  private enter(step: Step | undefined) {
    this.pending = undefined;
    this.asked?.abort();
    clearTimeout(this.timer);
    this.step = step;
    this.moved = false;
    this.title.hidden = step === undefined;
    this.title.textContent = step?.title ?? "";
    this.input.placeholder = step?.placeholder ?? FIRST;
    this.input.ariaLabel = step?.title ?? "Search and commands";
    this.input.focus();
    this.show();
    if (step === undefined) void this.ask();
  }

  private typed() {
    this.moved = false;
    this.pending = undefined;
    this.show();
    if (this.step !== undefined) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), REST_MS);
  }

  /** The latest question wins: those before it are called off. */
  private async ask() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const typed = this.input.value.trim();
      const found = await places(typed, asked.signal);
      if (asked.signal.aborted) return;
      this.found = found;
      this.foundFor = typed;
      if (typed === "") this.first = found;
      this.show();
      if (this.pending) this.choose(this.at, this.pending.newTab);
    } catch {
      if (asked.signal.aborted) return;
      this.found = [];
      this.pending = undefined;
      this.show("The server cannot be reached. Actions still work.");
    }
  }

  private groups(): Group[] {
    const typed = this.input.value;
    if (this.step !== undefined) return this.step.offer(typed);
    const q = typed.trim();
    // Until the answer comes, what is known already and matches.
    const known = this.isAnswered() ? this.found : this.found.map(({ name, options }) => ({ name, options: options.filter(({ title }) => fits(title, q)) }));
    const recent = known.filter(({ name }) => name === "Recent" && q === "");
    const groups = [...recent, actions(typed), ...known.filter(({ name }) => name !== "Recent")];
    if (q !== "") {
      const title = `Search everything for “${q}”`;
      const href = `/search?q=${encodeURIComponent(q)}`;
      groups.push({ name: "More", options: [{ title, detail: "", icon: "search", key: "", choose: (newTab) => go(href, true, newTab) }] });
    }
    return groups;
  }

  private isAnswered() {
    return this.step !== undefined || this.foundFor === this.input.value.trim();
  }

  /** Chooses what is marked; where the reader marked nothing, not before the answer is there. */
  private enterPressed(newTab: boolean) {
    const isAction = this.options[this.at]?.isAction ?? false;
    if (this.moved || isAction || this.isAnswered()) return this.choose(this.at, newTab);
    this.pending = { newTab };
    void this.ask();
  }

  private show(problem?: string) {
    const marked = this.moved ? this.options[this.at]?.option.title : undefined;
    this.options = [];
    const groups = this.groups().filter(({ options }) => options.length > 0);
    const nodes = groups.map(({ name, options }, g) => {
      const head = element("div", { className: "palette-group", id: `palette-group-${g}`, textContent: name });
      const group = element("div", {}, head, ...options.map((option) => this.row(option, name === ACTIONS)));
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", head.id);
      return group;
    });
    if (problem !== undefined) nodes.push(element("div", { className: "palette-empty", textContent: problem }));
    else if (nodes.length === 0) nodes.push(element("div", { className: "palette-empty", textContent: this.step?.nothing ?? "Nothing found" }));
    this.list.replaceChildren(...nodes);
    const count = this.options.length;
    this.state.textContent = problem ?? `${count} ${count === 1 ? "suggestion" : "suggestions"}`;
    this.input.setAttribute("aria-expanded", String(count > 0));
    const again = this.options.findIndex(({ option }) => option.title === marked);
    if (again < 0) this.list.scrollTop = 0;
    this.mark(Math.max(again, 0));
  }

  private row(option: Option, isAction: boolean): HTMLElement {
    const index = this.options.length;
    const node = element("div", { id: `palette-${index}`, className: "palette-option" }, icon(option.icon), element("span", { className: "palette-title clip", textContent: option.title }));
    if (option.detail !== "") node.append(element("span", { className: "palette-detail clip", textContent: option.detail }));
    if (option.key !== "") node.append(element("kbd", { textContent: written(option.key) }));
    node.setAttribute("role", "option");
    node.onclick = (event) => this.choose(index, event.metaKey || event.ctrlKey);
    node.onmousemove = () => {
      this.moved = true;
      this.mark(index);
    };
    this.options.push({ option, node, isAction });
    return node;
  }

  private mark(index: number) {
    this.options[this.at]?.node.removeAttribute("aria-selected");
    this.at = index;
    const marked = this.options[index]?.node;
    marked?.setAttribute("aria-selected", "true");
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }

  private choose(index: number, newTab: boolean) {
    const chosen = this.options[index]?.option;
    if (chosen === undefined) return;
    if (chosen.step !== undefined) {
      this.before = this.input.value;
      this.input.value = "";
      this.direct = false;
      this.enter(chosen.step);
      return;
    }
    // Closed first: the focus goes back before what is chosen takes it elsewhere.
    this.close();
    chosen.choose(newTab);
  }

  private key(event: KeyboardEvent) {
    // What lies below hears no key that was pressed here.
    event.stopPropagation();
    const count = this.options.length;
    const move = (by: number) => {
      event.preventDefault();
      this.moved = true;
      if (count > 0) this.mark((this.at + by + count) % count);
    };
    if (event.isComposing) return;
    switch (event.key) {
      case "ArrowDown": return move(1);
      case "ArrowUp": return move(-1);
      case "Tab":
        return event.preventDefault();
      case "Enter":
        event.preventDefault();
        return this.enterPressed(event.metaKey || event.ctrlKey);
      case "Backspace":
        if (this.step === undefined || this.input.value !== "") return;
        event.preventDefault();
        return this.back();
      case "Escape":
        event.preventDefault();
        return this.step === undefined || this.direct ? this.close() : this.back();
      case "k":
        if (!event.metaKey && !event.ctrlKey) return;
        event.preventDefault();
        return this.close();
    }
  }

  private back() {
    this.input.value = this.before;
    this.before = "";
    this.enter(undefined);
  }
}

let palette: Palette | undefined;

export function showPalette() {
  palette ??= new Palette();
  if (!palette.isOpen) palette.open();
}

/** Opens it at what a command still has to be told. */
export function ask(id: number) {
  const step = stepOfCommand(id);
  if (step === undefined) return;
  palette ??= new Palette();
  palette.open(step);
}
