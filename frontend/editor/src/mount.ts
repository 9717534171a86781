// Puts the editor in place of a composer's textarea, which stays the form's field: the editor
// writes its Markdown there, and the page reads, keeps and sets it as it would without.
import { history, undoDepth } from "prosemirror-history";
import { DOMSerializer, Slice } from "prosemirror-model";
import { EditorState, Plugin, Selection } from "prosemirror-state";
import { Decoration, DecorationSet, EditorView } from "prosemirror-view";
import { keys } from "./keys";
import { parse, plain, serialize } from "./markdown";
import { schema } from "./schema";
import { type Macro, blocks, chips, macroMenu, macros } from "./macros";
import { fetched, people, suggest } from "./suggest";
import { toolbar } from "./toolbar";
import { uploads } from "./uploads";

function placeholder(text: () => string): Plugin {
  return new Plugin({
    props: {
      decorations: ({ doc }) => {
        const empty = doc.childCount === 1 && doc.firstChild?.type === schema.nodes.paragraph && doc.firstChild.content.size === 0;
        if (!empty) return null;
        return DecorationSet.create(doc, [Decoration.node(0, doc.content.size, { class: "blank", "data-placeholder": text() })]);
      },
    },
  });
}

export function mount(area: HTMLTextAreaElement): void {
  const composer = area.closest<HTMLElement>(".composer");
  const form = area.form;
  if (!composer || !form || area.dataset.editor) return;
  area.dataset.editor = "on";
  // A ticket by its number, or the customer who gets a new one.
  const desk = composer.dataset.desk ?? "";
  const isNote = () => new FormData(form).get("mode") === "note";
  const mode = () => (isNote() ? "note" : "reply");
  // What works here, and nothing else.
  const hint = () => (isNote() ? "For your team: / for a macro, @ to name somebody…" : `${area.placeholder.replace(/…$/, "")}, / for a macro…`);

  const place = document.createElement("div");
  place.className = "editor markdown";
  area.before(place);
  // What the page wrote there last: our own writing is no news.
  let known = area.value;
  let refresh = () => {};
  const below = chips(composer, desk, mode);
  // How far the history reached when a macro's text came, and what the macro does besides.
  let macrosHere: { depth: number; effects: string[] }[] = [];
  const attach = uploads(composer, desk, mode, (file, name) => {
    view.dispatch(view.state.tr.replaceSelectionWith(schema.nodes.picture.create({ file, name })).scrollIntoView());
  });
  const view: EditorView = new EditorView(place, {
    state: stateOf(known),
    attributes: {
      role: "textbox",
      "aria-multiline": "true",
      "aria-label": area.getAttribute("aria-label") ?? "Message",
      spellcheck: "true",
    },
    dispatchTransaction(tr) {
      view.updateState(view.state.apply(tr));
      changed ||= tr.docChanged;
      if (tr.docChanged) takeBack();
      soon();
    },
    clipboardTextParser: (text, _context, isPlain) => (isPlain ? plain(text) : parse(text)).slice(0) as Slice,
    clipboardSerializer: DOMSerializer.fromSchema(schema),
    handlePaste: (_view, event) => attach(event.clipboardData, true),
    handleDrop: (_view, event, _slice, moved) => !moved && attach((event as DragEvent).dataTransfer, true),
  });

  function stateOf(text: string): EditorState {
    const sources = (sign: string) => (sign === "/" ? macros(desk, mode, applied) : isNote() ? people : null);
    const plugins = [suggest(sources), history(), ...keys(), placeholder(hint)];
    const doc = parse(text);
    return EditorState.create({ doc, plugins, selection: Selection.atEnd(doc) });
  }

  /** What a macro does besides its text; it goes again with the text. */
  function applied(macro: Macro) {
    below.add(macro.effects, macro.problems);
    if (macro.body.trim()) macrosHere.push({ depth: undoDepth(view.state), effects: macro.effects.map(({ effect }) => effect) });
  }

  /** Takes off what came with text that was undone, or deleted with all the rest. */
  function takeBack() {
    const { doc } = view.state;
    const isEmpty = doc.childCount === 1 && doc.firstChild?.isTextblock && doc.firstChild.content.size === 0;
    const depth = isEmpty ? -1 : undoDepth(view.state);
    const gone = macrosHere.filter((macro) => macro.depth > depth);
    if (gone.length === 0) return;
    macrosHere = macrosHere.filter((macro) => macro.depth <= depth);
    below.remove(gone.flatMap(({ effects }) => effects));
  }

  /** A macro that was chosen elsewhere: in the kind of message that it makes, where the cursor is. */
  function apply(macro: Macro) {
    const other = macro.mode && macro.mode !== mode() && form!.querySelector<HTMLInputElement>(`[name="mode"][value="${macro.mode}"]`);
    if (other) other.click();
    const text = blocks(macro.body);
    if (text.length) {
      const { from, to } = view.state.selection;
      view.dispatch(view.state.tr.replaceRange(from, to, schema.nodes.doc.create(null, text).slice(0)).scrollIntoView());
    }
    applied(macro);
    view.focus();
  }

  /** A picture that stands in the text is no file beside it too. */
  const waiting = composer.parentElement?.querySelector(".uploads");
  function unlist() {
    const shown = new Set<string>();
    view.state.doc.descendants((node) => void (node.type === schema.nodes.picture && shown.add(node.attrs.file)));
    for (const item of waiting?.querySelectorAll("li") ?? [])
      item.toggleAttribute("data-in-text", shown.has(item.querySelector("input")?.value ?? ""));
  }

  /** What was typed shows first: the field and the buttons follow when it is on the screen. */
  let changed = false;
  let waits = false;
  function soon() {
    if (waits) return;
    waits = true;
    // A page that nobody sees draws no frame.
    if (document.hidden) follow();
    else requestAnimationFrame(() => setTimeout(follow));
  }
  function follow() {
    if (!waits) return;
    waits = false;
    refresh();
    if (changed) write();
    changed = false;
  }
  // Nothing reads the field before it is written: keys that send, the focus that goes, Back.
  view.dom.addEventListener("keydown", (event) => (event.ctrlKey || event.metaKey) && follow(), true);
  view.dom.addEventListener("focusout", follow);
  form.addEventListener("submit", follow, true);
  window.addEventListener("popstate", follow, true);

  function write() {
    known = serialize(view.state.doc);
    unlist();
    area.value = known;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The page sets a draft, clears what was sent, brings back what was taken back.
  area.addEventListener("rapport:text", () => {
    if (area.value === known) return;
    known = area.value;
    macrosHere = [];
    view.updateState(stateOf(known));
    refresh();
    unlist();
  });
  area.addEventListener("rapport:sent", () => below.sent());
  area.addEventListener("rapport:returned", () => below.back());
  // The page's way in, for a macro that is chosen elsewhere: its id stands in `data-macro`.
  area.addEventListener("rapport:macro", () => {
    const id = area.dataset.macro ?? "";
    fetched<Macro>("/api/fill_macro", { desk, id }).then(apply, () => below.add([], ["This macro could not be loaded."]));
  });
  form.addEventListener("change", (event) => {
    // Another kind of message: the hint says what works there, and it does what its own macros do.
    if ((event.target as HTMLInputElement).name !== "mode") return;
    below.turn();
    view.dispatch(view.state.tr);
  });
  area.addEventListener("focus", () => view.focus());
  // Leaves the page with its composer.
  const gone = new MutationObserver(() => {
    if (area.isConnected) return;
    gone.disconnect();
    window.removeEventListener("popstate", follow, true);
    view.destroy();
  });
  gone.observe(document.body, { childList: true, subtree: true });
  // What waits is listed anew when a file comes or goes.
  if (waiting) new MutationObserver(unlist).observe(waiting, { childList: true, subtree: true });

  const bar = composer.querySelector<HTMLElement>(".tools");
  if (bar) {
    refresh = toolbar(view, bar);
    macroMenu(bar, desk, mode, apply);
  }
  refresh();
  // From now on the editor is what people and their programs meet.
  const typing = document.activeElement === area;
  area.removeAttribute("aria-label");
  area.setAttribute("aria-hidden", "true");
  area.tabIndex = -1;
  if (typing) {
    view.dispatch(view.state.tr.setSelection(Selection.atEnd(view.state.doc)));
    view.focus();
  }
}
