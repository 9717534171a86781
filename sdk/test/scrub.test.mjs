// The recorder hides what the server hides: one table holds both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const { buildSync } = createRequire(new URL("../../tools/package.json", import.meta.url))("esbuild");
const entry = new URL("../src/recorder/scrub.ts", import.meta.url).pathname;
const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, format: "esm", write: false });
const { scrub, withoutQueryValues } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const table = JSON.parse(readFileSync(new URL("../../fixtures/recordings/secrets.json", import.meta.url), "utf8"));

test("secrets go", () => {
  for (const [text, expected] of table.hidden) assert.equal(scrub(text), expected);
});
test("everything else stays", () => {
  for (const text of table.kept) assert.equal(scrub(text), text);
});
test("addresses keep the names of their parameters", () => {
  for (const [url, expected] of table.addresses) assert.equal(withoutQueryValues(url), expected);
});
