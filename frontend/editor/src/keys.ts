// What keys do, and what becomes of signs that are typed at the start of a line.
import { baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { MarkType, NodeType } from "prosemirror-model";
import { liftListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, type EditorState, Plugin, TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { schema } from "./schema";

const { nodes, marks } = schema;

export type Tool = { name: string; label: string; keys: string; icon: string; run: Command; active: (state: EditorState) => boolean };

/** Whether the selection stands in a block of this type. */
function inside(state: EditorState, type: NodeType): boolean {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth--) if ($from.node(depth).type === type) return true;
  return false;
}

export function marked(state: EditorState, type: MarkType): boolean {
  const { from, to, empty, $from } = state.selection;
  return empty ? !!type.isInSet(state.storedMarks ?? $from.marks()) : state.doc.rangeHasMark(from, to, type);
}

const toggleList = (type: NodeType): Command => (state, dispatch) =>
  (inside(state, type) ? liftListItem(nodes.list_item) : wrapInList(type))(state, dispatch);

const toggleQuote: Command = (state, dispatch) => (inside(state, nodes.blockquote) ? lift : wrapIn(nodes.blockquote))(state, dispatch);

/** Code within a line where the selection is, lines of code where it covers several. */
const toggleCode: Command = (state, dispatch, view) => {
  if (inside(state, nodes.code_block)) return setBlockType(nodes.paragraph)(state, dispatch);
  const { $from, $to } = state.selection;
  if ($from.sameParent($to)) return toggleMark(marks.code)(state, dispatch, view);
  return setBlockType(nodes.code_block)(state, dispatch);
};

export const tools: Tool[] = [
  { name: "bold", label: "Bold", keys: "Mod-b", icon: "bold", run: toggleMark(marks.strong), active: (s) => marked(s, marks.strong) },
  { name: "italic", label: "Italic", keys: "Mod-i", icon: "italic", run: toggleMark(marks.em), active: (s) => marked(s, marks.em) },
  { name: "list", label: "List", keys: "Mod-Shift-8", icon: "list", run: toggleList(nodes.bullet_list), active: (s) => inside(s, nodes.bullet_list) },
  { name: "numbers", label: "Numbered list", keys: "Mod-Shift-7", icon: "list-ordered", run: toggleList(nodes.ordered_list), active: (s) => inside(s, nodes.ordered_list) },
  { name: "quote", label: "Quote", keys: "Mod-Shift-9", icon: "text-quote", run: toggleQuote, active: (s) => inside(s, nodes.blockquote) },
  { name: "code", label: "Code", keys: "Mod-e", icon: "code", run: toggleCode, active: (s) => marked(s, marks.code) || inside(s, nodes.code_block) },
];

const lineBreak: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
});

/** Marks what was typed between two signs. */
function between(pattern: RegExp, type: MarkType): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const inner = start + match[0].indexOf(match[1]);
    const tr = state.tr.delete(inner + match[1].length, end).delete(start, inner);
    return tr.addMark(start, start + match[1].length, type.create()).removeStoredMark(type);
  });
}

/** Takes over the selection as the page has it: the browser tells of a change only after the key
 * that made it, and on a busy machine after the next key too, which then meets the old one. */
function catchUp(view: EditorView): void {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = document.getSelection() ?? {};
  const { selection, doc, tr } = view.state;
  if (!anchorNode || !focusNode || !view.dom.contains(anchorNode) || !view.dom.contains(focusNode)) return;
  if (!(selection instanceof TextSelection) || view.composing) return;
  const [anchor, head] = [view.posAtDOM(anchorNode, anchorOffset ?? 0), view.posAtDOM(focusNode, focusOffset ?? 0)];
  const now = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  if (!now.eq(selection)) view.dispatch(tr.setSelection(now));
}

/** Keys that do something to what is selected. */
const current = new Plugin({
  props: {
    handleDOMEvents: {
      keydown: (view, event) => {
        if (event.ctrlKey || event.metaKey) catchUp(view);
        return false;
      },
    },
  },
});

export function keys(): Plugin[] {
  // Mod-Enter sends the form: it is no key of the text.
  const { "Mod-Enter": _send, ...base } = baseKeymap;
  const own: Record<string, Command> = {
    // Out of the field; a list of suggestions that is open has taken its own.
    Escape: (_state, _dispatch, view) => {
      view?.dom.blur();
      return true;
    },
    "Mod-z": undo,
    "Shift-Mod-z": redo,
    "Mod-y": redo,
    Backspace: undoInputRule,
    Enter: splitListItem(nodes.list_item),
    "Shift-Enter": lineBreak,
  };
  for (const tool of tools) own[tool.keys] = tool.run;
  const rules = [
    wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
    wrappingInputRule(/^\s*[-*+]\s$/, nodes.bullet_list),
    wrappingInputRule(/^(\d{1,9})[.)]\s$/, nodes.ordered_list, (match) => ({ order: Number(match[1]) })),
    textblockTypeInputRule(/^```$/, nodes.code_block),
    between(/`([^`]+)`$/, marks.code),
    between(/\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, marks.strong),
    // Not within a word: 2*3*4 and a_file_name mean themselves.
    between(/(?<=^|[\s(])\*([^*\s](?:[^*]*[^*\s])?)\*$/, marks.em),
    between(/(?<=^|[\s(])_([^_\s](?:[^_]*[^_\s])?)_$/, marks.em),
  ];
  return [current, inputRules({ rules }), keymap(own), keymap(base)];
}
