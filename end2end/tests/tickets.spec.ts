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

test("j and k move through tickets while the pane stays, h shows the timeline, Escape leads back to the list", async ({ page }) => {
  await login(page);
  const { mark, numbers } = await customer(page, ["First", "Second", "Third"]);
  // Others' tickets stand between in the whole inbox.
  await page.goto(`/inbox?q=${mark}`);
  await page.getByRole("listitem").filter({ hasText: `Third ${mark}` }).getByRole("link").click();
  await expect(pane(page).locator(".ticket-item")).toHaveCount(3);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/\/customers\/cus_\w+$/);
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/inbox\?q=/);
});

test("the pane says which of the customer's other tickets has words that wait", async ({ page }) => {
  await login(page);
  const { mark, numbers } = await customer(page, ["First", "Second"]);
  // Others' tickets stand between in the whole inbox.
  await page.goto(`/inbox?q=${mark}`);
  await page.getByRole("listitem").filter({ hasText: `Second ${mark}` }).getByRole("link").click();
  const waits = (n: number) => pane(page).locator(".ticket-item").filter({ hasText: `#${numbers[n]}` }).getByText("Draft", { exact: true });
  const editor = page.locator(".composer [contenteditable=true]");
  await editor.click();
  await page.keyboard.type("Dear");
  // In the open one they can be seen.
  await expect(waits(1)).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));
  await expect(waits(1)).toBeVisible();
  await expect(waits(0)).toHaveCount(0);
  await page.keyboard.press("k");
  await expect(editor).toHaveText("Dear");
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));
  await expect(waits(1)).toHaveCount(0);
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

const form = (page: Page) => page.getByRole("region", { name: /^New ticket for/ });
const ticket = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });

test("a new ticket opens in the centre with its note", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Before"]);
  await page.goto("/inbox");
  await page.getByRole("listitem").filter({ hasText: mark }).getByRole("link").click();
  await pane(page).getByRole("link", { name: "New ticket" }).click();
  await form(page).getByText("Internal note", { exact: true }).click();
  await form(page).getByLabel("Subject").fill(`Call back ${mark}`);
  await form(page).locator(".editor").getByRole("textbox", { name: "Message" }).click();
  await page.keyboard.type("Asked for the invoice");
  await form(page).getByRole("button", { name: /Create with note/ }).click();
  await expect(pane(page).locator("[aria-current]")).toContainText(`Call back ${mark}`);
  await expect(ticket(page)).toContainText("Asked for the invoice");
});

test("a new ticket writes to the customer, keeps what was typed when refused, and can be taken back", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { mark } = await customer(page, ["Before"]);
  // From the customers, where one is chosen first.
  await page.goto("/inbox");
  await page.getByRole("link", { name: "New ticket" }).click();
  await page.getByRole("searchbox", { name: "Search this list" }).fill(mark);
  await page.getByRole("link", { name: `Tess ${mark}` }).click();
  await expect(form(page).locator("input[name=to]")).toHaveValue(`${mark}@tickets.example`);
  await form(page).getByLabel("Subject").fill(`Invoice ${mark}`);
  await form(page).locator("input[name=to]").fill("nobody");
  const words = form(page).locator(".editor").getByRole("textbox", { name: "Message" });
  await words.click();
  await page.keyboard.type("Your invoice is ready.");
  await page.keyboard.press("Control+Enter");
  await expect(form(page).locator("input[name=to]")).toHaveAttribute("aria-invalid", "true");
  await expect(words).toHaveText("Your invoice is ready.");
  await expect(form(page).getByLabel("Subject")).toHaveValue(`Invoice ${mark}`);
  await form(page).locator("input[name=to]").fill(`${mark}@tickets.example`);
  await axe(page, ".new-ticket");
  await form(page).getByRole("button", { name: /^Send/ }).click();
  await expect(page).toHaveURL(/\/tickets\/\d+$/);
  await expect(ticket(page).getByRole("article").last()).toContainText("Your invoice is ready.");
  await ticket(page).getByRole("button", { name: "Undo" }).click();
  await expect(ticket(page).getByRole("article")).toHaveCount(0);
  await expect(ticket(page).getByRole("textbox", { name: "Message" })).toHaveText("Your invoice is ready.");
  // By its key, and away again.
  await page.getByRole("heading").first().click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+N");
  await expect(form(page).getByLabel("Subject")).toBeFocused();
  await form(page).getByRole("link", { name: "Cancel" }).first().click();
  await expect(form(page)).toHaveCount(0);
});

noJs("inbox, pane, filter and new ticket work without JavaScript", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page, ["Plain", "Other"]);
  await page.goto("/inbox");
  await page.getByLabel("Order").selectOption("submitted");
  await page.getByRole("form", { name: "Filter tickets" }).getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/sort=submitted/);
  await page.getByRole("listitem").filter({ hasText: `Plain ${mark}` }).getByRole("link").click();
  await pane(page).getByLabel("Filter tickets").click();
  await pane(page).getByLabel("Text or number").fill("other");
  await pane(page).getByRole("button", { name: "Apply" }).click();
  await expect(pane(page).locator(".ticket-item")).toHaveCount(1);
  await pane(page).getByRole("link", { name: "New ticket" }).click();
  await form(page).getByLabel("Subject").fill(`By form ${mark}`);
  await form(page).getByText("No message").click();
  await form(page).getByRole("button", { name: "Create" }).click();
  await expect(pane(page).locator("[aria-current]")).toContainText(`By form ${mark}`);
});

eachTheme("the inbox has nothing that axe finds serious", async ({ page }) => {
  await login(page);
  await customer(page, ["Seen by axe"]);
  await page.goto("/inbox");
  await expect(page.getByRole("listitem").first()).toBeVisible();
  await axe(page);
});
