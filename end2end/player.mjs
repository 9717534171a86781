// How soon a recorded session is on show, and another second of it, in a real page.
//   node end2end/player.mjs <url> <session token> <path of the player> <seconds of the session> [rounds]
// Prints two numbers a round: milliseconds from opening the page to its first picture, and from the click on the bar to
// the picture of that second.
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";

const [url, token, path, length, rounds = "10"] = process.argv.slice(2);
if (!length) {
  console.error("usage: node end2end/player.mjs <url> <session token> <path of the player> <seconds of the session> [rounds]");
  process.exit(2);
}
const chrome = await chromium.launch(browser);
const context = await chrome.newContext({ viewport: { width: 1440, height: 900 } });
await context.addCookies([{ name: "rapport", value: token, url }]);

/** What stands in the recorded page, which is in a frame of a frame. */
async function shown(page) {
  for (const frame of page.frames()) {
    if (frame.parentFrame()?.parentFrame() !== page.mainFrame()) continue;
    const text = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
    if (text) return text;
  }
  return "";
}

async function until(page, isThere) {
  const began = performance.now();
  while (performance.now() - began < 20_000) {
    const text = await shown(page);
    if (text && isThere(text)) return;
    await page.waitForTimeout(5);
  }
  throw new Error("nothing showed");
}

for (let round = 0; round < Number(rounds); round++) {
  const page = await context.newPage();
  let began = performance.now();
  await page.goto(`${url}${path}`, { waitUntil: "commit" });
  await until(page, () => true);
  const opened = performance.now() - began;
  const before = await shown(page);
  // Another part of the session each time: none of it is here already.
  const second = Math.round((Number(length) * (round + 1)) / (Number(rounds) + 1));
  began = performance.now();
  await page.getByRole("slider", { name: "Position" }).evaluate((field, at) => {
    field.value = String(at);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, second * 1_000);
  await until(page, (text) => text !== before);
  console.log(`${opened.toFixed(0)} ${(performance.now() - began).toFixed(0)}`);
  await page.close();
}
await chrome.close();
