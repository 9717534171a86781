import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** Preferences are a person's: a flow that changes some is one of a colleague of its own. */
const loginAs = (page: Page, name: "sam" | "jonas" | "vera") =>
  page.request.post("/login", { form: { email: `${name}@acme.example`, password: "rapport-demo", next: "" } });

/** A customer of this test alone with a few open tickets. */
async function customer(page: Page, tickets = 1) {
  const mark = `p${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@palette.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Paula ${mark}` });
  const numbers: number[] = [];
  for (let n = 1; n <= tickets; n++) {
    const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: `Exportfehler ${mark} ${n}` });
    numbers.push(number);
  }
  return { mark, id, numbers, ticket: (number: number) => `/customers/${id}/tickets/${number}` };
}

const palette = (page: Page) => page.getByRole("dialog", { name: "Search and commands" });
const option = (page: Page, name: string | RegExp) => palette(page).getByRole("option", { name });
const open = (page: Page) => page.keyboard.press("ControlOrMeta+k");

eachTheme("the palette finds customers, tickets and pages by what they are called", async ({ page }) => {
  await login(page);
  const { mark, numbers, id } = await customer(page);
  await page.goto("/inbox");
  await open(page);
  await expect(palette(page).getByRole("combobox")).toBeFocused();
  await expect(option(page, "Inbox: Mine")).toBeVisible();
  await page.keyboard.type(mark);
  await expect(option(page, new RegExp(`^Paula ${mark}`))).toBeVisible();
  await expect(option(page, new RegExp(`#${numbers[0]} Exportfehler`))).toBeVisible();
  await axe(page, "dialog");
  await option(page, new RegExp(`^Paula ${mark}`)).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}$`));
  await expect(palette(page)).toBeHidden();

  // By number, from a ticketless page, with the keyboard alone.
  await open(page);
  await page.keyboard.type(`#${numbers[0]}`);
  await expect(option(page, new RegExp(`#${numbers[0]} Export`))).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));

  // What was looked at stands first next time.
  await expect(page.getByRole("region", { name: "Ticket", exact: true }).getByText(`#${numbers[0]}`, { exact: true })).toBeVisible();
  await expect(async () => {
    await open(page);
    await expect(palette(page).getByRole("group", { name: "Recent" })).toContainText(`#${numbers[0]}`, { timeout: 700 });
  }).toPass();
});

test("the palette is there on pages that the server alone renders, and hostile names are text", async ({ page }) => {
  await loginAs(page, "sam");
  const mark = `h${Date.now()}`;
  const name = `<img src=x onerror="document.title='pwned'"> ${mark}`;
  await api(page, "/api/v1/customers", { email: `${mark}@hostile.example`, name });
  await page.goto("/notifications");
  await open(page);
  await page.keyboard.type(mark);
  await expect(option(page, new RegExp(mark)).first()).toContainText("<img src=x");
  await expect(page).not.toHaveTitle("pwned");
  await page.keyboard.press("Escape");
  await expect(palette(page)).toBeHidden();

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("Search, go anywhere");
  await page.keyboard.press("Escape");
  await open(page);
  await page.keyboard.type("theme dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await open(page);
  await page.keyboard.type("pref");
  await expect(option(page, "Preferences")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\/preferences$/);
  await expect(page.getByLabel("Dark")).toBeChecked();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await open(page);
  await page.keyboard.type("theme as");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "system");
});

test("what is open is assigned, tagged, ranked and closed from the palette and by keys", async ({ page }) => {
  await login(page);
  const { mark, numbers, ticket } = await customer(page);
  await page.goto(ticket(numbers[0]));
  const pane = page.getByRole("region", { name: "Ticket", exact: true });
  await open(page);
  await page.keyboard.type("assign to me");
  await page.keyboard.press("Enter");
  await expect(pane.locator("select[aria-label=Assignee] option:checked")).toHaveText("Priya Raman");

  await page.keyboard.press("p");
  await expect(palette(page).getByText("Set priority …").first()).toBeVisible();
  await page.keyboard.type("urg");
  await page.keyboard.press("Enter");
  await expect(pane.locator("select[aria-label=Priority] option:checked")).toHaveText("Urgent");

  // What it has now is marked.
  await page.keyboard.press("p");
  await expect(option(page, "Urgent")).toContainText("now");
  await expect(option(page, "Low")).not.toContainText("now");
  // What a key opened, Escape closes.
  await page.keyboard.press("Escape");
  await expect(palette(page)).toBeHidden();

  await page.keyboard.press("t");
  await page.keyboard.type(mark);
  await page.keyboard.press("Enter");
  await expect(pane.getByRole("button", { name: `Remove the tag ${mark}` })).toBeAttached();

  // Escape leaves the step, then the palette, then the ticket.
  await open(page);
  await page.keyboard.type("assign to …");
  await page.keyboard.press("Enter");
  await expect(palette(page).getByRole("combobox", { name: "Assign to …" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(palette(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));

  // No key fires while one types, or with a modifier.
  await page.keyboard.press("r");
  await page.keyboard.type("empty");
  await expect(pane.locator("select[aria-label=Status] option:checked")).not.toHaveText("Closed");
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await expect(pane.locator("select[aria-label=Status] option:checked")).toHaveText("Closed");
});

test("a ticket leads on through the view of the inbox, and back to it", async ({ page }) => {
  await login(page);
  const { numbers } = await customer(page, 3);
  await page.goto("/inbox");
  const row = (number: number) => page.locator(".inbox-row", { hasText: `#${number}` });
  await row(numbers[2]).getByRole("link").click();
  await expect(page.locator(".walk")).toContainText(/\d+ of \d+/);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.getByRole("button", { name: "Next ticket of the view" }).click();
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[0]}$`));
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  // However far one walked, Back is the list.
  await page.goBack();
  await expect(page).toHaveURL(/\/inbox$/);
  // The page that is left still shows for a moment; the list has the focus of whoever comes back.
  await expect(page.locator(".ticket-row")).toHaveCount(0);
  await row(numbers[1]).getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  await page.reload();
  await expect(page.locator(".walk")).toContainText(/\d+ of \d+/);
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/\/customers\/cus_\w+$/);
  await page.goBack();
  await expect(page.locator(".walk")).toContainText(/\d+ of \d+/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/inbox$/);

  // Found elsewhere, a ticket stands in no view.
  await page.getByRole("link", { name: "Customers" }).first().click();
  await page.locator(".customer-row a.name").first().click();
  await page.locator(".ticket-item").first().click();
  await expect(page.locator(".ticket-row")).toBeVisible();
  await expect(page.locator(".walk")).toHaveCount(0);
});

test("after a ticket is closed the next one comes, when that is what its agent prefers", async ({ page }) => {
  await loginAs(page, "jonas");
  const { numbers } = await customer(page, 3);
  const choose = async (label: string) => {
    await page.getByLabel("Your account").click();
    await page.getByRole("link", { name: "Preferences" }).click();
    await page.getByLabel(label).check();
    await expect(page.getByText("Saved")).toBeVisible();
  };
  await page.goto("/inbox");
  await choose("Next ticket");
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await page.locator(".inbox-row", { hasText: `#${numbers[2]}` }).getByRole("link").click();
  await expect(page.locator(".walk")).toBeVisible();
  await page.keyboard.press("e");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[1]}$`));
  // Whoever takes it back was not done with it.
  await expect(page.locator(".toasts")).toContainText(`Closed #${numbers[2]}`);
  await page.keyboard.press("z");
  await expect(page).toHaveURL(new RegExp(`/tickets/${numbers[2]}$`));
  await expect(page.locator("select[aria-label=Status] option:checked")).not.toHaveText("Closed");
  await page.goto(`/inbox`);
  await page.locator(".inbox-row", { hasText: `#${numbers[1]}` }).getByRole("link").click();
  await expect(page.locator(".walk")).toBeVisible();
  await choose("Back to the list");
  await page.goBack();
  await expect(page.locator(".walk")).toBeVisible();
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/\/inbox$/);
  await choose("Stay on the ticket");
});

test("thirty pages in one tab leave no key behind", async ({ page }) => {
  test.slow();
  await login(page);
  const { numbers, id } = await customer(page, 2);
  const told = () =>
    page.evaluate(() => {
      const detail = { list: "[]" };
      window.dispatchEvent(new CustomEvent("rapport:commands", { detail }));
      return (JSON.parse(detail.list) as { what: string }[]).map(({ what }) => what).sort();
    });
  const go = async (query: string, url: RegExp, shows: string) => {
    await open(page);
    await page.keyboard.type(query);
    await palette(page).getByRole("option", { name: query.startsWith("#") ? new RegExp(`^${query} `) : query, exact: true }).click();
    await expect(page).toHaveURL(url);
    await expect(page.locator(shows).first()).toBeVisible();
  };
  await page.goto("/inbox");
  // With the cursor on a ticket there is more to do.
  await page.locator(".inbox-row").first().hover();
  const first = await told();
  for (let round = 0; round < 6; round++) {
    await go(`#${numbers[0]}`, new RegExp(`/tickets/${numbers[0]}$`), ".composer");
    await go("Customers", /\/customers$/, ".customer-row");
    await go(`#${numbers[1]}`, new RegExp(`/customers/${id}/tickets/${numbers[1]}$`), ".composer");
    await page.goBack();
    await expect(page).toHaveURL(/\/customers$/);
    await go("Inbox: To do", /\/inbox$/, ".inbox-row");
  }
  await page.locator(".inbox-row").first().hover();
  await expect.poll(told).toEqual(first);
});

noJs("without scripts the search leads to a page of customers and tickets", async ({ page }) => {
  await login(page);
  const { mark, numbers, ticket } = await customer(page);
  await page.goto("/inbox");
  await page.locator("header .search input").fill(mark);
  await page.keyboard.press("Enter");
  await expect(page.locator(".found", { hasText: "Customers" })).toContainText(`Paula ${mark}`);
  await page.getByRole("link", { name: new RegExp(`#${numbers[0]}`) }).click();
  await expect(page).toHaveURL(ticket(numbers[0]));
});

noJs("preferences are chosen without scripts", async ({ page }) => {
  await loginAs(page, "vera");
  await page.goto("/settings/preferences");
  await page.getByLabel("Dark").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByLabel("As the system").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme", /./);
});
