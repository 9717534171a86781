// How long the page takes to answer a click or a key, as an agent on a slow machine feels it:
// from the input to the next frame (Interaction to Next Paint), with the processor slowed down.
//   node end2end/inp.mjs <url> [rounds] [slowdown]      (8 rounds, four times slower)
// Prints a line for each kind of interaction: milliseconds, median, 75th percentile and longest, of
// every click and every key. Exits 1 when the 75th percentile of one is over its limit. The server has to run with demo data.
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";

const LIMIT_MS = 100;
const [url, rounds = "8", slowdown = "4"] = process.argv.slice(2);
if (!url) {
  console.error("usage: node end2end/inp.mjs <url> [rounds] [slowdown]");
  process.exit(2);
}

const chrome = await chromium.launch(browser);
const context = await chrome.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
const answer = await context.request.post("/login", { form: { email: "priya@acme.example", password: "rapport-demo", next: "" } });
if (!answer.ok()) throw new Error(`login answered ${answer.status()}`);
const page = await context.newPage();
page.on("pageerror", (error) => console.error(`page error: ${error.message}`));
page.on("console", (message) => message.type() === "error" && console.error(message.text()));
// The longest of an interaction's events is what counts; those under 16 ms are not reported.
await page.addInitScript(() => {
  globalThis.seen = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId: id, duration } of list.getEntries())
      if (id) globalThis.seen.set(id, Math.max(duration, globalThis.seen.get(id) ?? 0));
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
});
const protocol = await context.newCDPSession(page);

const durations = new Map();

/** Does one thing, and notes how long the page took to answer; `done` is what shows at its end. */
async function measure(kind, act, done) {
  await page.evaluate(() => globalThis.seen.clear());
  await act();
  await done?.();
  // What is reported comes after the frame.
  await page.waitForTimeout(400);
  const seen = await page.evaluate(() => [...globalThis.seen.values()]);
  durations.set(kind, [...(durations.get(kind) ?? []), ...seen]);
}

const ticket = page.locator(".pane.ticket");
const composer = page.locator(".composer [contenteditable=true]");
const items = page.locator(".ticket-item");
const number = () => page.locator(".ticket-row .num").first().innerText();

/** Makes something by the REST API of the demo workspace. */
async function make(path, data) {
  const made = await context.request.post(`/api/v1${path}`, { data, headers: { authorization: "Bearer rsk_demo_secret" } });
  if (!made.ok()) throw new Error(`${path} answered ${made.status()}: ${await made.text()}`);
  return made.json();
}

// A customer of this run alone, as busy as most: three tickets of twenty messages, fifty events.
const email = `inp${Date.now()}@bench.example`;
const customer = await make("/customers", { email, name: "Ines Nilsson" });
let newest;
for (const subject of ["Export is empty", "Invoice of October", "Seats of a colleague"]) {
  newest = await make("/tickets", { customer: { email }, subject, channel: "email" });
  for (let n = 0; n < 20; n++) await make(`/tickets/${newest.number}/messages`, { kind: n % 2 ? "agent" : "customer", body_text: `Message ${n} about it. `.repeat(12) });
}
for (let n = 0; n < 50; n++) await make("/events", { customer: { email }, name: `page_${n % 7}`, payload: { n } });

await page.goto(`/customers/${customer.id}/tickets/${newest.number}`);
await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
await composer.waitFor();
await protocol.send("Emulation.setCPUThrottlingRate", { rate: Number(slowdown) });
await page.waitForTimeout(1_000);
for (let round = 0; round < Number(rounds); round++) {
  const before = await number();
  const other = items.and(page.locator(":not([aria-current])")).first();
  await measure("switch ticket", () => other.click(), () => page.waitForFunction((n) => document.querySelector(".ticket-row .num")?.innerText !== n, before));
  const second = await number();
  await page.locator("body").click({ position: { x: 2, y: 400 } });
  await measure("next ticket", () => page.keyboard.press(round % 2 ? "k" : "j"), () => page.waitForFunction((n) => document.querySelector(".ticket-row .num")?.innerText !== n, second).catch(() => {}));
  await measure("open menu", () => ticket.getByLabel("More actions").click(), () => ticket.getByRole("button", { name: "Copy number" }).waitFor());
  await page.keyboard.press("Escape");
  // By the keyboard: what a script chooses is no interaction.
  await ticket.getByLabel("Status", { exact: true }).focus();
  await measure("change status", () => page.keyboard.press(round % 2 ? "ArrowUp" : "ArrowDown"));
  await composer.click();
  // As people type: a key is answered before the next one is down.
  await measure("type", () => page.keyboard.type("Hello ", { delay: 150 }));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Escape");
  await page.locator(".ticket-row a.back").click();
  const chip = page.locator(".timeline .chip").nth(1 + (round % 2));
  await chip.waitFor();
  await measure("filter chip", () => chip.click());
  await page.locator(".ticket-item").first().click();
  await composer.waitFor();
}
await chrome.close();

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
let slow = false;
for (const [kind, all] of durations) {
  const sorted = all.toSorted((a, b) => a - b);
  const [median, high, longest] = [at(sorted, 0.5), at(sorted, 0.75), sorted.at(-1)];
  const over = high > LIMIT_MS;
  slow ||= over;
  console.log(`${kind.padEnd(14)} p50 ${String(median).padStart(4)} ms   p75 ${String(high).padStart(4)} ms   max ${String(longest).padStart(4)} ms${over ? `   over ${LIMIT_MS} ms` : ""}`);
}
process.exit(slow ? 1 : 0);
