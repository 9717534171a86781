import { api, axe, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A customer of this test alone with tickets of these subjects; newest last. */
async function customer(page: Page, subjects: string[]) {
  const mark = `l${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@life.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Lia ${mark}` });
  const numbers: number[] = [];
  for (const subject of subjects) {
    const ticket = await api(page, "/api/v1/tickets", { customer: { email }, subject: `${subject} ${mark}`, channel: "email" });
    numbers.push(ticket.number);
    await api(page, `/api/v1/tickets/${ticket.number}/messages`, { kind: "customer", body_text: `Text of ${subject}` });
  }
  return { mark, email, numbers, url: (n: number) => `/customers/${id}/tickets/${n}` };
}

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });

/** Unfolds an entry of the ticket's menu. */
async function menu(page: Page, entry: string) {
  await pane(page).getByLabel("More actions").click();
  await pane(page).locator(".menu-more > summary").filter({ hasText: entry }).click();
}

test("a ticket is snoozed from its menu, and woken by hand", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Later"]);
  await page.goto(url(numbers[0]!));
  await menu(page, "Snooze");
  await pane(page).getByRole("button", { name: "Until tomorrow morning" }).click();
  const bar = pane(page).locator(".state-bar");
  await expect(bar).toContainText(/Comes back .* 09:00/);
  await expect(pane(page).getByLabel("Status", { exact: true })).toHaveValue("snoozed");
  await axe(page, ".pane.ticket");
  await bar.getByRole("button", { name: "Wake it now" }).click();
  await expect(bar).toHaveCount(0);
  await expect(pane(page).getByLabel("Status", { exact: true }).locator("option:checked")).toHaveText("Open");
});

test("a ticket sleeps until a time that is typed, from its menu, by key, and in the inbox", async ({ page }) => {
  await login(page);
  const { numbers, mark, url } = await customer(page, ["Typed"]);
  await page.goto(url(numbers[0]!));
  await menu(page, "Snooze");
  await pane(page).getByRole("button", { name: "Until another time…" }).click();
  const palette = page.getByRole("dialog", { name: "Search and commands" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("yesterday");
  await expect(palette).toContainText("No time to come.");
  const year = new Date().getFullYear() + 1;
  await palette.getByRole("combobox").fill(`feb 29 ${year}`);
  // Only a leap year has that day.
  await expect(palette.getByRole("option")).toHaveCount(new Date(year, 1, 29).getDate() === 29 ? 1 : 0);
  await palette.getByRole("combobox").fill(`12 march ${year} 2:30pm`);
  await expect(palette.getByRole("option")).toHaveText(new RegExp(`Until .*Mar 12, ${year}, 14:30`));
  await axe(page, "dialog");
  await page.keyboard.press("Enter");
  const bar = pane(page).locator(".state-bar");
  await expect(bar).toContainText(`Comes back Mar 12, ${year} 14:30`);
  await page.keyboard.press("s");
  await page.keyboard.type("tomorrow 7:05");
  await page.keyboard.press("Enter");
  await expect(bar).toContainText(/Comes back .* 07:05/);
  await bar.getByRole("button", { name: "Wake it now" }).click();
  await expect(bar).toHaveCount(0);

  await page.getByRole("link", { name: "Rapport" }).click();
  await page.getByRole("searchbox", { name: "Search tickets" }).fill(mark);
  await page.keyboard.press("Enter");
  const row = page.locator(".inbox-row").filter({ hasText: mark });
  await expect(page.locator(".inbox-row")).toHaveCount(1);
  await row.locator("a.subject").focus();
  await page.keyboard.press("s");
  await page.keyboard.type("3 weeks");
  await page.keyboard.press("Enter");
  // It leaves what is to do.
  await expect(row).toHaveCount(0);
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Snoozed" }).click();
  await expect(row).toContainText("Snoozed");
});

test("two tickets are merged, and parted again", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { numbers, url } = await customer(page, ["One", "Two"]);
  const [one, two] = numbers as [number, number];
  await page.goto(url(two));
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Merge into…" }).click();
  const field = page.getByRole("dialog").getByRole("combobox");
  await field.fill("99999999");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("There is no ticket with this number.");
  await field.fill(`#${one}`);
  // What is offered comes above the button, and moves it.
  await expect(page.getByRole("dialog").getByRole("option", { name: `#${one}` })).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Merge" }).click();
  const bar = pane(page).locator(".state-bar");
  await expect(pane(page).getByRole("article")).toHaveCount(2);
  await expect(pane(page)).toContainText(`took in #${two}`);
  await page.locator(`.ticket-item[href*="/tickets/${two}"]`).click();
  // Nobody answers where no message is.
  await expect(bar).toContainText(`The messages of this ticket are in #${one}`);
  await expect(pane(page).locator(".composer")).toHaveCount(0);
  await bar.getByRole("button", { name: "Undo the merge" }).click();
  await expect(bar).toHaveCount(0);
  await expect(pane(page).locator(".composer .editor")).toBeVisible();
  await expect(pane(page).getByRole("article")).toHaveCount(1);
});

test("a ticket moves to another customer, and the page with it", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const from = await customer(page, ["Misfiled"]);
  const to = await customer(page, []);
  await page.goto(from.url(from.numbers[0]!));
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Move to another customer…" }).click();
  const field = page.getByRole("combobox", { name: "Customer" });
  await field.fill("nobody@nowhere.example");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("No customer has this e-mail or ID.");
  await expect(field).toBeFocused();
  await field.fill(`Lia ${to.mark}`);
  await page.getByRole("option", { name: `Lia ${to.mark}` }).click();
  await expect(field).toHaveValue(to.email);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: `About Lia ${to.mark}` })).toBeVisible();
  await expect(pane(page)).toContainText(`moved this from Lia ${from.mark} to Lia ${to.mark}`);
});

noJs("without JavaScript a ticket is marked as spam, and comes back", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Buy now"]);
  await page.goto(url(numbers[0]!));
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Mark as spam" }).click();
  const bar = pane(page).locator(".state-bar");
  await expect(bar).toContainText("Marked as spam.");
  await bar.getByRole("button", { name: "No spam" }).click();
  await expect(bar).toHaveCount(0);
});
