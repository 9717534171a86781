import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A customer of this test alone, with as many tickets as it has subjects. */
async function customer(page: Page, subjects: string[]) {
  const mark = `t${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@tickets.example`;
  await api(page, "/api/v1/customers", { email, name: `Tess ${mark}` });
  const numbers: number[] = [];
  for (const subject of subjects) {
    const ticket = await api(page, "/api/v1/tickets", { customer: { email }, subject: `${subject} ${mark}`, channel: "email" });
    numbers.push(ticket.number);
    await api(page, `/api/v1/tickets/${ticket.number}/messages`, { kind: "customer", body_text: `About ${subject}` });
  }
  return { mark, numbers };
}

const pane = (page: Page) => page.getByRole("region", { name: "Tickets", exact: true });

test("a click in the inbox opens the profile at the ticket, which is read from then on", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Export"]);
  await page.goto("/inbox");
  const row = page.getByRole("listitem").filter({ hasText: mark });
  await expect(row.getByText("Unread:")).toBeAttached();
  await row.getByRole("link").click();
  await expect(page).toHaveURL(/\/customers\/cus_\w+\/tickets\/\d+$/);
  await expect(pane(page).locator("[aria-current]")).toContainText(mark);
  await page.goto("/inbox");
  await expect(row).toBeVisible();
  await expect(row.getByText("Unread:")).toHaveCount(0);
});

test("a filter applies at once and stands in the address", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Filtered"]);
  await page.goto("/inbox");
  await page.getByLabel("Channel").selectOption("phone");
  await expect(page).toHaveURL(/channel=phone/);
  await expect(page.getByRole("listitem").filter({ hasText: mark })).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole("listitem").filter({ hasText: mark })).toBeVisible();
});

test("j and k move through tickets while the pane stays, Escape goes back to the timeline", async ({ page }) => {
  await login(page);
  const { mark, numbers } = await customer(page, ["First", "Second", "Third"]);
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: `Third ${mark}` }).getByRole("link").click();
  await expect(pane(page).locator(".ticket-item")).toHaveCount(3);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/customers\/cus_\w+$/);
});

test("typing filters the pane, and the filter outlives switching tickets", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Apples", "Pears", "Apple pie"]);
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: `Pears ${mark}` }).getByRole("link").click();
  await pane(page).getByLabel("Filter tickets").click();
  await pane(page).getByLabel("Text or number").fill("apple");
  await expect(pane(page).locator(".ticket-item")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await pane(page).locator(".ticket-item").first().click();
  await expect(pane(page).locator(".ticket-item")).toHaveCount(2);
});

test("a new ticket opens in the centre with its note", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Before"]);
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: mark }).getByRole("link").click();
  await pane(page).getByRole("link", { name: "New ticket" }).click();
  await pane(page).getByLabel("Subject").fill(`Call back ${mark}`);
  await pane(page).getByLabel("Internal note").fill("Asked for the invoice");
  await pane(page).getByRole("button", { name: "Create" }).click();
  await expect(pane(page).locator("[aria-current]")).toContainText(`Call back ${mark}`);
  await expect(page.getByRole("region", { name: "Ticket", exact: true })).toContainText("Asked for the invoice");
});

noJs("inbox, pane, filter and new ticket work without JavaScript", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Plain", "Other"]);
  await page.goto("/inbox");
  await page.getByLabel("Order").selectOption("submitted");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/sort=submitted/);
  await page.getByRole("listitem").filter({ hasText: `Plain ${mark}` }).getByRole("link").click();
  await pane(page).getByLabel("Filter tickets").click();
  await pane(page).getByLabel("Text or number").fill("other");
  await pane(page).getByRole("button", { name: "Apply" }).click();
  await expect(pane(page).locator(".ticket-item")).toHaveCount(1);
  await pane(page).getByRole("link", { name: "New ticket" }).click();
  await pane(page).getByLabel("Subject").fill(`By form ${mark}`);
  await pane(page).getByRole("button", { name: "Create" }).click();
  await expect(pane(page).locator("[aria-current]")).toContainText(`By form ${mark}`);
});

eachTheme("the inbox has nothing that axe finds serious", async ({ page }) => {
  await login(page);
  await customer(page, ["Seen by axe"]);
  await page.goto("/inbox");
  await expect(page.getByRole("listitem").first()).toBeVisible();
  await axe(page);
});
