// What a message can hold: exactly what crates/domain/src/markdown reads.
import { Schema } from "prosemirror-model";

export const ATTACHMENT = /^att_[0-9a-z]{26}$/;
const ADDRESS = /^(https?:\/\/|mailto:)[^\s<>"`]+$/i;

/** An address that a link may have, or null: `example.com` gets its scheme. */
export function address(typed: string): string | null {
  const text = typed.trim();
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  const url = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  const safe = url.replace(/\(/g, "%28").replace(/\)/g, "%29");
  return ADDRESS.test(safe) && /\w/.test(text) ? safe : null;
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    blockquote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], attrs: { tight: { default: true } }, toDOM: () => ["ul", 0] },
    ordered_list: {
      content: "list_item+",
      group: "block",
      attrs: { order: { default: 1 }, tight: { default: true } },
      parseDOM: [{ tag: "ol", getAttrs: (dom) => ({ order: Number((dom as HTMLOListElement).start) || 1 }) }],
      toDOM: (node) => ["ol", { start: node.attrs.order }, 0],
    },
    // Lists do not nest: mail programs show nested ones too differently.
    list_item: { content: "paragraph", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    code_block: {
      content: "text*",
      group: "block",
      code: true,
      defining: true,
      marks: "",
      parseDOM: [{ tag: "pre", preserveWhitespace: "full" }],
      toDOM: () => ["pre", ["code", 0]],
    },
    text: { group: "inline" },
    hard_break: { inline: true, group: "inline", selectable: false, linebreakReplacement: true, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    picture: {
      inline: true,
      group: "inline",
      draggable: true,
      attrs: { file: { validate: "string" }, name: { validate: "string" } },
      parseDOM: [
        {
          tag: "img[data-file]",
          getAttrs: (dom) => {
            const file = dom.getAttribute("data-file") ?? "";
            return ATTACHMENT.test(file) && { file, name: dom.getAttribute("alt") || "picture" };
          },
        },
      ],
      toDOM: ({ attrs }) => ["img", { src: `/files/attachments/${attrs.file}`, alt: attrs.name, "data-file": attrs.file }],
    },
    mention: {
      inline: true,
      group: "inline",
      atom: true,
      attrs: { user: { validate: "string" }, name: { validate: "string" } },
      leafText: (node) => `@${node.attrs.name}`,
      parseDOM: [{ tag: "b[data-user]", getAttrs: (dom) => ({ user: dom.getAttribute("data-user"), name: dom.textContent?.replace(/^@/, "") }) }],
      toDOM: ({ attrs }) => ["b", { class: "mention", "data-user": attrs.user }, `@${attrs.name}`],
    },
  },
  // The order is the nesting: emphasis stands outside of strong, links innermost.
  marks: {
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }, { style: "font-style=italic" }], toDOM: () => ["em", 0] },
    strong: {
      parseDOM: [
        { tag: "strong" },
        // Google Docs wraps what it copies into a <b> that is not bold.
        { tag: "b", getAttrs: (dom) => dom.style.fontWeight !== "normal" && null },
        { style: "font-weight", getAttrs: (value) => /^(bold(er)?|[5-9]\d{2})$/.test(value) && null },
      ],
      toDOM: () => ["strong", 0],
    },
    link: {
      attrs: { href: { validate: "string" } },
      inclusive: false,
      parseDOM: [
        {
          tag: "a[href]",
          getAttrs: (dom) => {
            const href = ADDRESS.test(dom.getAttribute("href") ?? "") && address(dom.getAttribute("href") ?? "");
            return href ? { href } : false;
          },
        },
      ],
      toDOM: (mark) => ["a", { href: mark.attrs.href, title: mark.attrs.href, rel: "noopener noreferrer nofollow" }, 0],
    },
    code: { excludes: "_", code: true, parseDOM: [{ tag: "code" }], toDOM: () => ["code", 0] },
  },
});
