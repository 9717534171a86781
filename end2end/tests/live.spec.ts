// What others do shows in an open page, and takes nothing from whoever reads it.
import { DEMO, api, axe, expect, login, test, waiting } from "../fixtures";
import type { Page } from "@playwright/test";

const headers = { authorization: `Bearer ${DEMO.secretKey}` };

async function ticket(page: Page) {
  const mark = `v${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const external_id = mark;
  const { id } = await api(page, "/api/v1/customers", { external_id, email: `${mark}@live.example`, name: `Vito ${mark}` });
  const customer = { external_id };
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Watched ${mark}`, channel: "email" });
  return { mark, id, number, customer, url: `/customers/${id}/tickets/${number}` };
}

async function patch(page: Page, number: number, data: unknown) {
  const answer = await page.request.patch(`/api/v1/tickets/${number}`, { data, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
}

const say = (page: Page, number: number, body_text: string) =>
  api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text });

/** The stream is there once the page has heard from it. */
async function opened(page: Page, url: string) {
  const stream = page.waitForResponse((answer) => answer.url().includes("/live?"));
  await page.goto(url);
  expect((await stream).status()).toBe(200);
}

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const list = (page: Page) => page.getByRole("region", { name: "Tickets", exact: true });
const about = (page: Page) => page.getByRole("complementary", { name: /^About/ });

test("an open ticket shows messages, changes and notes of others, and keeps what is being written", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await login(page);
  const { mark, id, number, url } = await ticket(page);
  await say(page, number, "First of all");
  await opened(page, url);
  await pane(page).getByText("(click to edit)").or(pane(page).locator(".subject-edit summary")).first().click();
  const subject = pane(page).getByRole("textbox", { name: "Subject" });
  await subject.fill("Half a new subj");
  const box = pane(page).getByRole("textbox", { name: "Message" });
  await box.fill("Dear Vi");

  await say(page, number, "And another thing");
  await expect(pane(page).getByRole("article").filter({ hasText: "And another thing" })).toBeVisible();
  await patch(page, number, { priority: "urgent", status: "pending" });
  await expect(pane(page).getByLabel("Status", { exact: true }).locator("option:checked")).toHaveText("Pending");
  await expect(list(page).getByRole("link", { name: new RegExp(mark) })).toContainText("Pending");
  await api(page, `/api/v1/customers/${id}/notes`, { body: `Prefers mornings ${mark}` });
  await expect(about(page).locator(".note-item")).toContainText(`Prefers mornings ${mark}`);

  await expect(box).toBeFocused();
  await expect(box).toHaveText("Dear Vi");
  await expect(subject).toHaveValue("Half a new subj");
  await patch(page, number, { subject: `Renamed ${mark}` });
  await expect(pane(page).locator(".subject-edit summary")).toContainText(`Renamed ${mark}`);
  await expect(subject, "words are the writer's").toHaveValue("Half a new subj");
  await subject.press("Enter");
  await expect(pane(page).getByRole("alert").first(), "nobody's change is overwritten unseen").toBeVisible();
  await expect(subject).toHaveValue("Half a new subj");
});

test("the number beside the inbox follows on every page, and the page's own stream takes over", async ({ page }) => {
  await login(page);
  await opened(page, "/customers");
  const inbox = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ });
  const before = await waiting(inbox);
  await ticket(page);
  await expect.poll(() => waiting(inbox)).toBeGreaterThan(before);
  const [stream] = await Promise.all([page.waitForRequest(/\/live\?topic=inbox/), inbox.click()]);
  expect(stream.url()).toContain("from=");
  const { mark } = await ticket(page);
  await expect(page.getByRole("link", { name: new RegExp(mark) }).first()).toBeVisible();
});

test("whoever reads further up in a long thread stays there", async ({ page }) => {
  await login(page);
  const { mark, number, url } = await ticket(page);
  for (let n = 0; n < 25; n++) await say(page, number, `Line ${n} ${mark}\n\nwith some more words`);
  await opened(page, url);
  const thread = pane(page).getByRole("log");
  await thread.evaluate((list) => list.scrollBy(0, -900));
  const seen = pane(page).getByRole("article").filter({ hasText: `Line 12 ${mark}` });
  const top = () => seen.evaluate((article) => article.getBoundingClientRect().top);
  const before = await top();
  await say(page, number, `The newest ${mark}`);
  await expect(pane(page).getByRole("article").filter({ hasText: `The newest ${mark}` })).toBeAttached();
  // Lines stand at fractions of a pixel.
  expect(Math.abs((await top()) - before)).toBeLessThan(1.5);
  // Below is more, says a button that leads there and goes.
  const below = pane(page).getByRole("button", { name: "New message" });
  await below.click();
  await expect(pane(page).getByRole("article").filter({ hasText: `The newest ${mark}` })).toBeInViewport();
  await expect(below).toHaveCount(0);
  await say(page, number, `One more ${mark}`);
  await expect(pane(page).getByRole("article").filter({ hasText: `One more ${mark}` })).toBeInViewport();
  await expect(below).toHaveCount(0);
});

test("the inbox gets new tickets and changed rows, and the focus stays", async ({ page }) => {
  await login(page);
  const { mark, number, customer } = await ticket(page);
  await opened(page, "/inbox");
  const row = page.getByRole("listitem").filter({ hasText: `Watched ${mark}` }).getByRole("link");
  const { number: next } = await api(page, "/api/v1/tickets", { customer, subject: `Second ${mark}`, channel: "chat" });
  await expect(page.getByRole("listitem").filter({ hasText: `Second ${mark}` })).toBeVisible();
  await row.focus();
  await say(page, number, `Still waiting ${mark}`);
  await expect(page.getByRole("listitem").filter({ hasText: `Still waiting ${mark}` })).toBeVisible();
  await expect(row).toBeFocused();
  await patch(page, next, { status: "closed" });
  await expect(page.getByRole("listitem").filter({ hasText: `Second ${mark}` })).toHaveClass(/gone/);
  await row.blur();
  await say(page, number, `And again ${mark}`);
  await expect(page.getByRole("listitem").filter({ hasText: `Second ${mark}` })).toHaveCount(0);
});

test("events slide in at the top; further down a pill counts them and nothing moves", async ({ page }) => {
  await login(page);
  const { mark, id, customer } = await ticket(page);
  const track = (n: number, from = 0) =>
    api(page, "/api/v1/events", Array.from({ length: n }, (_, i) => ({ customer, name: `step_${from + i}`, title: `Step ${from + i} ${mark}` })));
  await track(40);
  await opened(page, `/customers/${id}`);
  const timeline = page.getByRole("region", { name: "Timeline", exact: true });
  await expect(timeline.locator(".event").first()).toBeVisible();
  await track(1, 100);
  await expect(timeline.locator(".event").filter({ hasText: `Step 100 ${mark}` })).toBeVisible();
  await expect(timeline.locator(".pane-head .count")).toContainText("events");

  const scroller = page.locator(".pane.timeline");
  await scroller.evaluate((pane) => pane.scrollTo(0, 900));
  const seen = timeline.locator(".event").filter({ hasText: `Step 20 ${mark}` });
  const before = await seen.evaluate((row) => row.getBoundingClientRect().top);
  await track(2, 200);
  const pill = timeline.getByRole("button", { name: "2 new" });
  await expect(pill).toBeVisible();
  expect(await seen.evaluate((row) => row.getBoundingClientRect().top)).toBe(before);
  await axe(page, ".arrivals");
  await pill.click();
  await expect(timeline.locator(".event").filter({ hasText: `Step 201 ${mark}` })).toBeInViewport();
  await expect(pill).toHaveCount(0);
});

test("j and k go from event to event once one has the focus", async ({ page }) => {
  await login(page);
  const { mark, id, customer } = await ticket(page);
  await api(page, "/api/v1/events", ["one", "two", "three"].map((name) => ({ customer, name, title: `${name} ${mark}` })));
  await page.goto(`/customers/${id}`);
  const event = (name: string) => page.locator(".stream summary").filter({ hasText: `${name} ${mark}` });
  await event("three").focus();
  await page.keyboard.press("j");
  await expect(event("two")).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(event("two")).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}$`));
});

test("one's own change loads each pane once", async ({ page }) => {
  await login(page);
  const { number, url } = await ticket(page);
  await opened(page, url);
  await page.waitForTimeout(1_000);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.replace(/\d+$/, "")));
  const count = (name: string) => asked.filter((path) => path === `/api/${name}`).length;
  // A machine that is busy may tell of it too late, and load once more: not each time.
  const labels = ["Pending", "Open"];
  await expect(async () => {
    asked.length = 0;
    labels.reverse();
    await pane(page).getByLabel("Status", { exact: true }).selectOption({ label: labels[1] });
    await page.waitForTimeout(2_000);
    expect([count("edit_ticket"), count("open_ticket"), count("load_tickets")], `#${number}`).toEqual([1, 1, 1]);
  }).toPass({ timeout: 20_000 });
});

test("without the stream the page says so in a quiet place, and catches up when it is back", async ({ page, context, watch }) => {
  test.setTimeout(90_000);
  watch.allow(/live|ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await login(page);
  const { mark, number, url } = await ticket(page);
  await opened(page, url);
  const state = page.locator(".live-state");
  await expect(state).toHaveText("");
  await context.route("**/live?*", (route) => route.abort());
  // A stream that runs already ends with its page.
  await page.goto(url);
  await expect(state).toHaveText("Not live – reconnecting", { timeout: 20_000 });
  await axe(page, ".topbar");
  await say(page, number, `Meanwhile ${mark}`);
  await context.unroute("**/live?*");
  await expect(state).toHaveText("", { timeout: 20_000 });
  await expect(pane(page).getByRole("article").filter({ hasText: `Meanwhile ${mark}` })).toBeVisible();
});
