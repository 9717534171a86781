// How soon an event stands in the page of somebody who has the customer open.
//   node end2end/dom.mjs <url> <session token> <customer> [rounds]
// Prints one line a round: milliseconds from sending the event to its entry in the document.
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";

const [url, token, customer, rounds = "20"] = process.argv.slice(2);
if (!customer) {
  console.error("usage: node end2end/dom.mjs <url> <session token> <customer> [rounds]");
  process.exit(2);
}
// The demo workspace's own server.
const headers = { authorization: "Bearer rsk_demo_secret", "content-type": "application/json" };

const chrome = await chromium.launch(browser);
const context = await chrome.newContext({ viewport: { width: 1440, height: 900 } });
await context.addCookies([{ name: "rapport", value: token, url }]);
const page = await context.newPage();
const live = page.waitForResponse((response) => new URL(response.url()).pathname === "/live");
await page.goto(`${url}/customers/${customer}`);
await live;

for (let round = 0; round < Number(rounds); round++) {
  const name = `bench_dom_${Date.now()}`;
  const seen = page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const observer = new MutationObserver((changes) => {
          const nodes = changes.flatMap((change) => [...change.addedNodes]);
          if (!nodes.some((node) => node.textContent?.includes(name))) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(document.querySelector(".stream"), { childList: true, subtree: true });
      }),
    name,
  );
  // A pane loads at most twice a second, and the streams beat at times of their own: each event
  // comes alone, at any moment.
  await page.waitForTimeout(600 + Math.random() * 200);
  const sent = Date.now();
  const answer = await fetch(`${url}/api/v1/events`, { method: "POST", headers, body: JSON.stringify({ customer: { id: customer }, name }) });
  if (!answer.ok) throw new Error(`the event was answered ${answer.status}: ${await answer.text()}`);
  console.log((await seen) - sent);
}
await chrome.close();
