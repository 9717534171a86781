// What recording costs the page, and what a visit of ten minutes takes.
//   node end2end/record.mjs <url of the demo>
// Prints one line of JSON: the share of the main thread's time that the recorder took of a busy half minute (0.01 is one
// per cent), and the keys of two recorded sessions, the second of ten minutes by a clock that runs ahead.
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";

const [url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node end2end/record.mjs <url of the demo>");
  process.exit(2);
}
const MEASURED_MS = 30_000;
const MINUTES = 10;
const chrome = await chromium.launch(browser);

async function visit() {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${url}/demo-app`);
  return page;
}

async function record(page) {
  await page.getByRole("button", { name: "Record this visit" }).click();
  await page.waitForFunction(() => localStorage.getItem("rapport_session"));
}

const session = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("rapport_session")).id);

/** The same path of the pointer each time, not a random one. */
function* path(steps) {
  for (let n = 0; n < steps; n += 1) yield [720 + 500 * Math.sin(n / 17), 420 + 300 * Math.sin(n / 11)];
}

/** About what somebody does in a minute: reads, points, scrolls, writes, presses. `wait` lets time pass. */
async function minute(page, n, wait) {
  const move = async (steps) => {
    for (const [x, y] of path(steps)) {
      await page.mouse.move(x, y);
      await wait(50);
    }
  };
  await page.getByRole("link", { name: "Things" }).click();
  await wait(1_000);
  await move(100);
  await page.mouse.wheel(0, 200);
  await page.getByRole("link", { name: /lamp|Notebook|Kettle|Headset/ }).nth(n % 4).click();
  await wait(4_000);
  await move(100);
  await page.getByRole("button", { name: "Reviews" }).click();
  await wait(8_000);
  await page.getByRole("button", { name: "Add to basket" }).click();
  await wait(6_000);
  await page.getByRole("link", { name: "Checkout" }).click();
  await move(100);
  for (const letter of `Please ring twice, ${n}`) {
    await page.getByLabel("Remark").press(letter === " " ? "Space" : letter);
    await wait(120);
  }
  await page.getByRole("button", { name: "Apply coupon" }).click();
  await move(60);
  await wait(20_000);
}

/** Milliseconds in which something of the recorder's ran, or was called by it. */
function spent({ nodes, samples, timeDeltas }) {
  const ours = new Set();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const walk = (node, within) => {
    const here = within || /\/recorder\.js$/.test(node.callFrame.url);
    if (here) ours.add(node.id);
    for (const child of node.children ?? []) walk(byId.get(child), here);
  };
  walk(nodes[0], false);
  return samples.reduce((all, id, n) => all + (ours.has(id) ? timeDeltas[n] : 0), 0) / 1_000;
}

async function cost() {
  const page = await visit();
  await record(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Profiler.enable");
  await devtools.send("Profiler.setSamplingInterval", { interval: 200 });
  await devtools.send("Profiler.start");
  const began = performance.now();
  const wait = (ms) => page.waitForTimeout(Math.min(ms, 500));
  for (let n = 0; performance.now() - began < MEASURED_MS; n += 1) await minute(page, n, wait);
  const { profile } = await devtools.send("Profiler.stop");
  const share = spent(profile) / (performance.now() - began);
  const id = await session(page);
  await page.context().close();
  return { share, id };
}

async function long() {
  const page = await visit();
  await page.clock.install();
  await page.reload();
  await record(page);
  const wait = async (ms) => {
    await page.clock.runFor(ms);
  };
  for (let n = 0; n < MINUTES; n += 1) {
    await minute(page, n, wait);
    // What is packed and sent takes real time.
    await page.waitForTimeout(300);
  }
  const id = await session(page);
  await page.close({ runBeforeUnload: true });
  await page.context().close();
  return id;
}

const { share, id } = await cost();
console.log(JSON.stringify({ share, busy: id, long: await long() }));
await chrome.close();
