// Between the document and the Markdown that crates/domain/src/markdown reads. The texts in
// test/texts.json are read by both, so that they cannot drift apart.
import MarkdownIt from "markdown-it";
import { MarkdownParser, MarkdownSerializer, MarkdownSerializerState, defaultMarkdownSerializer } from "prosemirror-markdown";
import { Fragment, Node } from "prosemirror-model";
import { schema } from "./schema";

const URL_PART = /((?:https?:\/\/|mailto:)[^\s<>"`]+)/;

/** Text as it has to stand in Markdown to stay what it is; addresses stay whole. */
function escaped(text: string, atStart: boolean): string {
  const parts = text.split(URL_PART).map((part, i) => (i % 2 ? part : part.replace(/[\\`*[\]]/g, "\\$&")));
  const line = parts.join("");
  if (!atStart) return line;
  return line.replace(/^(\s*)([-+•>])/, "$1\\$2").replace(/^(\s*\d{1,9})([.)] )/, "$1\\$2");
}

const label = (text: string) => text.replace(/[\\[\]]/g, "\\$&").replace(/\s+/g, " ");

const serializer = new MarkdownSerializer(
  {
    ...defaultMarkdownSerializer.nodes,
    code_block(state, node) {
      state.write("```\n");
      state.text(node.textContent, false);
      state.ensureNewLine();
      state.write("```");
      state.closeBlock(node);
    },
    bullet_list: (state, node) => state.renderList(node, "  ", () => "- "),
    ordered_list(state, node) {
      const start: number = node.attrs.order;
      state.renderList(node, "   ", (i) => `${start + i}. `);
    },
    // A new line is a line break.
    hard_break: (state) => state.write("\n"),
    text(state, node, parent, index) {
      const atStart = index === 0 || parent.child(index - 1).type === schema.nodes.hard_break;
      const marked = node.marks.some((mark) => mark.type === schema.marks.code);
      state.text(marked ? (node.text ?? "") : escaped(node.text ?? "", atStart), false);
    },
    picture: (state, node) => state.write(`![${label(node.attrs.name)}](${node.attrs.file})`),
    mention: (state, node) => state.write(`@[${label(node.attrs.name)}](${node.attrs.user})`),
  },
  {
    em: { open: "*", close: "*", expelEnclosingWhitespace: true },
    strong: { open: "**", close: "**", expelEnclosingWhitespace: true },
    link: { open: "[", close: (_state: MarkdownSerializerState, mark) => `](${mark.attrs.href})` },
    code: defaultMarkdownSerializer.marks.code,
  },
);

const tokenizer = new MarkdownIt("zero", { breaks: true }).enable(["blockquote", "list", "fence", "emphasis", "backticks", "link", "escape", "newline"]);
tokenizer.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url);
// Underscores are letters of file names and addresses more often than marks.
tokenizer.inline.ruler.before("emphasis", "underscore", (state, silent) => {
  if (state.src[state.pos] !== "_") return false;
  if (!silent) state.pending += "_";
  state.pos++;
  return true;
});

/** `![name](att_…)` and `@[name](usr_…)`. */
function named(rule: string, sign: string, target: string) {
  const shape = new RegExp(`${sign}\\[((?:\\\\.|[^\\]\\\\\\n])+)\\]\\((${target}_[0-9a-z]{26})\\)`, "y");
  tokenizer.inline.ruler.before("link", rule, (state, silent) => {
    shape.lastIndex = state.pos;
    const found = shape.exec(state.src);
    if (!found) return false;
    if (!silent) {
      const token = state.push(rule, "", 0);
      token.attrs = [["name", found[1].replace(/\\(.)/g, "$1")], ["id", found[2]]];
    }
    state.pos += found[0].length;
    return true;
  });
}
named("picture", "!", "att");
named("mention", "@", "usr");

const parser = new MarkdownParser(schema, tokenizer, {
  paragraph: { block: "paragraph" },
  blockquote: { block: "blockquote" },
  bullet_list: { block: "bullet_list" },
  ordered_list: { block: "ordered_list", getAttrs: (token) => ({ order: Number(token.attrGet("start")) || 1 }) },
  list_item: { block: "list_item" },
  fence: { block: "code_block", noCloseToken: true },
  softbreak: { node: "hard_break" },
  hardbreak: { node: "hard_break" },
  picture: { node: "picture", getAttrs: (token) => ({ file: token.attrGet("id"), name: token.attrGet("name") }) },
  mention: { node: "mention", getAttrs: (token) => ({ user: token.attrGet("id"), name: token.attrGet("name") }) },
  em: { mark: "em" },
  strong: { mark: "strong" },
  link: { mark: "link", getAttrs: (token) => ({ href: token.attrGet("href") }) },
  code_inline: { mark: "code" },
});

export function serialize(doc: Node): string {
  return serializer.serialize(doc, { tightLists: true }).replace(/\n+$/, "");
}

/** The document of a text. What this dialect cannot hold stays as it was typed: no word is lost. */
export function parse(source: string): Node {
  const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");
  try {
    const doc = parser.parse(source);
    doc.check();
    if (letters(serialize(doc)) === letters(source)) return doc;
  } catch {
    // Falls through to plain text.
  }
  return plain(source);
}

/** A document of text without marks: paragraphs where a line is empty, breaks elsewhere. */
export function plain(text: string): Node {
  const paragraphs = text.replace(/\r\n?/g, "\n").split(/\n{2,}/).map((part) => {
    const lines = part.split("\n").flatMap((line, i) => [...(i ? [schema.nodes.hard_break.create()] : []), ...(line ? [schema.text(line)] : [])]);
    return schema.nodes.paragraph.create(null, lines);
  });
  return schema.nodes.doc.create(null, Fragment.from(paragraphs));
}
