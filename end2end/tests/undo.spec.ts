// What is done to a ticket by key, palette or dialog is told, and taken back from the message.
import { api, DEMO, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const toasts = (page: Page) => page.locator(".toasts");
const editor = (page: Page) => page.locator(".composer [contenteditable=true]");
const shown = (page: Page, label: string) => pane(page).getByLabel(label, { exact: true }).locator("option:checked");

async function customer(page: Page, name: string) {
  const mark = `u${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@undo.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `${name} ${mark}` });
  return { mark, email, id: id as string };
}

async function ticket(page: Page, email: string, subject: string) {
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject, channel: "email" });
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `About ${subject}` });
  return number as number;
}

test("what keys do is told and taken back", async ({ page }) => {
  await login(page);
  const { mark, email } = await customer(page, "Una");
  await ticket(page, email, `Keys ${mark}`);
  await page.goto(`/inbox?q=${mark}`);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(editor(page)).toBeVisible();
  await expect(shown(page, "Status")).toHaveText("New");
  const undone = async (said: string | RegExp) => {
    await expect(toasts(page)).toContainText(said);
    await page.keyboard.press("z");
    await expect(toasts(page).getByRole("button")).toHaveCount(0);
  };
  await page.keyboard.press("m");
  await undone("Assigned to you");
  await expect(shown(page, "Assignee")).toHaveText("Nobody");
  await page.keyboard.press("p");
  await page.keyboard.type("Urgent");
  await page.keyboard.press("Enter");
  await expect(shown(page, "Priority")).toHaveText("Urgent");
  await undone("Priority set to Urgent");
  await expect(shown(page, "Priority")).toHaveText("Normal");
  await page.keyboard.press("o");
  await page.keyboard.type("Pending");
  await page.keyboard.press("Enter");
  await expect(shown(page, "Status")).toHaveText("Pending");
  await undone("Status set to Pending");
  await expect(shown(page, "Status")).toHaveText("New");
  // Each of several quick ones goes back to the one before it.
  const priority = page.locator(".ticket select[aria-label=Priority]");
  for (const value of ["urgent", "high", "low"]) await priority.selectOption(value);
  await expect(toasts(page)).toContainText("Priority set to Low");
  const before = async () => ({ quick: await toasts(page).getByRole("button", { name: /^Undo/ }).count() });
  for (let left = (await before()).quick; left > 0; left--) {
    await page.keyboard.press("z");
    await expect(toasts(page).getByRole("button", { name: /^Undo/ })).toHaveCount(left - 1);
  }
  await expect(shown(page, "Priority")).toHaveText("Normal");
  await expect(page.locator(".edit-error")).toHaveCount(0);
  await page.keyboard.press("s");
  await page.keyboard.type("two weeks");
  await page.keyboard.press("Enter");
  await expect(toasts(page)).toContainText("Snoozed");
  await expect(page.locator(".walk")).toContainText("left");
  await page.keyboard.press("z");
  await expect(page.locator(".state-bar")).toHaveCount(0);
  await expect(page.locator(".walk")).toContainText("1 of 1");
  // Told wherever its agent is by then.
  await page.keyboard.press("e");
  await expect(toasts(page)).toContainText(/Closed #\d+/);
  await page.keyboard.press("z");
  await expect(toasts(page).getByRole("button")).toHaveCount(0);
});

test("what is taken back is what was shown, however late the page hears of it", async ({ page }) => {
  await login(page);
  const { mark, email } = await customer(page, "Lena");
  await ticket(page, email, `Late ${mark}`);
  await page.goto(`/inbox?q=${mark}`);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(shown(page, "Status")).toHaveText("New");
  const heard = page.waitForResponse(/open_ticket/);
  await pane(page).getByLabel("Status", { exact: true }).selectOption({ label: "Pending" });
  await expect(toasts(page)).toContainText("Status set to Pending");
  await heard;
  // From here on the page does not hear what became of its edits.
  let hear = () => {};
  const late = new Promise<void>((resolve) => (hear = resolve));
  await page.route(/open_ticket/, async (route) => {
    await late;
    await route.continue();
  });
  const stored = page.waitForResponse(/edit_ticket/);
  await page.keyboard.press("z");
  await stored;
  await expect(shown(page, "Status")).toHaveText("New");
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Mark as spam" }).click();
  await expect(toasts(page)).toContainText("Marked as spam");
  hear();
  await expect(pane(page).locator(".state-bar")).toContainText("Marked as spam.");
  await page.keyboard.press("z");
  await expect(pane(page).locator(".state-bar")).toHaveCount(0);
  await expect(shown(page, "Status")).toHaveText("New");
});

test("a moved ticket is taken back, and found under the address that it had", async ({ page }) => {
  await login(page);
  const [from, to] = [await customer(page, "Fred"), await customer(page, "Toni")];
  const number = await ticket(page, from.email, `Moving ${from.mark}`);
  await page.goto(`/inbox?q=${from.mark}`);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(editor(page)).toBeVisible();
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Move to another customer…" }).click();
  await page.keyboard.type(to.email);
  await expect(page.getByRole("dialog").getByRole("option")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/customers/${to.id}/tickets/${number}$`));
  await expect(page.getByRole("complementary", { name: `About Toni ${to.mark}` })).toBeVisible();
  await expect(toasts(page)).toContainText(`Moved #${number}`);
  // Somebody else's link from before.
  const old = await page.request.get(`/customers/${from.id}/tickets/${number}`, { headers: { accept: "text/html" } });
  expect(old.url()).toMatch(new RegExp(`/customers/${to.id}/tickets/${number}$`));
  // Back leads to the list, not to an address under which there is nothing.
  await page.goBack();
  await expect(page.locator(".inbox-row").first()).toBeVisible();
  await toasts(page).getByRole("button", { name: "Undo" }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${from.id}/tickets/${number}$`));
  await expect(pane(page)).toContainText("About Moving");
});

test("the place in a view counts from its first page, and k leads to the page before", async ({ page }) => {
  await login(page);
  const { mark, email } = await customer(page, "Vera");
  const headers = { authorization: `Bearer ${DEMO.secretKey}` };
  for (let n = 0; n < 53; n++) {
    const made = await page.request.post("/api/v1/tickets", { headers, data: { customer: { email }, subject: `Page ${n} ${mark}`, channel: "email", tags: [mark] } });
    expect(made.ok()).toBe(true);
  }
  await page.goto(`/inbox?tag=${mark}&sort=submitted`);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("51–53 of 53")).toBeVisible();
  await page.locator(".inbox-row a.subject").first().click();
  const place = page.locator(".walk .num");
  await expect(place).toHaveText("51 of 53");
  await expect(editor(page)).toBeVisible();
  await page.keyboard.press("k");
  await expect(place).toHaveText("50 of 53");
  await page.keyboard.press("j");
  await expect(place).toHaveText("51 of 53");
  await page.goBack();
  await expect(page.getByText("51–53 of 53")).toBeVisible();
});

test("two tabs of one agent write one answer", async ({ page, context }) => {
  await login(page);
  const { mark, email, id } = await customer(page, "Dora");
  const number = await ticket(page, email, `Draft ${mark}`);
  await page.goto(`/customers/${id}/tickets/${number}`);
  await expect(editor(page)).toBeVisible();
  const other = await context.newPage();
  await other.goto(`/customers/${id}/tickets/${number}`);
  await editor(other).click();
  await other.keyboard.type("From the other tab");
  await expect(editor(page)).toHaveText("From the other tab");
  await editor(page).click();
  await page.keyboard.press("End");
  await page.keyboard.type(", and this one");
  await expect(editor(other)).toHaveText("From the other tab, and this one");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(editor(other)).toHaveText("");
});
