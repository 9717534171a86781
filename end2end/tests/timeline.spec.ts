import { DEMO, api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

type Sent = { name: string; ago: number; payload?: unknown };

/** A customer of this test alone with events, `ago` minutes back from a fixed hour of yesterday. */
async function customer(page: Page, events: Sent[]) {
  const mark = `e${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@timeline.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Tim ${mark}` });
  const base = new Date(Date.now() - 24 * 3600 * 1000).setUTCHours(12, 0, 0, 0);
  for (let at = 0; at < events.length; at += 500) {
    const some = events.slice(at, at + 500).map(({ name, ago, payload }, n) => ({
      customer: { email },
      name,
      payload: payload ?? {},
      occurred_at: new Date(base - ago * 60_000).toISOString(),
      dedupe_key: `${mark}-${at + n}`,
    }));
    await api(page, "/api/v1/events", some);
  }
  return { mark, email, url: `/customers/${id}`, day: new Date(base).toISOString().slice(0, 10) };
}

const pane = (page: Page) => page.getByRole("region", { name: "Timeline", exact: true });
const events = (page: Page) => pane(page).locator(".stream .event");

test("repeats are one line that opens to the single events, each to its payload", async ({ page }) => {
  await login(page);
  const clicks = [0, 1, 2, 3].map((ago) => ({ name: "export_clicked", ago, payload: { format: `csv-${ago}` } }));
  const { url } = await customer(page, [...clicks, { name: "signed_in", ago: 9 }]);
  await page.goto(url);
  const run = events(page).filter({ hasText: "×4 in 3 min" });
  await expect(run).toHaveCount(1);
  await expect(run.locator(".singles")).toHaveCount(0);
  await run.locator("summary").first().click();
  await expect(run.locator(".singles > li")).toHaveCount(4);
  const newest = run.locator(".singles > li").first();
  await newest.locator("summary").first().click();
  await expect(newest.locator(".payload")).toContainText("csv-0");
  await expect(newest.locator(".opened")).toContainText("export_clicked");
  await newest.getByText("JSON", { exact: true }).click();
  await expect(newest.getByRole("region", { name: "Payload as JSON" })).toContainText('"format": "csv-0"');
});

test("what was done to a ticket folds into its row, which says how the ticket stands now", async ({ page }) => {
  await login(page);
  const { email, url, mark } = await customer(page, [{ name: "signed_in", ago: 1 }]);
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: `Fold ${mark}`, channel: "email" });
  const patch = async (data: unknown) => {
    const headers = { authorization: `Bearer ${DEMO.secretKey}` };
    expect((await page.request.patch(`/api/v1/tickets/${number}`, { data, headers })).ok()).toBe(true);
  };
  await patch({ status: "open" });
  await patch({ priority: "high" });
  await page.goto(url);
  await expect(events(page)).toHaveCount(2);
  const row = events(page).filter({ hasText: `Opened ticket #${number}` });
  await expect(row.locator(".to-ticket")).toHaveText(/now\s*Open/);
  const changes = row.locator(".changes");
  await expect(changes.locator("summary")).toHaveText("2 changes");
  await changes.locator("summary").click();
  await expect(changes.getByRole("listitem")).toHaveCount(2);
  // What comes while it is open is added, and nothing closes.
  await patch({ status: "closed" });
  await expect(changes.locator("summary")).toHaveText("3 changes");
  await expect(changes.getByRole("listitem").first()).toContainText("Open → Closed");
  await expect(row.locator(".to-ticket")).toHaveText(/now\s*Closed/);
  await expect(events(page)).toHaveCount(2);
  // Asked for, each stands by itself, and says nothing of the present.
  await pane(page).getByRole("link", { name: /Activity\s*3/ }).click();
  await expect(events(page)).toHaveCount(3);
  await expect(events(page).locator(".pill")).toHaveCount(0);
  await row.waitFor({ state: "detached" });
  await page.goBack();
  await row.locator(".to-ticket").click();
  await expect(page).toHaveURL(new RegExp(`/tickets/${number}`));
});

test("chips filter with counts, and the address keeps the choice", async ({ page }) => {
  await login(page);
  const { email, url, mark } = await customer(page, [{ name: "signed_in", ago: 1 }]);
  await api(page, "/api/v1/tickets", { customer: { email }, subject: `Filter ${mark}`, channel: "email" });
  await page.goto(url);
  const chips = pane(page).getByRole("navigation", { name: "Kinds of events" });
  await expect(chips.getByRole("link", { name: /Tickets\s*1/ })).toBeVisible();
  await chips.getByRole("link", { name: /Tickets/ }).click();
  await expect(page).toHaveURL(/filter=ticket/);
  await expect(events(page)).toHaveCount(1);
  await expect(events(page)).toContainText(mark);
  await chips.getByRole("link", { name: "Everything" }).click();
  await expect(events(page).filter({ hasText: /signed_in/ })).toHaveCount(1);
});

test("older events load at the end, a permalink opens in the middle and leads both ways", async ({ page }) => {
  await login(page);
  const many = Array.from({ length: 130 }, (_, n) => ({ name: `step_${n}`, ago: n * 7, payload: { step: n } }));
  const { url } = await customer(page, many);
  await page.goto(url);
  await expect(events(page).filter({ hasText: /step_0\b/ })).toHaveCount(1);
  const older = pane(page).getByRole("link", { name: "Load older" });
  await older.click();
  const target = events(page).filter({ hasText: /step_60\b/ });
  await expect(target).toHaveCount(1);
  await target.locator("summary").first().click();
  const link = await target.getByRole("link", { name: /permalink/i }).getAttribute("href");

  await page.goto(link!);
  await expect(target).toBeInViewport();
  await expect(target.locator(".payload")).toContainText("60");
  await expect(events(page).filter({ hasText: /step_0\b/ })).toHaveCount(0);
  for (const [end, step] of [["Load newer", "step_0"], ["Load older", "step_129"]] as const) {
    const more = pane(page).getByRole("link", { name: end });
    await expect(async () => {
      if (await more.isVisible()) await more.click();
      await expect(events(page).filter({ hasText: new RegExp(`${step}\\b`) })).toHaveCount(1, { timeout: 500 });
    }).toPass();
  }
  await expect(pane(page).getByRole("link", { name: /Load (newer|older)/ })).toHaveCount(0);
});

test("the activity chart and the date form lead to a day", async ({ page }) => {
  await login(page);
  const { url, day } = await customer(page, [
    { name: "on_that_day", ago: 0 },
    { name: "days_before", ago: 5 * 24 * 60 },
  ]);
  await page.goto(url);
  const chart = pane(page).getByRole("navigation", { name: "Activity of the last 90 days" });
  await expect(chart.getByRole("link")).toHaveCount(2);
  await chart.getByRole("link").first().click();
  await expect(page).toHaveURL(/on=\d{4}-\d\d-\d\d/);
  await expect(chart.locator('[aria-current="date"]')).toHaveCount(1);
  await expect(events(page).filter({ hasText: /days_before/ })).toBeInViewport();
  await pane(page).getByLabel("Jump to a date").first().click();
  await pane(page).locator('input[name="on"]').fill(day);
  await pane(page).getByRole("button", { name: "Jump" }).click();
  await expect(page).toHaveURL(new RegExp(`on=${day}`));
  await expect(events(page).filter({ hasText: /on_that_day/ })).toBeInViewport();
});

noJs("pages, filters and payloads are links without JavaScript", async ({ page }) => {
  await login(page);
  const many = Array.from({ length: 70 }, (_, n) => ({ name: `step_${n}`, ago: n * 7, payload: { step: n } }));
  const { url } = await customer(page, many);
  await page.goto(url);
  await pane(page).getByRole("link", { name: "Load older" }).click();
  await expect(page).toHaveURL(/before=/);
  const last = events(page).filter({ hasText: /step_69\b/ });
  await expect(last).toHaveCount(1);
  await last.locator("summary").first().click();
  await last.getByRole("link", { name: "Show all properties" }).click();
  await expect(last.locator(".payload")).toContainText("69");
});

eachTheme("a timeline with opened events has no grave accessibility fault", async ({ page }) => {
  await login(page);
  const { url } = await customer(page, [
    { name: "export_clicked", ago: 0, payload: { format: "csv" } },
    { name: "export_clicked", ago: 1, payload: { format: "csv" } },
    { name: "signed_in", ago: 5, payload: { from: { city: "Lisbon" } } },
  ]);
  await page.goto(url);
  await events(page).last().locator("summary").first().click();
  await expect(events(page).last().locator(".payload")).toBeVisible();
  await axe(page, ".pane.timeline");
});

test.describe("days", () => {
  test.use({ timezoneId: "America/Los_Angeles" });

  test("a jump and a filter by days mean the days that the headings name", async ({ page }) => {
    const mark = `days${Date.now()}`;
    const headers = { authorization: "Bearer rsk_demo_secret" };
    const customer = await page.request.post("/api/v1/customers", { data: { external_id: mark, name: mark }, headers });
    const { id } = await customer.json();
    const events = [
      ["Evening", "2026-11-18T04:30:00Z"],
      ["Morning", "2026-11-17T17:00:00Z"],
      ["Day after", "2026-11-18T20:00:00Z"],
      ["Day before", "2026-11-17T07:59:59Z"],
    ].map(([name, occurred_at]) => ({ customer: { external_id: mark }, name, occurred_at }));
    await page.request.post("/api/v1/events", { data: events, headers });
    await login(page);
    await page.goto(`/customers/${id}?from=2026-11-17&to=2026-11-17`);
    const stream = page.locator("#timeline-stream");
    await expect(stream.locator(".day")).toHaveText([/November 17/]);
    await expect(stream).toContainText("Evening");
    await expect(stream).toContainText("Morning");
    await expect(stream).not.toContainText("Day after");
    await page.goto(`/customers/${id}?on=2026-11-17`);
    await expect(stream.locator(".day").first()).toHaveText(/November 17/);
    await expect(stream).toContainText("Evening");
    await expect(stream).not.toContainText("Day after");
  });
});

test.describe("the night the clock goes back", () => {
  test("holds both half past two, and a date stays a day in every zone", async ({ page, browser, baseURL }) => {
    const mark = `dst${Date.now()}`;
    const headers = { authorization: "Bearer rsk_demo_secret" };
    const key = `born_${mark}`;
    await page.request.post("/api/v1/custom-fields", { data: { entity: "customer", key, label: `Born ${mark}`, type: "date" }, headers });
    const data = { external_id: mark, name: mark, fields: { [key]: "1990-05-01" } };
    const { id } = await (await page.request.post("/api/v1/customers", { data, headers })).json();
    const events = [
      ["First half past two", "2026-10-25T00:30:00Z"],
      ["Second half past two", "2026-10-25T01:30:00Z"],
      ["Just after midnight", "2026-10-24T22:30:00Z"],
      ["The evening before", "2026-10-24T21:30:00Z"],
    ].map(([name, occurred_at]) => ({ customer: { external_id: mark }, name, occurred_at }));
    await page.request.post("/api/v1/events", { data: events, headers });
    await login(page);
    await page.goto(`/customers/${id}?from=2026-10-24&to=2026-10-26`);
    const day = (name: RegExp) => page.locator("#timeline-stream .day-group").filter({ hasText: name });
    await expect(day(/October 25/)).toContainText(/Second half past two[\s\S]*First half past two[\s\S]*Just after midnight/);
    await expect(day(/October 25/)).not.toContainText("The evening before");
    await expect(day(/October 24/)).toContainText("The evening before");
    // A date is a day wherever one reads it.
    for (const timezoneId of ["America/Los_Angeles", "Pacific/Auckland"]) {
      const far = await browser.newContext({ baseURL, timezoneId, viewport: { width: 1700, height: 1400 }, storageState: await page.context().storageState() });
      const there = await far.newPage();
      await there.goto(`/customers/${id}`);
      await expect(there.locator("body")).toContainText(new RegExp(`Born ${mark}[\\s\\S]{0,60}(May 1, 1990|1 May 1990|1990-05-01)`));
      await far.close();
    }
  });
});
