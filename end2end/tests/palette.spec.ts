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

  await page.keyboard.press("t");
  await page.keyboard.type(mark);
  await page.keyboard.press("Enter");
  await expect(pane.getByRole("button", { name: `Remove the tag ${mark}` })).toBeAttached();

  // Escape leaves the step, then the palette, then the ticket.
  await page.keyboard.press("a");
  await expect(palette(page).getByText("Assign to …").first()).toBeVisible();
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
  await expect(page.locator(".inbox-row").first()).toBeVisible();
  const first = await told();
  for (let round = 0; round < 6; round++) {
    await go(`#${numbers[0]}`, new RegExp(`/tickets/${numbers[0]}$`), ".composer");
    await go("Customers", /\/customers$/, ".customer-row");
    await go(`#${numbers[1]}`, new RegExp(`/customers/${id}/tickets/${numbers[1]}$`), ".composer");
    await page.goBack();
    await expect(page).toHaveURL(/\/customers$/);
    await go("Inbox: To do", /\/inbox$/, ".inbox-row");
  }
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
