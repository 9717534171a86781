// One tab, as an agent has it: pages are reached by links, keys and Back, never afresh.
import { api, DEMO, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** The editor takes the place of the textarea wherever a ticket can be answered. */
const editor = (page: Page) => page.locator(".composer [contenteditable=true]");

async function openInbox(page: Page) {
  await login(page);
  await page.goto("/inbox");
}

test("a ticket reached from the inbox has its editor, and is left by Back, rail and crumb", async ({ page }) => {
  await openInbox(page);
  const leaving = [
    () => page.goBack(),
    () => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" }).click(),
    () => page.locator(".crumbs").getByRole("link", { name: "Inbox" }).click(),
    () => page.getByRole("link", { name: "Rapport" }).click(),
  ];
  for (const [n, leave] of leaving.entries()) {
    await page.locator(".inbox-row a.subject").nth(n).click();
    await expect(page).toHaveURL(/\/tickets\/\d+$/);
    await expect(editor(page)).toBeVisible();
    await leave();
    await expect(editor(page)).toHaveCount(0);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ }).click();
    await expect(page.locator(".inbox-row").first()).toBeVisible();
  }
});

test("the address says what shows, however one came there", async ({ page }) => {
  await openInbox(page);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(page).toHaveURL(/\/tickets\/\d+$/);
  const ticket = page.url();
  const timeline = ticket.replace(/\/tickets\/\d+$/, "");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" }).click();
  await expect(page).toHaveURL(/\/customers$/);
  await page.goBack();
  await expect(editor(page)).toBeVisible();
  await page.locator(".ticket-row a.back").click();
  await expect(page).toHaveURL(timeline);
  await expect(page.getByRole("region", { name: "Timeline" })).toBeVisible();
  await page.locator(".ticket-item[href$='" + new URL(ticket).pathname + "']").click();
  await expect(page).toHaveURL(ticket);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(timeline);
  for (const address of [ticket, timeline, ticket, /\/inbox$/]) {
    await page.goBack();
    await expect(page).toHaveURL(address);
  }
});

test("the account menu is on the screen", async ({ page }) => {
  await openInbox(page);
  for (const size of [{ width: 1440, height: 900 }, { width: 360, height: 780 }]) {
    await page.setViewportSize(size);
    await page.getByLabel("Your account").click();
    await expect(page.getByRole("button", { name: "Log out" })).toBeInViewport({ ratio: 1 });
    await page.getByLabel("Your account").click();
  }
});

test("logging out ends every tab of the browser, and opening the login none", async ({ page, context, watch }) => {
  // What the other tab asks for between its session's end and its own.
  watch.allow(/401/);
  // A session of its own: the other flows go on with theirs.
  await page.goto("/login?next=/inbox");
  await page.getByLabel("E-mail").fill(DEMO.email);
  await page.getByLabel("Password").fill(DEMO.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/inbox$/);
  const other = await context.newPage();
  await other.goto("/login");
  await expect(other.getByRole("heading", { name: "Log in to Rapport" })).toBeVisible();
  await page.locator(".inbox-row a.subject").first().click();
  await expect(editor(page)).toBeVisible();
  await expect(page).toHaveURL(/\/tickets\/\d+$/);
  const ticket = new URL(page.url()).pathname;
  await other.goto("/customers");
  await other.getByLabel("Your account").click();
  await other.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(`/login?next=${encodeURIComponent(ticket)}`);
  await expect(page.getByRole("heading", { name: "Log in to Rapport" })).toBeVisible();
});

test("a quiet page stays live", async ({ page }) => {
  await openInbox(page);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(editor(page)).toBeVisible();
  // Longer than the silence after which a stream is taken for dead.
  await page.waitForTimeout(16_000);
  await expect(page.locator(".live-state")).toBeEmpty();
});

test("words stay with the ticket and the kind of message that they were written for", async ({ page }) => {
  await openInbox(page);
  await page.locator(".inbox-row a.subject").nth(1).click();
  await expect(editor(page)).toBeVisible();
  const first = page.url();
  const reply = page.locator(".composer").getByRole("radio", { name: "Reply" });
  const text = `For us alone ${Date.now()}`;
  await page.keyboard.press("n");
  await page.keyboard.type(text);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(first);
  await expect(page.locator(".ticket-row .num").first()).toHaveText(`#${/\d+$/.exec(page.url())?.[0]}`);
  await expect(editor(page)).toHaveText("");
  await expect(reply).toBeChecked();
  await page.keyboard.press("k");
  await expect(page).toHaveURL(first);
  await expect(editor(page)).toHaveText(text);
  await expect(reply).not.toBeChecked();
  // Put back as it was, for whoever opens this ticket next.
  await editor(page).fill("");
});

test("a page is left while something of it has the focus or is open, and the tab lives on", async ({ page }) => {
  await login(page);
  const mark = `t${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const customer = { email: `${mark}@tab.example` };
  await api(page, "/api/v1/customers", { ...customer, name: `Tabea ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Leaving ${mark}`, channel: "email" });
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: "Does it stay open?" });
  await page.goto(`/inbox?q=${mark}`);
  const ticket = page.getByRole("region", { name: "Ticket", exact: true });
  const menu = async (entry: string) => {
    await ticket.getByLabel("More actions").click();
    await ticket.getByRole("button", { name: entry }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
  };
  const busy = [
    () => ticket.getByRole("button", { name: /message headers/ }).last().click(),
    () => menu("Merge into…"),
    () => menu("Move to another customer…"),
    () => ticket.locator(".subject").click(),
    () => page.getByLabel("New note").click(),
    () => ticket.getByLabel("More actions").click(),
    () => editor(page).click(),
  ];
  for (const open of busy) {
    await page.locator(".inbox-row a.subject").first().click();
    await expect(editor(page)).toBeVisible();
    await open();
    await page.goBack();
    await expect(page.locator(".inbox-row").first()).toBeVisible();
    await expect(page.getByText("Something went wrong on this page")).toHaveCount(0);
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    await page.keyboard.press("Escape");
  }
});
