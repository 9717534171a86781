// What is told of an address lets nobody in.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

const { buildSync } = createRequire(new URL("../../tools/package.json", import.meta.url))("esbuild");
const entry = new URL("../src/address.ts", import.meta.url).pathname;
const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, format: "esm", write: false });
const { told } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

test("what opens something goes, in the query and behind the hash", () => {
  assert.equal(told("https://a.example/in?token=abc&plan=team"), "https://a.example/in?token=…&plan=team");
  assert.equal(told("https://a.example/cb?code=1&state=2#access_token=x&id=3"), "https://a.example/cb?code=…&state=2#access_token=…&id=3");
  assert.equal(told("?reset_password=a&API_KEY=b"), "?reset_password=…&API_KEY=…");
});
test("all else stays", () => {
  for (const href of ["https://a.example/token/abc", "https://a.example/?utm_source=mail&country_code=de#top", "", "?q=a=b"]) assert.equal(told(href), href);
});
