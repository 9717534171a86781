// What the recorder does by rule: asks first, waits for an error, keeps tabs together, gives up on a page that it would
// slow down, takes pictures of a canvas; and a session is followed while it runs.
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from "@playwright/test";
import { DEMO, expect, login, test } from "../fixtures";
import { recorded, seekTo, toTheEnd } from "../player";

/** The browser says so for each frame in which scripts may not run, whoever looks into it. */
const NO_SCRIPTS = /Blocked script execution in '(data:|about:blank)/;
const auth = { Authorization: `Bearer ${DEMO.secretKey}` };

type Json = Record<string, unknown>;
declare global {
  interface Window {
    rapport: { consent(agreed: boolean): void; identify(id: string, traits: Json): void };
  }
}

/** A visitor with the recorder's settings as a workspace may have them; the shop's tag with these attributes. */
async function visitor(context: BrowserContext, settings: Json = {}, tag = "") {
  await context.route("**/v1/recordings/settings/*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), ...settings } });
  });
  await context.route(/\/demo-app(\/[a-z-]+)*$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace('src="/sdk.js"', `src="/sdk.js" ${tag}`);
    await route.fulfill({ response: answer, body });
  });
  const shop = await context.newPage();
  await shop.goto("/demo-app");
  return shop;
}

/** Recorded sessions of somebody, by the API; none while nobody of that name is known. */
async function sessions(page: Page, mark: string): Promise<{ id: string; customer: string; [more: string]: unknown }[]> {
  const found = await (await page.request.get(`/api/v1/customers?q=${mark}`, { headers: auth })).json();
  const customer = found.items[0]?.id as string | undefined;
  if (!customer) return [];
  const { items } = await (await page.request.get(`/api/v1/customers/${customer}/recordings`, { headers: auth })).json();
  return items.map((item: Json) => ({ ...item, customer }));
}

async function only(page: Page, mark: string) {
  let found: Awaited<ReturnType<typeof sessions>> = [];
  await expect(async () => {
    found = await sessions(page, mark);
    expect(found).toHaveLength(1);
  }).toPass({ timeout: 30_000 });
  return found[0]!;
}

/** All events of a session, window by window. */
async function events(page: Page, session: { id: string; customer: string }): Promise<Json[][]> {
  const base = `/customers/${session.customer}/sessions/${session.id}`;
  const html = await (await page.request.get(base)).text();
  const keys = [...new Set([...html.matchAll(/&quot;key&quot;:&quot;(\w+)&quot;|"key":"(\w+)"/g)].map((m) => m[1] ?? m[2]!))];
  const all = async (key: string) => {
    const found: Json[] = [];
    for (let way = "seek=0"; ; ) {
      const answer = await page.request.get(`${base}/events?window=${key}&${way}`);
      const last = answer.headers()["x-last-at"];
      found.push(...((await answer.json()) as Json[]));
      if (!last) return found;
      way = `after=${last}`;
    }
  };
  return Promise.all(keys.map(all));
}

const newMark = () => `rr${Date.now()}${Math.floor(Math.random() * 1e6)}`;
const identify = (shop: Page, mark: string) => shop.evaluate((mark) => window.rapport.identify(mark, { name: mark, email: `${mark}@shop.example` }), mark);

/** Somebody who is recorded, in a browser of their own, and known by name. */
async function recordedVisitor(browser: Browser, settings: Json = {}, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ baseURL: process.env.RAPPORT_URL, ...options });
  const shop = await visitor(context, settings, 'data-record="true"');
  const mark = newMark();
  await identify(shop, mark);
  return { context, shop, mark };
}

test("nothing is recorded before somebody agrees, nor kept of what they withdraw", async ({ page, browser }) => {
  await login(page);
  const context = await browser.newContext({ baseURL: process.env.RAPPORT_URL });
  const sent: string[] = [];
  context.on("request", (request) => /\/v1\/(recordings\/chunks|batch|track|identify|page)/.test(request.url()) && sent.push(request.url()));
  const shop = await visitor(context, {}, 'data-record="true" data-consent="false"');
  await shop.getByRole("link", { name: "Checkout" }).click();
  await shop.waitForTimeout(2_000);
  expect(sent).toEqual([]);
  expect(await shop.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("rapport")))).toEqual([]);

  const mark = newMark();
  await shop.evaluate(() => window.rapport.consent(true));
  await identify(shop, mark);
  const session = await only(page, mark);
  await shop.getByLabel("Remark").fill("once they agreed");
  await expect(async () => expect((await events(page, session)).flat().length).toBeGreaterThan(2)).toPass();
  await shop.getByLabel("Remark").fill("and then no more");
  await shop.evaluate(() => window.rapport.consent(false));
  const before = (await events(page, session)).flat().length;
  await shop.getByLabel("Remark").fill("nobody reads this");
  await shop.waitForTimeout(4_000);
  expect((await events(page, session)).flat()).toHaveLength(before);
  expect(await shop.evaluate(() => localStorage.getItem("rapport_session"))).toBeNull();
  await context.close();
});

test("where errors alone are wanted, one brings the time before it along", async ({ page, browser }) => {
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser, { afterError: true });
  await shop.evaluate(() => document.querySelector("main")!.append(Object.assign(document.createElement("p"), { className: "early", textContent: "Before the error" })));
  await shop.waitForTimeout(5_000);
  await expect(async () => expect(await (await page.request.get(`/api/v1/customers?q=${mark}`, { headers: auth })).json()).toMatchObject({ items: [{}] })).toPass();
  expect(await sessions(page, mark)).toEqual([]);
  await shop.evaluate(() => setTimeout(() => { throw new Error("The basket broke"); }));
  const session = await only(page, mark);
  await expect(async () => {
    const all = JSON.stringify(await events(page, session));
    expect(all).toContain("Before the error");
    expect(all).toContain("The basket broke");
  }).toPass();
  await context.close();
});

test("tabs of one visit are windows of one session, a copied tab too", async ({ page, browser, watch }) => {
  watch.allow(NO_SCRIPTS);
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser);
  const second = await context.newPage();
  await second.goto("/demo-app/checkout");
  // A tab that was duplicated has what the other's session storage held.
  const storage = await shop.evaluate(() => sessionStorage.getItem("rapport_window")!);
  const third = await context.newPage();
  await third.addInitScript((kept) => sessionStorage.getItem("rapport_window") ?? sessionStorage.setItem("rapport_window", kept), storage);
  await third.goto("/demo-app/things/kettle");
  for (const tab of [second, third]) await tab.getByRole("heading").first().click();
  const session = await only(page, mark);
  await expect(async () => {
    for (const tab of [shop, second, third]) await tab.mouse.move(Math.random() * 400, 300);
    const windows = await events(page, session);
    const pages = windows.map((window) => (window.find((event) => event.type === 4)?.data as { href: string }).href);
    expect(pages.sort().map((href) => new URL(href).pathname)).toEqual(["/demo-app", "/demo-app/checkout", "/demo-app/things/kettle"]);
  }).toPass({ timeout: 30_000 });
  await page.goto(`/customers/${session.customer}/sessions`);
  await page.locator(".session-row a").first().click();
  await expect(page.getByLabel("Window").locator("option")).toHaveCount(3);
  await context.close();
});

test("a browser that packs nothing by itself is recorded too, where the page allows no worker either", async ({ page, browser }) => {
  await login(page);
  const context = await browser.newContext({ baseURL: process.env.RAPPORT_URL });
  await context.addInitScript(() => Reflect.deleteProperty(window, "CompressionStream"));
  const shop = await visitor(context, {}, 'data-record="true"');
  expect(await shop.evaluate(() => "CompressionStream" in window)).toBe(false);
  const mark = newMark();
  await identify(shop, mark);
  await shop.getByRole("link", { name: "Checkout" }).click();
  const session = await only(page, mark);
  await expect(async () => expect(JSON.stringify(await events(page, session))).toContain("Name on the card")).toPass({ timeout: 30_000 });
  await context.close();
});

test("a page that changes too much ends its recording, which says so", async ({ page, browser, watch }) => {
  watch.allow(NO_SCRIPTS);
  test.setTimeout(90_000);
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser);
  const session = await only(page, mark);
  await shop.evaluate(() => {
    const many = Array.from({ length: 1_500 }, () => document.querySelector("main")!.appendChild(document.createElement("i")));
    let n = 0;
    setInterval(() => many.forEach((one) => one.setAttribute("data-n", String((n += 1)))), 100);
  });
  await expect(async () => {
    const stops = (await events(page, session)).flat().filter((event) => (event.data as { tag?: string })?.tag === "rapport.stop");
    expect(stops).toHaveLength(1);
  }).toPass({ timeout: 30_000 });
  await page.goto(`/customers/${session.customer}/sessions/${session.id}`);
  await expect(page.locator(".player-notice", { hasText: "The recorder stopped by itself" })).toBeVisible();
  // The page goes on, and nothing more comes of it.
  const before = (await events(page, session)).flat().length;
  await shop.mouse.move(300, 300);
  await shop.waitForTimeout(4_000);
  expect((await events(page, session)).flat()).toHaveLength(before);
  await context.close();
});

test("a canvas shows what it showed, where that was chosen, and a masked one nothing", async ({ page, browser, watch }) => {
  watch.allow(NO_SCRIPTS);
  test.setTimeout(90_000);
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser, { canvas: true });
  const paint = (colour: string) =>
    shop.evaluate((colour) => {
      for (const name of ["shown", "rapport-mask"]) {
        const old = document.querySelector<HTMLCanvasElement>(`canvas.${name}`);
        const canvas = old ?? document.querySelector("main")!.appendChild(Object.assign(document.createElement("canvas"), { className: name, width: 60, height: 40 }));
        const pen = canvas.getContext("2d")!;
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 60, 40);
      }
    }, colour);
  await paint("rgb(200, 0, 0)");
  await shop.waitForTimeout(2_500);
  await paint("rgb(0, 0, 200)");
  await shop.waitForTimeout(5_000);
  const session = await only(page, mark);
  await page.goto(`/customers/${session.customer}/sessions/${session.id}`);
  const colours = async () => {
    const frame = await recorded(page);
    return frame.evaluate(() =>
      ["shown", "rapport-mask"].map((name) => {
        const picture = document.querySelector<HTMLImageElement>(`img.${name}`);
        if (!picture?.naturalWidth) return "nothing";
        const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
        canvas.getContext("2d")!.drawImage(picture, 0, 0);
        const [red = 0, , blue = 0] = canvas.getContext("2d")!.getImageData(30, 20, 1, 1).data;
        return `${red > blue ? "red" : "blue"} ${picture.clientWidth}×${picture.clientHeight}`;
      }),
    );
  };
  await expect(async () => {
    await toTheEnd(page);
    await page.waitForTimeout(300);
    expect(await colours()).toEqual(["blue 60×40", "nothing"]);
  }).toPass({ timeout: 30_000 });
  // Back, and every moment shows its own.
  await expect(async () => {
    await seekTo(page, 0.3);
    await page.waitForTimeout(300);
    expect(await colours()).toEqual(["red 60×40", "nothing"]);
  }).toPass({ timeout: 30_000 });
  await context.close();
});

test("a page looks as it did to the customer, and what is written into it is masked", async ({ page, browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(NO_SCRIPTS);
  await login(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const shown = [];
  for (const colorScheme of ["light", "dark"] as const) {
    const { context, shop, mark } = await recordedVisitor(browser, {}, { colorScheme });
    await shop.evaluate(() => document.querySelector("main")!.append(Object.assign(document.createElement("div"), { contentEditable: "true", className: "written" })));
    await shop.locator(".written").pressSequentially("My diagnosis");
    const session = await only(page, mark);
    await expect(async () => expect(JSON.stringify(await events(page, session))).toContain("** *********")).toPass();
    expect(JSON.stringify(await events(page, session))).not.toContain("diagnosis");
    await page.goto(`/customers/${session.customer}/sessions/${session.id}`);
    const background = (of: Page | Frame) => of.evaluate(() => getComputedStyle(document.body).backgroundColor);
    shown.push([await background(shop), await background(await recorded(page))]);
    await context.close();
  }
  expect(shown[0]![1]).toBe(shown[0]![0]);
  expect(shown[1]![1]).toBe(shown[1]![0]);
  expect(shown[0]![0]).not.toBe(shown[1]![0]);
});

test("who does not want it any more is not recorded from then on, and what was deleted stays so", async ({ page, browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(NO_SCRIPTS);
  watch.allow(/status of 404/);
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser);
  const session = await only(page, mark);
  await page.goto(`/customers/${session.customer}/sessions`);
  await page.getByRole("button", { name: "Do not record this customer" }).click();
  await expect(page.getByText("This customer is not recorded.")).toBeVisible();
  const say = (words: string) => shop.evaluate((words) => document.querySelector("main")!.append(Object.assign(document.createElement("p"), { textContent: words })), words);
  await say("Not for you");
  await shop.waitForTimeout(4_500);
  await shop.getByRole("link", { name: "Checkout" }).click();
  await shop.waitForTimeout(4_500);
  const kept = JSON.stringify(await events(page, session));
  expect(["Not for you", "Name on the card"].filter((words) => kept.includes(words))).toEqual([]);
  await page.getByRole("button", { name: "Record again" }).click();

  const { context: other, shop: tab, mark: name } = await recordedVisitor(browser);
  const gone = await only(page, name);
  await page.goto(`/customers/${gone.customer}/sessions/${gone.id}`);
  await expect(page.locator(".pill", { hasText: "Live" })).toBeVisible();
  const deleted = await page.request.delete(`/api/v1/recordings/${gone.id}`, { headers: auth });
  expect(deleted.status()).toBe(204);
  await expect(page.locator("[data-notice]")).toHaveText("This session was deleted.", { timeout: 20_000 });
  await tab.getByRole("link", { name: "Checkout" }).click();
  await tab.waitForTimeout(4_500);
  expect(await sessions(page, name)).toEqual([]);
  await context.close();
  await other.close();
});

test("a session that runs is followed a few seconds behind", async ({ page, browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(NO_SCRIPTS);
  await login(page);
  const { context, shop, mark } = await recordedVisitor(browser);
  const session = await only(page, mark);
  await page.goto(`/customers/${session.customer}/sessions`);
  await page.locator(".session-row a").first().click();
  await expect(page.locator(".pill", { hasText: "Live" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  for (const words of ["First news", "Second news"]) {
    await shop.evaluate((words) => document.querySelector("main")!.append(Object.assign(document.createElement("p"), { textContent: words })), words);
    await expect(async () => expect(await (await recorded(page)).evaluate(() => document.body.innerText)).toContain(words)).toPass({ timeout: 30_000 });
  }
  await context.close();
});
