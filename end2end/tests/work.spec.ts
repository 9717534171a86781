import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });

/** A ticket of this test alone, with two messages of its customer. */
async function ticket(page: Page, more: Record<string, unknown> = {}) {
  const mark = `w${Date.now()}${Math.floor(Math.random() * 1e4)}`;
  const email = `${mark}@work.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Wim ${mark}` });
  const body = { customer: { email }, subject: `Work ${mark}`, channel: "email", ...more };
  const { number } = await api(page, "/api/v1/tickets", body);
  for (const text of ["The first thing", "The second thing"]) {
    await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `${text} ${mark}` });
  }
  return { mark, email, id, number, url: `/customers/${id}/tickets/${number}` };
}

noJs("a ticket is split in two and put together again", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { mark, url, number } = await ticket(page);
  await page.goto(`/tickets/${number}/split`);
  await page.getByLabel("Subject of the new ticket").fill(`Second ${mark}`);
  await page.getByRole("button", { name: "Split off" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose the messages to split off.");
  await expect(page.getByLabel("Subject of the new ticket")).toHaveValue(`Second ${mark}`);
  await page.getByRole("checkbox", { name: /The second thing/ }).check();
  await page.getByRole("button", { name: "Split off" }).click();
  await expect(pane(page)).toContainText(`Second ${mark}`);
  await expect(pane(page)).toContainText(`split this off #${number}`);
  await expect(pane(page).getByRole("article")).toHaveCount(1);
  const second = page.url();
  await page.goto(url);
  await expect(pane(page)).toContainText("split a message off into #");
  await expect(pane(page).getByRole("article")).toHaveCount(1);

  await page.goto(second);
  await pane(page).getByRole("button", { name: "Undo the split" }).click();
  await expect(pane(page)).toContainText(`The messages of this ticket are in #${number}`);
  await page.goto(url);
  await expect(pane(page).getByRole("article")).toHaveCount(2);
});

test("the page that splits a ticket begins at what is wrong, and Escape leads back unless words would be lost", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { url } = await ticket(page);
  await page.goto(url);
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("link", { name: "Split…" }).click();
  const subject = page.getByLabel("Subject of the new ticket");
  await expect(subject).toBeFocused();
  await page.getByRole("button", { name: "Split off" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await subject.fill("Begun");
  await page.keyboard.press("Escape");
  await expect(subject).not.toBeFocused();
  await page.keyboard.press("Escape");
  await expect(subject).toHaveValue("Begun");
  await page.goBack();
  await page.goBack();
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("link", { name: "Split…" }).click();
  await expect(subject).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`${url}$`));
});

test("a message is forwarded from its ticket, and shown there", async ({ page }) => {
  await login(page);
  const { mark, url } = await ticket(page);
  await page.goto(url);
  const message = pane(page).getByRole("article").filter({ hasText: "The second thing" });
  await message.getByRole("link", { name: "Forward" }).click();
  await expect(page.locator("html[data-plain]")).toBeAttached();
  await expect(page.locator(".forwarded")).toContainText(`The second thing ${mark}`);
  await page.getByRole("textbox", { name: /^To/ }).fill(`vendor-${mark}@vendor.example`);
  await page.getByRole("textbox", { name: "Note" }).fill("Please have a look");
  await page.getByRole("button", { name: "Forward" }).click();
  await expect(pane(page)).toContainText(`Forwarded to vendor-${mark}@vendor.example`);
  await expect(pane(page)).toContainText("Please have a look");
  await expect(pane(page).locator(".ticket-row")).toContainText("New");
});

test("a policy makes a ticket due, and the inbox shows what is due next", async ({ page }) => {
  await login(page);
  // A plan of this test alone, so that no other ticket is due by the policy.
  const mark = `plan${Date.now()}`;
  await page.goto("/settings/sla?edit=new");
  await page.getByLabel("Name").fill(`Gold ${mark}`);
  await page.getByLabel("Plan of the account").fill(mark);
  await page.getByLabel("First response").fill("120");
  await expect(page.getByLabel("Monday from")).toBeHidden();
  await page.getByLabel("In business hours").check();
  await expect(page.getByLabel("Monday from")).toBeVisible();
  await page.getByLabel("Always").check();
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: mark })).toContainText("first response 2 h");

  const email = `${mark}@work.example`;
  const account = await api(page, "/api/v1/accounts", { name: `Acc ${mark}`, plan: mark });
  const { id } = await api(page, "/api/v1/customers", { email, name: `Gil ${mark}`, account: { id: account.id } });
  const body = { customer: { email }, subject: `Due ${mark}`, channel: "email" };
  const { number } = await api(page, "/api/v1/tickets", body);
  await page.goto(`/customers/${id}/tickets/${number}`);
  await expect(pane(page).locator(".ticket-row .due")).toContainText(/First response due in (1 h 59 min|2 h)/);
  await page.goto("/inbox");
  await page.getByLabel("Order").selectOption({ label: "Due next" });
  const row = page.locator(".inbox-row", { hasText: `Due ${mark}` });
  await expect(row.locator(".due")).toContainText("due in");
  await page.goto("/settings/sla");
  await page.getByRole("button", { name: `Archive: Gold ${mark}` }).click();
  await expect(page.getByRole("status")).toHaveText("Policy archived");
});

eachTheme("split and forward have no grave accessibility fault", async ({ page }) => {
  await login(page);
  const { number, url } = await ticket(page);
  await page.goto(`/tickets/${number}/split`);
  await axe(page);
  await page.goto(url);
  await pane(page).getByRole("link", { name: "Forward" }).first().click();
  await expect(page.getByRole("heading", { name: "Forward" })).toBeVisible();
  await axe(page);
});
