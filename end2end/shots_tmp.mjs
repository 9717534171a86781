import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";
const url = process.argv[2]; const out = process.argv[3] ?? "/tmp/shots";
const chrome = await chromium.launch(browser);
async function at(width, height, zoom, dark) {
  const context = await chrome.newContext({ baseURL: url, viewport: { width, height }, colorScheme: dark ? "dark" : "light", deviceScaleFactor: zoom });
  await context.request.post("/login", { form: { email: "priya@acme.example", password: "rapport-demo", next: "" } });
  return context.newPage();
}
for (const [name, w, h, z, dark] of [["1440", 1440, 900, 1, false], ["1280", 1280, 800, 1, false], ["360", 360, 780, 1, false], ["zoom", 720, 450, 2, false], ["dark", 1440, 900, 1, true]]) {
  const page = await at(w, h, z, dark);
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log(name, m.text()));
  await page.goto("/inbox");
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
  await page.screenshot({ path: `${out}/${name}-inbox.png` });
  await page.locator(".inbox-search input").fill("Alex").catch(() => {});
  await page.goto("/inbox?q=Export%20is%20stuck");
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
  const first = page.locator(".inbox-row a.subject").first();
  if (!(await first.count())) { await page.goto("/inbox?status=all"); await page.locator("html[data-hydrated]").waitFor({ state: "attached" }); }
  await page.locator(".inbox-row a.subject").first().click();
  await page.locator(".ticket-row .subject").waitFor();
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${out}/${name}-ticket.png` });
  await page.locator(".pane.ticket").getByLabel("More actions").click();
  await page.waitForTimeout(200);
  await page.screenshot({ path: `${out}/${name}-menu.png` });
  await page.keyboard.press("Escape");
  await page.locator(".composer [contenteditable]").click();
  await page.keyboard.type("Hello Alex");
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${out}/${name}-composer.png` });
  await page.keyboard.press("ControlOrMeta+a"); await page.keyboard.press("Delete"); await page.keyboard.press("Escape");
  await page.locator(".sent-by").first().hover();
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${out}/${name}-headers.png` });
  await page.context().close();
}
await chrome.close();
