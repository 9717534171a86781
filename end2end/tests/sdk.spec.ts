// The browser SDK in the demo's web shop.
import { axe, eachTheme, expect, login, noJs, test } from "../fixtures";

test.use({ timezoneId: "Asia/Tokyo" });

test("a visitor browses the shop, signs in, and their past is the customer's timeline", async ({ page, context }) => {
  const mark = `shop${Date.now()}`;
  const shop = await context.newPage();
  const sent: string[] = [];
  shop.on("request", (request) => request.url().endsWith("/v1/b") && sent.push(request.postData() ?? ""));
  await shop.goto("/demo-app");
  await shop.getByRole("link", { name: "Kettle" }).click();
  await shop.getByRole("button", { name: "Add to basket" }).click();
  await expect(shop.getByRole("status")).toHaveText("It is in your basket.");
  // A step within the page is a page too.
  await shop.getByRole("button", { name: "Reviews" }).click();
  await expect(shop).toHaveURL(/view=reviews/);
  await shop.getByRole("link", { name: "Sign in" }).click();
  await shop.getByLabel("User id").fill(mark);
  await shop.getByLabel("E-mail").fill(`${mark}@shop.example`);
  await shop.getByLabel("Name").fill(`Ada ${mark}`);
  await shop.getByRole("button", { name: "Sign in" }).click();
  await expect(shop.getByText(`Hello, Ada ${mark}.`)).toBeVisible();

  await login(page);
  const found = page.getByRole("link", { name: `Ada ${mark}` });
  await expect(async () => {
    await page.goto(`/customers?q=${mark}@shop.example`);
    await expect(found.first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await found.first().click();
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline).toContainText("Added to basket");
  await expect(timeline).toContainText("Page viewed");
  // What the browser says of itself is the customer's: where they are, and by which clock.
  const about = page.getByRole("complementary", { name: `About Ada ${mark}` });
  await expect(about).toContainText("Online now · /demo-app", { timeout: 15_000 });
  await expect(about).toContainText(/Local time\s*\d\d:\d\d · Tokyo/);
  await shop.getByRole("link", { name: "On to the shop" }).click();
  await shop.getByRole("link", { name: "Notebook" }).click();
  await expect(about).toContainText("Online now · /demo-app/things/notebook", { timeout: 15_000 });
  await expect(timeline.locator(".event em").filter({ hasText: "Browser SDK" }).first()).toBeVisible();
  // Why the chip says customer.
  await about.locator("summary.pill").click();
  await expect(about).toContainText("signed by your server");
  // It is on the screen whole, and Escape closes it and gives the focus back.
  const why = (await about.locator(".why > .menu-items").boundingBox())!;
  expect(why.x + why.width).toBeLessThanOrEqual(page.viewportSize()!.width);
  await page.keyboard.press("Escape");
  await expect(about.locator(".why > .menu-items")).toBeHidden();
  await expect(about.locator("summary.pill")).toBeFocused();
  await about.locator("summary.pill").click();
  await about.getByRole("link", { name: "Identity, merges" }).click();
  await expect(page.getByRole("heading", { name: `Who is Ada ${mark}?` })).toBeVisible();
  await expect(page.getByRole("form", { name: "Identifiers" })).toContainText("Anonymous ID");
  await axe(page, "main");
  expect(await context.cookies()).not.toContainEqual(expect.objectContaining({ name: "rapport_anonymous" }));
  await shop.close();
});

test("without consent nothing is stored or sent", async ({ context, baseURL }) => {
  const shop = await context.newPage();
  const sent: string[] = [];
  shop.on("request", (request) => request.url().includes("/v1/") && sent.push(request.url()));
  await shop.route("**/demo-app", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace("<script src=\"/sdk.js\"", '$& data-consent="false"');
    await route.fulfill({ response: answer, body });
  });
  await shop.goto(`${baseURL}/demo-app`);
  await shop.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide")));
  expect(await shop.evaluate(() => Object.keys(localStorage))).toEqual([]);
  expect(sent).toEqual([]);
  // @ts-expect-error: the SDK's global
  await shop.evaluate(() => window.rapport.consent(true));
  await expect.poll(() => sent.length).toBeGreaterThan(0);
  // @ts-expect-error: the SDK's global
  await shop.evaluate(() => window.rapport.consent(false));
  expect(await shop.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await shop.close();
});

test("nothing that a page hands over throws into it or holds up what comes after", async ({ context, baseURL }) => {
  const shop = await context.newPage();
  const sent: string[] = [];
  shop.on("request", (request) => request.url().endsWith("/v1/b") && sent.push(request.postData() ?? ""));
  await shop.goto(`${baseURL}/demo-app`);
  await shop.evaluate(() => {
    // @ts-expect-error: the SDK's global
    const rapport = window.rapport;
    const cycle: Record<string, unknown> = { deep: { wei: 10n ** 20n } };
    cycle.self = cycle;
    rapport.track("Odd", { cycle, element: document.body, click: new MouseEvent("click"), nan: NaN, when: new Date(NaN) });
    rapport.track("Trap", { get boom() { throw new Error("boom"); } });
    rapport.track("Nothing", null);
    rapport.identify(42, null);
    rapport.identify("42", { seats: 3n });
    for (let i = 0; i < 12; i++) rapport.track(`Long ${i}`, { text: "お客様サポートに問い合わせました。".repeat(170) });
    rapport.track("Huge", { text: "あ".repeat(100_000) });
    rapport.track("After all of it", {});
  });
  await expect.poll(() => sent.join(), { timeout: 15_000 }).toContain("After all of it");
  await expect.poll(() => shop.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("rapport_queue_")))).toEqual([]);
  expect(sent.every((body) => new TextEncoder().encode(body).length < 65_536)).toBe(true);
  const batch = sent.flatMap((body) => JSON.parse(body).batch);
  const odd = batch.find((message) => message.event === "Odd").properties;
  expect(odd.cycle).toEqual({ deep: { wei: "100000000000000000000" }, self: "[circular]" });
  expect(batch.find((message) => message.event === "Trap").properties).toEqual({ boom: "[unreadable]" });
  // 42 and "42" are one: nobody else came to the browser.
  const visitors = batch.filter((message) => message.type === "identify").map((message) => message.anonymousId);
  expect(new Set(visitors).size).toBe(1);
  await shop.close();
});

eachTheme("the event log has no grave accessibility fault", async ({ page }) => {
  await login(page);
  await page.goto("/settings/events");
  await axe(page, "main");
});

noJs("the event log says why an event is on no timeline, and links it later", async ({ page, watch }) => {
  // Nobody is known yet: the retry is refused.
  watch.allow(/409/);
  const mark = `log${Date.now()}`;
  const key = { authorization: "Bearer rsk_demo_secret" };
  const event = { customer: { external_id: mark }, name: `waits_${mark}` };
  const answer = await page.request.post("/api/v1/events", { data: event, headers: key });
  expect((await answer.json()).results[0].status).toBe("unlinked");
  await login(page);
  await page.goto(`/settings/events?state=unlinked&q=waits_${mark}`);
  const row = page.getByRole("row").filter({ hasText: mark });
  await expect(row).toContainText("Unlinked");
  await row.getByRole("button", { name: /Retry/ }).click();
  await expect(page.getByText("No customer matches this event yet.")).toBeVisible();
  await page.request.post("/api/v1/customers", { data: { external_id: mark, name: mark }, headers: key });
  await expect(async () => {
    await page.goto(`/settings/events?q=waits_${mark}`);
    await expect(row).toContainText("Linked", { timeout: 500 });
  }).toPass({ timeout: 15_000 });
});

noJs("two customers are compared, merged and parted again", async ({ page }) => {
  const mark = `m${Date.now()}`;
  const headers = { authorization: "Bearer rsk_demo_secret" };
  const create = async (name: string, email: string) =>
    (await (await page.request.post("/api/v1/customers", { data: { name, email, city: name }, headers })).json()).id;
  const one = await create(`One ${mark}`, `one-${mark}@x.example`);
  const two = await create(`Two ${mark}`, `two-${mark}@x.example`);
  await login(page);
  await page.goto(`/customers/${one}/identity`);
  await page.getByLabel("Their name, e-mail, phone or ID").fill(`two-${mark}@x.example`);
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByRole("heading", { name: `Merge Two ${mark} into One ${mark}` })).toBeVisible();
  await page.getByRole("group", { name: "City" }).getByLabel(`Two ${mark}`).check();
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await expect(page.getByText("Merged. You can undo it for 30 days")).toBeVisible();
  await expect(page.getByText(`two-${mark}@x.example`)).toBeVisible();
  await page.goto(`/customers/${two}`);
  await expect(page.getByRole("complementary", { name: `About One ${mark}` })).toBeVisible();
  await page.goto(`/customers/${one}/identity`);
  await page.getByRole("button", { name: `Undo the merge of Two ${mark}` }).click();
  await expect(page.getByText("Merge undone")).toBeVisible();
  await page.goto(`/customers/${two}`);
  await expect(page.getByRole("complementary", { name: `About Two ${mark}` })).toBeVisible();
});
