// The buttons below the text, and the line where a link's address is typed.
import { toggleMark } from "prosemirror-commands";
import type { EditorView } from "prosemirror-view";
import { marked, tools } from "./keys";
import { address, schema } from "./schema";

const { link } = schema.marks;
const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
const SVG = "http://www.w3.org/2000/svg";

export function button(label: string, icon: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "icon-btn";
  made.title = label;
  made.setAttribute("aria-label", label);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/icons.svg#${icon}`);
  svg.append(use);
  made.append(svg);
  return made;
}

const spoken = (keys: string) =>
  keys.replace("Mod-", MAC ? "⌘" : "Ctrl+").replace("Shift-", MAC ? "⇧" : "Shift+").replace(/[a-z]$/, (key) => key.toUpperCase());

/** Fills `bar` with buttons; returns what shows them pressed after each change. */
export function toolbar(view: EditorView, bar: HTMLElement): () => void {
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Formatting");
  const made = tools.map((tool) => {
    const element = button(`${tool.label} (${spoken(tool.keys)})`, tool.icon);
    // The text keeps the focus and its selection.
    element.addEventListener("mousedown", (event) => event.preventDefault());
    element.addEventListener("click", () => {
      tool.run(view.state, view.dispatch, view);
      view.focus();
    });
    return { element, active: tool.active };
  });
  const linker = linkLine(view, bar);
  bar.append(...made.map((tool) => tool.element), linker);
  return () => {
    for (const { element, active } of made) element.setAttribute("aria-pressed", String(active(view.state)));
    linker.setAttribute("aria-pressed", String(marked(view.state, link)));
  };
}

function linkLine(view: EditorView, bar: HTMLElement): HTMLButtonElement {
  const open = button(`Link (${spoken("Mod-k")} with words selected)`, "link");
  const line = document.createElement("div");
  line.className = "link-line";
  line.hidden = true;
  const input = document.createElement("input");
  input.className = "input";
  input.placeholder = "Address of the link";
  input.setAttribute("aria-label", "Address of the link");
  const apply = document.createElement("button");
  apply.type = "button";
  apply.className = "btn";
  apply.textContent = "Set link";
  line.append(input, apply);
  bar.before(line);

  const close = () => {
    line.hidden = true;
    input.removeAttribute("aria-invalid");
    view.focus();
  };
  const show = () => {
    if (!line.hidden) return close();
    const { from, to, $from } = view.state.selection;
    const there = link.isInSet($from.marks()) ?? view.state.doc.nodeAt(from)?.marks.find((mark) => mark.type === link);
    input.value = there?.attrs.href ?? (address(view.state.doc.textBetween(from, to)) || "");
    line.hidden = false;
    input.focus();
    input.select();
  };
  const set = () => {
    const href = input.value.trim() ? address(input.value) : "";
    if (href === null) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    const { state } = view;
    const { from, to, empty } = state.selection;
    if (!href) toggleMark(link)(state, view.dispatch);
    else if (empty) view.dispatch(state.tr.insert(from, schema.text(input.value.trim(), [link.create({ href })])));
    else view.dispatch(state.tr.removeMark(from, to, link).addMark(from, to, link.create({ href })));
    close();
  };
  open.addEventListener("mousedown", (event) => event.preventDefault());
  open.addEventListener("click", show);
  apply.addEventListener("click", set);
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter") set();
    else if (event.key === "Escape") close();
    else return;
    // Neither sends the message nor leaves the composer.
    event.preventDefault();
    event.stopPropagation();
  });
  view.dom.addEventListener("keydown", (event) => {
    // Words that are selected can become a link. Where none are, ⌘K is the palette, as everywhere.
    const links = !view.state.selection.empty || marked(view.state, link);
    if (links && event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      show();
    }
  });
  return open;
}
