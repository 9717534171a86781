// Colleagues see each other: who looks at a ticket, and who is writing in it.
import { DEMO, api, axe, expect, login, test } from "../fixtures";
import type { Browser, Page } from "@playwright/test";

async function ticket(page: Page) {
  const mark = `p${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const customer = { external_id: mark };
  const { id } = await api(page, "/api/v1/customers", { ...customer, email: `${mark}@here.example`, name: `Pia ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Shared ${mark}`, channel: "email" });
  return { mark, id, number, url: `/customers/${id}/tickets/${number}` };
}

/** Sam, in a browser of his own. */
async function sam(browser: Browser, baseURL?: string) {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 } });
  const form = { email: "sam@acme.example", password: DEMO.password, next: "" };
  expect((await context.request.post("/login", { form })).ok()).toBe(true);
  return context;
}

const ready = (page: Page) => page.locator("html[data-hydrated]").waitFor({ state: "attached" });
/** Told within a second; the rest is for a busy machine. */
const soon = { timeout: 4_000 };

test("who looks and who types shows in the ticket and in the inbox, and goes with them", async ({ page, browser, baseURL }) => {
  test.setTimeout(90_000);
  await login(page);
  const { mark, url } = await ticket(page);
  await page.goto(url);
  const here = page.locator(".ticket .present");
  await expect(here, "one is no colleague of oneself").toHaveCount(0);
  const alone = await page.locator(".ticket-row").boundingBox();

  const context = await sam(browser, baseURL);
  const other = await context.newPage();
  await other.goto("/inbox");
  await ready(other);
  const row = other.locator(".inbox-row").filter({ hasText: mark });
  await expect(row.locator(".present"), "an inbox says who is at a ticket").toHaveText(/Priya is looking/, soon);
  await row.locator("a.subject").click();
  await expect(here).toHaveText(/Sam is looking/, soon);
  await axe(page, ".ticket-row");
  expect((await page.locator(".ticket-row").boundingBox())?.height, "nothing moves when somebody comes").toBe(alone?.height);
  await expect(other.locator(".ticket .present")).toHaveText(/Priya is looking/, soon);

  await other.locator(".composer [contenteditable=true]").click();
  await other.keyboard.type("I think");
  await expect(here).toHaveText(/Sam is typing…/, soon);
  await expect(here, "a pause ends it").toHaveText(/Sam is looking/, { timeout: 12_000 });
  await other.keyboard.type(" that");
  await expect(here).toHaveText(/Sam is typing…/, soon);

  // In the same tab to the inbox, and back to the ticket.
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ }).click();
  await expect(page.locator(".inbox-row").filter({ hasText: mark }).locator(".present")).toHaveText(/Sam is (typing…|looking)/, soon);
  await expect(other.locator(".ticket .present"), "whoever goes elsewhere has left").toHaveCount(0, soon);
  await page.goBack();
  await expect(here).toHaveText(/Sam is (typing…|looking)/, soon);

  await other.close();
  await expect(here, "a closed tab is gone at once").toHaveCount(0, soon);
  await context.close();
});

test("an inbox, a ticket and a timeline that are left alone stay live", async ({ page, context }) => {
  test.setTimeout(90_000);
  await login(page);
  const { id, url } = await ticket(page);
  const pages = [page, await context.newPage(), await context.newPage()];
  const streams: string[] = [];
  context.on("request", (request) => request.url().includes("/live?") && streams.push(request.url()));
  for (const [n, path] of ["/inbox", url, `/customers/${id}`].entries()) {
    await pages[n].goto(path);
    await ready(pages[n]);
    await pages[n].evaluate(() => {
      const state = document.querySelector(".live-state")!;
      const said: string[] = ((window as unknown as { said: string[] }).said = []);
      new MutationObserver(() => said.push(state.textContent ?? "")).observe(state, { subtree: true, childList: true, characterData: true });
    });
  }
  await page.waitForTimeout(25_000);
  for (const one of pages) {
    const said = await one.evaluate(() => (window as unknown as { said: string[] }).said.filter((text) => text !== ""));
    expect(said, one.url()).toEqual([]);
  }
  expect(streams, "one stream a tab, for all the time").toHaveLength(3);
});
