// Records one page with the recorders that others publish, for fixtures/recordings/recorders.json: our player shows what
// any of them wrote. Not part of a run; renew the file when a recorder of a new kind appears:
//   mkdir r && cd r && npm install rrweb@2.2.2 old@npm:rrweb@1.1.3 …
//   node end2end/recorders.mjs r rrweb old … > fixtures/recordings/recorders.json
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";
import { outline } from "./outline.mjs";

const [folder, ...packages] = process.argv.slice(2);
if (!packages.length) {
  console.error("usage: node end2end/recorders.mjs <folder with node_modules> <package…>");
  process.exit(2);
}
const { buildSync } = createRequire(new URL("../tools/package.json", import.meta.url))("esbuild");

const PAGE = `<!doctype html><html lang="en"><head><title>Recorded</title><style>.row { color: green } .gone { display: none }</style></head>
<body><h1>Orders</h1><ul id="rows"><li class="row">One &amp; <b>only</b></li><li class="row">Two</li></ul>
<form><label>Name <input name="name"></label><label><input type="checkbox" name="gift"> Gift</label>
<select name="size"><option>S</option><option>L</option></select><textarea name="note"></textarea></form>
<svg width="20" height="20"><circle cx="10" cy="10" r="5"></circle></svg><p id="said">Nothing yet</p><div style="height:2000px"></div></body></html>`;

/** What somebody does there. */
async function visit(page) {
  await page.mouse.move(200, 100, { steps: 5 });
  await page.getByLabel("Name").pressSequentially("Ada Example", { delay: 5 });
  await page.getByLabel("Gift").check();
  await page.locator("select").selectOption("L");
  await page.evaluate(async () => {
    const later = () => new Promise((done) => setTimeout(done, 30));
    const rows = document.querySelector("#rows");
    for (let n = 3; n < 8; n += 1) {
      rows.append(Object.assign(document.createElement("li"), { className: "row", textContent: `Row ${n}` }));
      await later();
    }
    rows.firstElementChild.remove();
    rows.insertBefore(rows.lastElementChild, rows.firstElementChild);
    await later();
    document.querySelector("#said").textContent = "Seven rows – and “a sign” 🫖";
    document.querySelector("#said").setAttribute("data-state", "done");
    rows.classList.add("full");
    document.querySelector("circle").setAttribute("r", "8");
    await later();
    scrollTo(0, 300);
    document.body.append(Object.assign(document.createElement("footer"), { innerHTML: "<p>The <i>end</i></p>" }));
  });
  await page.waitForTimeout(700);
}

const chrome = await chromium.launch(browser);
const all = [];
for (const name of packages) {
  const home = resolve(folder, "node_modules", name);
  const { name: real, version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const built = buildSync({
    stdin: { contents: `import * as all from ${JSON.stringify(name)}; window.record = all.record ?? all.default?.record ?? all.default;`, resolveDir: resolve(folder) },
    bundle: true, write: false, format: "iife", logLevel: "error",
  });
  const page = await chrome.newPage({ viewport: { width: 900, height: 600 } });
  await page.setContent(PAGE);
  await page.evaluate(built.outputFiles[0].text);
  await page.evaluate(() => {
    window.events = [];
    window.record({ emit: (event) => window.events.push(event), inlineStylesheet: true });
  });
  await visit(page);
  const events = await page.evaluate(() => window.events);
  all.push({ recorder: `${real}@${version}`, outline: await page.evaluate(outline), events });
  await page.close();
}
await chrome.close();
console.log(JSON.stringify(all));
