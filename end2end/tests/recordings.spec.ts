// A visit to the demo's shop is recorded, stands on the profile, and plays as it was; and what
// strangers send as recordings does no harm.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { APIRequestContext } from "@playwright/test";
import { axe, DEMO, expect, login, test } from "../fixtures";
import { HOSTILE } from "../hostile.mjs";
import { outline } from "../outline.mjs";
import { recorded, toTheEnd } from "../player";

declare global {
  interface Window {
    held: number;
  }
}

const CARD = "4000056655665556";
/** The browser says so for each frame in which scripts may not run, whoever looks into it. */
const NO_SCRIPTS = /Blocked script execution in '(data:|about:blank)/;
const SECRETS = [CARD, "hunter2secret", "829301", "Analytical Row", "tok_in_address_77", "my remark is private"];

test("a visit is recorded, on the profile within five seconds, and plays to the same page", async ({ page, browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(NO_SCRIPTS);
  const mark = `rec${Date.now()}`;
  const visitor = await browser.newContext({ baseURL: DEMO_URL() });
  const shop = await visitor.newPage();
  await shop.goto("/demo-app/sign-in?token=tok_in_address_77");
  await shop.getByRole("button", { name: "Record this visit" }).click();
  await expect(shop.getByRole("button", { name: "Recording" })).toBeVisible();
  await shop.getByLabel("User id").fill(mark);
  await shop.getByLabel("E-mail").fill(`${mark}@shop.example`);
  await shop.getByLabel("Name").fill(`Ada ${mark}`);
  await shop.getByRole("button", { name: "Sign in" }).click();
  await shop.getByRole("link", { name: "Checkout" }).click();
  await shop.getByLabel("Card number").pressSequentially(CARD);
  await shop.getByLabel("Password").pressSequentially("hunter2secret");
  await shop.getByLabel("Code by text message").pressSequentially("829301");
  await shop.getByLabel("Remark").pressSequentially("my remark is private");
  await shop.evaluate((card) => {
    console.warn(`pays by ${card}`);
    void fetch(`/demo-app?card=${card}`, { headers: { Authorization: "Bearer s3cret.token.value" } });
    document.querySelector("main")!.append(Object.assign(document.createElement("p"), { textContent: `Number ${card} was taken` }));
  }, CARD);
  await shop.getByRole("button", { name: "Apply coupon" }).click();
  await shop.getByRole("button", { name: "Pay" }).click();
  await expect(shop.getByRole("status")).toHaveText("It is in your basket.");
  const seen = await shop.evaluate(outline);
  const left = Date.now();
  await shop.waitForTimeout(3_500);

  await login(page);
  await expect(async () => {
    await page.goto(`/customers?q=${mark}@shop.example`);
    await page.getByRole("link", { name: `Ada ${mark}` }).first().click({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  const card = page.locator(".card.recording");
  await expect(card).toHaveCount(1);
  expect(Date.now() - left).toBeLessThan(10_000);
  await expect(page.locator(".event", { has: card })).toContainText("Live now");
  await expect(card).toContainText("/demo-app/sign-in → /demo-app/checkout");
  // What happened meanwhile leads there.
  await expect(page.getByRole("link", { name: "Show what they saw" }).first()).toHaveAttribute("href", /\/seen\?at=/);
  await card.getByRole("link", { name: "Watch this session" }).click();
  await expect(page).toHaveURL(/\/sessions\/rec_/);
  await visitor.close();

  // To the end: the page stands as the visitor left it, without what is nobody's business.
  const frame = await recorded(page);
  const masked = seen.map((line) => (line.includes("Analytical Row") ? line.replace(/"(.*)"/, (_, text: string) => `"${text.replace(/\S/g, "*")}"`) : line.replaceAll(CARD, "*".repeat(CARD.length))));
  // The button was pressed before recording began to know it.
  await expect(async () => {
    await toTheEnd(page);
    await page.waitForTimeout(500);
    expect(await (await recorded(page)).evaluate(outline)).toEqual(masked);
  }).toPass({ timeout: 20_000 });
  expect(await frame.evaluate(() => self.origin).catch(() => "null")).toBe("null");
  await page.getByRole("tab", { name: "Console" }).click();
  await expect(page.getByRole("tabpanel", { name: "Console" })).toContainText(`pays by ${"*".repeat(16)}`);
  await expect(page.getByRole("tabpanel", { name: "Console" })).toContainText("The coupon has no discount");
  await page.getByRole("tab", { name: "Network" }).click();
  await expect(page.getByRole("tabpanel", { name: "Network" })).toContainText("/demo-app?card=…");
  // axe would run its script in the frame that may run none: the list below is looked at instead.
  const { windows, base } = JSON.parse((await page.locator("[data-player]").getAttribute("data-player"))!);
  const read = await (await page.request.get(`${base}/events?window=${windows[0].key}&seek=0`)).text();
  expect(read).toContain("/demo-app/checkout");

  // A note at the second, and the list of all sessions.
  await page.goto(page.url().replace(/\/sessions\/.*/, "/sessions"));
  await expect(page.locator(".session-row")).toHaveCount(1);
  await expect(page.locator(".session-row")).toContainText("1 error");
  await axe(page, "main");

  // What was typed is nowhere: not in what is read, not in the database, not in a file.
  for (const secret of SECRETS) expect(read, secret).not.toContain(secret);
  const dumping = '"$(command -v pg_dump || ls /usr/lib/postgresql/*/bin/pg_dump | tail -1)" "$DATABASE_URL" --data-only -t "recording*" -t timeline_events -t event_log';
  const dump = execFileSync("bash", ["-c", dumping], { encoding: "latin1", maxBuffer: 1 << 30 });
  const files = filesIn(process.env.RAPPORT_FILES!).map((file) => readFileSync(file, "latin1"));
  expect(files.length).toBeGreaterThan(2);
  for (const secret of SECRETS) {
    expect(dump.includes(secret), secret).toBe(false);
    expect(files.some((text) => text.includes(secret)), secret).toBe(false);
  }
});

const DEMO_URL = () => process.env.RAPPORT_URL;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Sends a session of a browser of its own; answers the address of its page. */
async function send(api: APIRequestContext, name: string, events: unknown[]): Promise<string> {
  const session = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const head = { key: DEMO.writeKey, session, window: session.slice(0, 16), seq: 0, anonymousId: `hostile-${session}`, sentAt: Date.now(), packing: "gzip" };
  const answer = await api.post("/v1/recordings/chunks", { headers: { "Content-Type": "text/plain" }, data: Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), gzipSync(JSON.stringify(events))]) });
  expect(answer.ok(), `${name}: ${await answer.text()}`).toBe(true);
  const auth = { Authorization: `Bearer ${DEMO.secretKey}` };
  // Somebody whom the list finds by a name.
  await api.post("/v1/identify", { headers: auth, data: { userId: `hostile-${session}`, anonymousId: `hostile-${session}`, messageId: session } });
  const found = await (await api.get(`/api/v1/customers?q=hostile-${session}`, { headers: auth })).json();
  const customer = found.items[0].id as string;
  const sessions = await (await api.get(`/api/v1/customers/${customer}/recordings`, { headers: auth })).json();
  return `/customers/${customer}/sessions/${sessions.items[0].id}`;
}

test("what other recorders wrote plays to the page that they saw", async ({ page, request, watch }) => {
  watch.allow(NO_SCRIPTS);
  test.setTimeout(120_000);
  await login(page);
  const recorders: { recorder: string; outline: string[]; events: { timestamp: number }[] }[] = JSON.parse(readFileSync("../fixtures/recordings/recorders.json", "utf8"));
  expect(recorders).toHaveLength(12);
  for (const { recorder, outline: seen, events } of recorders) {
    const late = Date.now() - 60_000 - events[0]!.timestamp;
    const href = await send(request, recorder, events.map((event) => ({ ...event, timestamp: event.timestamp + late })));
    await page.goto(href);
    await expect(async () => {
      await toTheEnd(page);
      await page.waitForTimeout(100);
      expect(await (await recorded(page)).evaluate(outline), recorder).toEqual(seen);
    }).toPass({ timeout: 15_000 });
  }
});

test("what strangers send as recordings runs nothing, fetches nothing and changes nothing", async ({ page, request, baseURL, watch }) => {
  // What it refuses on the way, it says as well.
  watch.allow(NO_SCRIPTS);
  watch.allow(/Content Security Policy|violates the following/);
  test.setTimeout(300_000);
  await login(page);
  const bad: string[] = [];
  page.on("dialog", (dialog) => {
    bad.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.context().route("**", (route) => {
    const url = route.request().url();
    const own = url.startsWith(`${baseURL}/`) || url.startsWith("data:");
    if (!own) bad.push(`request: ${url}`);
    return own ? route.continue() : route.abort();
  });
  await page.addInitScript(() => {
    if (window !== top) return;
    // How long nothing else of the page ran.
    let last = performance.now();
    Object.assign(window, { held: 0 });
    setInterval(() => {
      const now = performance.now();
      window.held = Math.max(window.held, now - last);
      last = now;
    }, 10);
    window.addEventListener("message", (event) => Object.assign(window, { pwned: event.data }));
  });
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
  for (const { name, events } of HOSTILE) {
    const href = await send(request, name, events(Date.now() - 60_000));
    await page.goto(`${href}?t=1`);
    const notice = page.locator("[data-notice]");
    await expect(async () => {
      const shown = await Promise.all(page.frames().map((frame) => frame.evaluate(() => document.querySelector(".witness")?.textContent).catch(() => undefined)));
      const said = (await notice.isVisible()) && /cannot be shown|can be shown|never arrived/.test((await notice.textContent()) ?? "");
      expect(shown.includes("Still here") || said, name).toBe(true);
    }).toPass({ timeout: 60_000 });
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForTimeout(150);
    const state = await page.evaluate(() => ({ pwned: (window as { pwned?: unknown }).pwned, name: window.name, polluted: ({} as { polluted?: unknown }).polluted }));
    const held = await page.evaluate(() => window.held);
    if (process.env.RAPPORT_HELD) console.log(`the page was held up ${held.toFixed(0)} ms by ${name}`);
    expect(state, name).toEqual({ pwned: undefined, name: "", polluted: undefined });
    expect(page.url(), name).toContain(href);
    expect(bad, name).toEqual([]);
  }
});

test("what is recorded is set on a page, and the recorder is told", async ({ page, request, watch }) => {
  watch.allow(/status of 422/);
  await login(page);
  await page.goto("/settings/recordings");
  await axe(page, "main");
  await page.getByLabel("Also masked").fill(".salary\n#iban");
  await page.getByLabel("Sessions out of a hundred").fill("0");
  await page.getByRole("button", { name: "Save" }).click();
  // What was typed is still there, beside what is wrong.
  await expect(page.locator("#sample_percent-help")).toHaveText("Choose a number from 1 to 100.");
  await expect(page.getByLabel("Also masked")).toHaveValue(".salary\n#iban");
  await page.getByLabel("Sessions out of a hundred").fill("100");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved for sessions that begin now")).toBeVisible();
  const told = await (await request.get(`/v1/recordings/settings/${DEMO.writeKey}`)).json();
  expect(told).toMatchObject({ enabled: true, mask: [".salary", "#iban"], maskText: "inputs" });
});
