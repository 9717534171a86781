import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A customer of this test alone with three events of two sources. */
async function customer(page: Page) {
  const mark = `f${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@find.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Fay ${mark}` });
  const at = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  await api(page, "/api/v1/events", [
    { customer: { email }, name: "plan_chosen", payload: { plan: "Team" }, occurred_at: at(1) },
    { customer: { email }, name: "invoice_paid", payload: { plan: "Solo" }, occurred_at: at(20) },
    { customer: { email }, kind: "error", name: "crash", source: "sentry", title: "Export broke", occurred_at: at(3) },
  ]);
  return { mark, url: `/customers/${id}` };
}

const pane = (page: Page) => page.getByRole("region", { name: "Timeline", exact: true });
const events = (page: Page) => pane(page).locator(".day-group .event");
const menu = (page: Page) => pane(page).getByLabel("Search and filter events");

test("a timeline is searched by words, source and days, and a filter is kept for its agent", async ({ page }) => {
  await login(page);
  const { mark, url } = await customer(page);
  await page.goto(url);
  await expect(events(page)).toHaveCount(3);
  await menu(page).click();
  await pane(page).getByLabel("Name, text or payload contains").fill("tEAM");
  await pane(page).getByRole("button", { name: "Show", exact: true }).click();
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText("plan_chosen");
  await pane(page).getByTitle("Remove this filter").click();
  await expect(events(page)).toHaveCount(3);

  await menu(page).click();
  await pane(page).getByLabel("Source").selectOption({ label: "Sentry" });
  await pane(page).getByRole("button", { name: "Show", exact: true }).click();
  await expect(events(page)).toHaveCount(1);
  await expect(page).toHaveURL(/source=sentry/);
  await menu(page).click();
  await pane(page).getByLabel("Name of the filter").fill(mark);
  await pane(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(pane(page).getByRole("link", { name: mark })).toBeAttached();

  // It is there on another customer's page.
  const other = await customer(page);
  await page.goto(other.url);
  await expect(events(page)).toHaveCount(3);
  await menu(page).click();
  await pane(page).getByRole("link", { name: mark }).click();
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText("Export broke");
  await menu(page).click();
  await pane(page).getByRole("button", { name: `Delete the filter ${mark}` }).click();
  await expect(pane(page).getByRole("link", { name: mark })).toHaveCount(0);

  // Jumping to a day keeps what filters.
  await page.goto(`${url}?find=plan`);
  await pane(page).getByLabel("Jump to a date", { exact: true }).first().click();
  const before = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
  await pane(page).locator('input[name="on"]').fill(before);
  await pane(page).getByRole("button", { name: "Jump", exact: true }).click();
  await expect(page).toHaveURL(/find=plan/);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText("invoice_paid");

  const from = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
  await page.goto(`${url}?from=${from}`);
  await expect(events(page)).toHaveCount(2);
});

eachTheme("a pinned event stays on top until it is taken off", async ({ page }) => {
  await login(page);
  const { url } = await customer(page);
  await page.goto(url);
  const old = events(page).filter({ hasText: "invoice_paid" });
  await old.locator("summary").first().click();
  await old.getByRole("button", { name: "Pin to the top" }).click();
  const pinned = pane(page).getByRole("region", { name: "Pinned" });
  await expect(pinned).toContainText("invoice_paid");
  await axe(page);
  await page.reload();
  await expect(pinned).toContainText("invoice_paid");

  await pinned.locator("summary").first().click();
  await pinned.getByRole("button", { name: "Unpin" }).click();
  await expect(pinned).toHaveCount(0);
  await page.reload();
  await expect(events(page)).toHaveCount(3);
  await expect(pinned).toHaveCount(0);
});

noJs("searching and pinning work without scripts", async ({ page }) => {
  await login(page);
  const { url } = await customer(page);
  await page.goto(url);
  await menu(page).click();
  await pane(page).getByLabel("Name, text or payload contains").fill("solo");
  await pane(page).getByRole("button", { name: "Show", exact: true }).click();
  await expect(events(page)).toHaveCount(1);
  await events(page).locator("summary").first().click();
  await events(page).getByRole("link", { name: "Show all properties" }).click();
  await pane(page).getByRole("button", { name: "Pin to the top" }).click();
  await expect(pane(page).getByRole("region", { name: "Pinned" })).toContainText("invoice_paid");
});
