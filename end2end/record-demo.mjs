// Records the two sessions that come with the demo: a customer in the shop, in Chromium, by the real
// recorder. Run it against a server in demo mode:
//   RAPPORT_URL=http://127.0.0.1:3000 node end2end/record-demo.mjs fixtures/demo/recordings.json
// Times in the file are milliseconds from the session's start; the loader makes them fresh.
import { writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { browser as options } from "./browser.mjs";

const url = process.env.RAPPORT_URL ?? "http://127.0.0.1:3000";
const out = process.argv[2];
if (!out) throw new Error("usage: node end2end/record-demo.mjs <file>");

const browser = await chromium.launch(options);
const sessions = [await record({ width: 1280, height: 800 }, troubled), await record({ width: 390, height: 780 }, glad)];
await browser.close();
writeFileSync(out, `${JSON.stringify(sessions)}\n`);
console.log(`${out}: ${sessions.map((s) => `${s.chunks.length} chunks`).join(", ")}`);

/** Plays a visit, and reads from the server what it recorded. */
async function record(viewport, visit) {
  const isMobile = viewport.width < 500;
  const context = await browser.newContext({ baseURL: url, viewport, locale: "en-GB", timezoneId: "Europe/London", isMobile, hasTouch: isMobile });
  const page = await context.newPage();
  await page.goto("/demo-app");
  await page.getByRole("button", { name: "Record this visit" }).click();
  const head = await page.evaluate(() => ({
    anonymousId: JSON.parse(localStorage.getItem("rapport_anonymous")),
    context: { userAgent: navigator.userAgent.replace("Headless", ""), timezone: "Europe/London", locale: navigator.language },
  }));
  await visit(page);
  await page.waitForTimeout(3_500);
  await page.goto("about:blank");
  await page.waitForTimeout(1_500);
  const api = context.request;
  const auth = { Authorization: "Bearer rsk_demo_secret" };
  // The list finds people by their id, not by their browser.
  const user = `record-${head.anonymousId}`;
  await api.post("/v1/identify", { headers: auth, data: { userId: user, anonymousId: head.anonymousId, messageId: user } });
  const { items: [customer] } = await (await api.get(`/api/v1/customers?q=${user}`, { headers: auth })).json();
  const { items: [session] } = await (await api.get(`/api/v1/customers/${customer.id}/recordings`, { headers: auth })).json();
  await api.post("/login", { form: { email: "priya@acme.example", password: "rapport-demo", next: "" } });
  const chunks = [];
  for (const window of session.windows) {
    let way = "seek=0";
    for (let seq = 0; ; seq += 1) {
      const answer = await api.get(`/customers/${customer.id}/sessions/${session.id}/events?window=${window}&${way}`);
      if (answer.headers()["x-gap"] === "1") throw new Error("a chunk is missing: record again");
      const last = answer.headers()["x-last-at"];
      if (!last) break;
      chunks.push({ window, seq, events: await answer.json() });
      way = `after=${last}`;
    }
  }
  await context.close();
  const start = Math.min(...chunks.flatMap(({ events }) => events.map((event) => event.timestamp)));
  for (const event of chunks.flatMap(({ events }) => events)) event.timestamp -= start;
  return { context: head.context, chunks };
}

function pause(page, ms) {
  return page.waitForTimeout(ms);
}

/** Somebody whose coupon does not work, and who lets it know. */
async function troubled(page) {
  await pause(page, 1_500);
  await page.mouse.move(300, 320, { steps: 15 });
  await page.getByRole("link", { name: "Headset" }).click();
  await pause(page, 2_000);
  await page.getByRole("button", { name: "Reviews" }).click();
  await pause(page, 1_500);
  await page.getByRole("button", { name: "Add to basket" }).click();
  await pause(page, 2_500);
  await page.getByRole("link", { name: "Checkout" }).click();
  await pause(page, 1_500);
  await page.getByLabel("Name on the card").pressSequentially("Alex Morgan", { delay: 90 });
  await page.getByLabel("Card number").pressSequentially("4242424242424242", { delay: 70 });
  await page.getByLabel("Remark").pressSequentially("Please leave it with the neighbours", { delay: 60 });
  await pause(page, 1_000);
  const coupon = page.getByRole("button", { name: "Apply coupon" });
  const box = await coupon.boundingBox();
  await page.mouse.move(box.x + 20, box.y + 12, { steps: 20 });
  await coupon.click();
  await pause(page, 2_500);
  for (let n = 0; n < 4; n += 1) {
    await page.mouse.click(box.x + 20, box.y + 12);
    await pause(page, 140);
  }
  await pause(page, 4_000);
  await page.mouse.move(640, 500, { steps: 10 });
  await page.getByRole("button", { name: "Pay" }).click();
  await pause(page, 3_000);
}

/** Somebody who looks around on a phone. */
async function glad(page) {
  await pause(page, 1_200);
  await page.mouse.wheel(0, 400);
  await pause(page, 1_500);
  await page.getByRole("link", { name: "Kettle" }).tap();
  await pause(page, 2_500);
  await page.getByRole("button", { name: "Add to basket" }).tap();
  await pause(page, 1_500);
  await page.getByRole("link", { name: "Things" }).tap();
  await pause(page, 1_500);
  await page.getByRole("link", { name: "Notebook" }).tap();
  await pause(page, 2_500);
}
