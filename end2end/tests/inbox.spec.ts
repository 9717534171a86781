import { api, axe, expect, login, noJs, test } from "../fixtures";
import type { Locator, Page } from "@playwright/test";

/** A customer of this test alone, with as many tickets as it has subjects; they share a tag. */
async function tickets(page: Page, subjects: string[]) {
  const mark = `i${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@inbox.example`;
  await api(page, "/api/v1/customers", { email, name: `Ines ${mark}` });
  const numbers: number[] = [];
  for (const subject of subjects) numbers.push(await add(page, email, subject, mark));
  return { mark, email, numbers };
}

async function add(page: Page, email: string, subject: string, mark: string) {
  const ticket = await api(page, "/api/v1/tickets", { customer: { email }, subject: `${subject} ${mark}`, channel: "email", tags: [mark] });
  await api(page, `/api/v1/tickets/${ticket.number}/messages`, { kind: "customer", body_text: `About ${subject}` });
  return ticket.number as number;
}

const rows = (page: Page) => page.locator(".inbox-row");
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const views = (page: Page) => page.getByRole("navigation", { name: "Views" });
const search = (page: Page) => page.getByRole("searchbox", { name: "Search tickets" });

/** Shows the tickets of one mark, by the search and in the tab. */
async function only(page: Page, mark: string, count: number) {
  await search(page).fill(mark);
  await search(page).press("Enter");
  await expect(rows(page)).toHaveCount(count);
}

test("views show how many they have and follow; filters stand in a short address", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  await expect(views(page).getByRole("link", { name: /^To do/ })).toHaveAttribute("aria-current", "true");
  const { mark } = await tickets(page, ["First", "Second"]);
  await only(page, mark, 2);
  await page.getByLabel("Channel").selectOption("email");
  await expect(page).toHaveURL(new RegExp(`/inbox\\?channel=email&q=${mark}$`));
  await page.getByLabel("Channel").selectOption("phone");
  await expect(rows(page)).toHaveCount(0);
  await page.getByLabel("Channel").selectOption("");
  await expect(rows(page)).toHaveCount(2);
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Tag", { exact: true }).fill(mark);
  await page.getByLabel("Tag", { exact: true }).press("Enter");
  await expect(page.getByRole("link", { name: `Tag: ${mark}` })).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("link", { name: `Tag: ${mark}` }).click();
  await expect(page).toHaveURL(new RegExp(`/inbox\\?q=${mark}$`));
  await views(page).getByRole("link", { name: /^Spam/ }).click();
  await expect(page).toHaveURL(/\/inbox\?status=spam$/);
  await expect(row(page, mark)).toHaveCount(0);
});

test("many tickets are closed at once, and a press takes it back", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  const { mark } = await tickets(page, ["Alpha", "Bravo", "Charlie", "Delta"]);
  await only(page, mark, 4);
  await row(page, "Delta").hover();
  await row(page, "Delta").getByRole("checkbox").click();
  await row(page, "Bravo").getByRole("checkbox").click({ modifiers: ["Shift"] });
  const bar = page.getByRole("form", { name: "Change the selected tickets" });
  await expect(bar.getByText("3 selected")).toBeVisible();
  await axe(page);
  await bar.getByRole("button", { name: "Close" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(bar).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(rows(page)).toHaveCount(4);
  // Keys mean what was ticked with the pointer, too.
  await row(page, "Alpha").getByRole("checkbox").click();
  await row(page, "Bravo").getByRole("checkbox").click();
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await row(page, "Alpha").getByRole("checkbox").click();
  await row(page, "Bravo").getByRole("checkbox").click();
  await page.keyboard.press("e");
  await expect(rows(page)).toHaveCount(2);
  // Somebody reads on while what they took back returns.
  await rows(page).first().getByRole("link").focus();
  await page.keyboard.press("z");
  await expect(rows(page)).toHaveCount(4);
  await expect(page.getByRole("button", { name: /^\d+ new$/ })).toHaveCount(0);
  await page.getByLabel("Select all on this page").click();
  await bar.getByLabel("Priority").selectOption("priority:urgent");
  await expect(page.getByText("Made 4 tickets urgent priority")).toBeVisible();
  await expect(rows(page).getByRole("img", { name: "Priority: Urgent" })).toHaveCount(4);
});

test("keys choose rows and act on them", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  const { mark } = await tickets(page, ["One", "Two", "Three"]);
  await only(page, mark, 3);
  await search(page).blur();
  await page.keyboard.press("j");
  await expect(row(page, "Three").getByRole("link")).toBeFocused();
  await page.keyboard.press("u");
  await expect(row(page, "Three").getByText("Unread:")).toHaveCount(0);
  await expect(row(page, "Three").getByRole("link")).toBeFocused();
  await page.keyboard.press("u");
  await expect(row(page, "Three").getByText("Unread:")).toBeAttached();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("2 selected")).toBeHidden();
  await page.keyboard.press("e");
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, "One").getByRole("link")).toBeFocused();
});

test("the cursor stays on what a key changed, and on the row in its place once it left", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  const { mark } = await tickets(page, ["One", "Two", "Three"]);
  await only(page, mark, 3);
  await search(page).blur();
  const at = (subject: string) => row(page, subject).getByRole("link");
  const choose = async (key: string, choice: string) => {
    await page.keyboard.press(key);
    await page.keyboard.type(choice);
    await page.keyboard.press("Enter");
  };
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("m");
  await expect(row(page, "Two")).toContainText("Assignee: Priya Raman");
  await expect(at("Two")).toBeFocused();
  await choose("a", "Sam Ortiz");
  await expect(row(page, "Two")).toContainText("Assignee: Sam Ortiz");
  await expect(at("Two")).toBeFocused();
  await choose("o", "Open");
  await expect(row(page, "Two")).toContainText("Open");
  await choose("p", "Urgent");
  await expect(row(page, "Two").getByLabel("Priority: Urgent")).toBeVisible();
  await choose("t", `key-${mark}`);
  await expect(row(page, "Two")).toContainText(`key-${mark}`);
  await choose("s", "two weeks");
  await expect(rows(page)).toHaveCount(2);
  await expect(at("One")).toBeFocused();
  await page.keyboard.press("N");
  await expect(page.getByText("Who is the new ticket for?")).toBeVisible();
});

test("Escape leads from a ticket to its row, however far down it stands", async ({ page }) => {
  await login(page);
  await page.goto("/inbox?status=all&sort=oldest");
  const far = page.locator(".inbox-row").nth(30);
  await far.scrollIntoViewIfNeeded();
  const number = await far.getAttribute("data-number");
  await far.locator("a.subject").click();
  await expect(page.locator(".ticket-row")).toContainText(`#${number}`);
  await page.keyboard.press("Escape");
  const back = page.locator(`.inbox-row[data-number="${number}"] a.subject`);
  await expect(back).toBeFocused();
  await expect(back).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Back to the inbox" }).click();
  await expect(back).toBeFocused();
  // Who scrolls on from there is not pulled back to it.
  const list = page.locator(".inbox-main");
  await list.evaluate((scroller) => scroller.scrollTo(0, 0));
  await expect(back).not.toBeInViewport();
  await page.waitForTimeout(400);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" }).click();
  await expect(page.locator(".customer-row").first()).toBeVisible();
  await page.goBack();
  await expect(rows(page).first()).toBeInViewport();
  await expect(back).not.toBeInViewport();
});

test("nothing moves under the reader: new tickets wait behind a pill", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  const { mark, email, numbers } = await tickets(page, ["One", "Two"]);
  await only(page, mark, 2);
  await row(page, "One").getByRole("link").focus();
  await add(page, email, "Three", mark);
  const pill = page.getByRole("button", { name: "1 new" });
  await expect(pill).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await api(page, `/api/v1/tickets/${numbers[0]}/messages`, { kind: "customer", body_text: "Once more" });
  await expect(row(page, "Once more")).toBeVisible();
  await expect(rows(page).last()).toContainText("Once more");
  await expect(row(page, "One").getByRole("link")).toBeFocused();
  await pill.click();
  await expect(rows(page)).toHaveCount(3);
  await expect(rows(page).first()).toContainText("Once more");
});

test("Back finds the list as it was, and the ticket that was opened", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  await views(page).getByRole("link", { name: /^All open/ }).click();
  await page.getByLabel("Order").selectOption("submitted");
  await expect(page).toHaveURL(/sort=submitted/);
  const list = page.locator(".inbox-main");
  const opened = rows(page).nth(30);
  await opened.scrollIntoViewIfNeeded();
  await expect.poll(() => list.evaluate((e) => e.scrollTop)).toBeGreaterThan(0);
  const height = (of: Locator) => of.evaluate((e) => Math.round(e.getBoundingClientRect().top));
  const top = await height(opened);
  const href = await opened.getByRole("link").getAttribute("href");
  await opened.getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`${href}`));
  await expect(page.getByRole("region", { name: "Ticket", exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/status=unclosed&sort=submitted$/);
  const back = rows(page).filter({ has: page.locator(`a[href="${href}"]`) });
  await expect(back.getByRole("link")).toBeFocused();
  // The ticket is where it was, whatever came in above it.
  await expect.poll(async () => Math.abs((await height(back)) - top)).toBeLessThan(2);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect.poll(() => list.evaluate((e) => e.scrollTop)).toBe(0);
  await expect(page.getByText(/^51–\d+ of/)).toBeVisible();
  await page.getByRole("link", { name: "Previous page" }).click();
  await expect(page.getByText(/^1–50 of/)).toBeVisible();
});

test("a draft shows at its ticket, and a view can be saved and renamed", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  await page.goto("/inbox");
  const { mark } = await tickets(page, ["Drafted", "Other"]);
  await only(page, mark, 2);
  await row(page, "Drafted").getByRole("link").click();
  const editor = page.locator(".composer [contenteditable]");
  await editor.click();
  await editor.pressSequentially("Dear");
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("rapport:draft")).length)).toBeGreaterThan(0);
  await page.goBack();
  await expect(row(page, "Drafted").getByText("Draft", { exact: true })).toBeVisible();
  await expect(row(page, "Other").getByText("Draft", { exact: true })).toHaveCount(0);
  await views(page).getByText("Save as a view").click();
  await views(page).getByLabel("Name of the view").fill(`Mine ${mark}`);
  await views(page).getByRole("button", { name: "Save" }).click();
  await expect(views(page).getByRole("link", { name: `Mine ${mark}` })).toHaveAttribute("aria-current", "true");
  // Another under its name would put it away.
  await page.getByLabel("Channel").selectOption("phone");
  await views(page).getByText("Save as a view").click();
  await views(page).getByLabel("Name of the view").fill(`mine ${mark}`);
  await views(page).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("You have a view of this name.")).toBeVisible();
  await page.keyboard.press("Escape");
  await views(page).getByRole("link", { name: "Edit your views" }).click();
  const form = page.getByRole("form", { name: `Mine ${mark}` });
  await form.getByLabel("Name").fill(`Ours ${mark}`);
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("form", { name: `Ours ${mark}` })).toBeVisible();
  await page.getByRole("button", { name: `Delete: Ours ${mark}` }).click();
  await expect(page.getByRole("form", { name: `Ours ${mark}` })).toHaveCount(0);
});

noJs("search, views, pages and bulk work without JavaScript", async ({ page }) => {
  await login(page);
  const { mark } = await tickets(page, ["Plain", "Other"]);
  await page.goto("/inbox");
  await search(page).fill(mark);
  await page.getByRole("button", { name: "Apply" }).first().click();
  await expect(rows(page)).toHaveCount(2);
  await row(page, "Plain").getByRole("checkbox").check();
  await page.getByRole("form", { name: "Change the selected tickets" }).getByRole("button", { name: "Close" }).click();
  await expect(page).toHaveURL(new RegExp(`/inbox\\?q=${mark}$`));
  await expect(rows(page)).toHaveCount(1);
  await views(page).getByRole("link", { name: /^Closed/ }).click();
  await expect(row(page, `Plain ${mark}`)).toBeVisible();
});
