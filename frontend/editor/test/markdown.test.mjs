// node --test test/: the composer writes what it reads, and reads what the server reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { build } from "../../../tools/node_modules/esbuild/lib/main.js";

const { outputFiles } = await build({
  entryPoints: [new URL("../src/markdown.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
});
const { parse, plain, serialize } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
const texts = JSON.parse(readFileSync(new URL("texts.json", import.meta.url), "utf8"));

/** As crates/domain says a text without its marks. */
function words(node) {
  if (node.isText) return node.text;
  if (node.type.name === "hard_break") return "\n";
  if (node.type.name === "picture") return `[${node.attrs.name}]`;
  if (node.type.name === "mention") return `@${node.attrs.name}`;
  const parts = [];
  node.forEach((child) => parts.push(words(child)));
  return parts.join(node.inlineContent ? "" : "\n");
}

for (const { markdown, plain: expected } of texts) {
  test(JSON.stringify(markdown), () => {
    assert.equal(serialize(parse(markdown)), markdown);
    assert.equal(words(parse(markdown)), expected);
  });
}

test("what the document cannot hold stays as it was typed", () => {
  for (const source of ["- one\n  - nested\n", "> - a\n>   - b", "****", "[a](javascript:alert(1))"]) {
    const kept = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");
    assert.equal(kept(words(parse(source))), kept(source), source);
  }
});

test("plain text comes back as it was", () => {
  const text = "Hi *you*\n- not a list\n\n[x]";
  assert.equal(words(parse(serialize(plain(text)))), "Hi *you*\n- not a list\n[x]");
});
