import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** An account of this test alone, with two customers, and an event of each of the three. */
async function account(page: Page) {
  const mark = `n${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const name = `Northwind ${mark}`;
  await api(page, "/api/v1/accounts", { external_id: mark, name, plan: "Scale" });
  const people = [];
  for (const who of ["Ada", "Bo"]) {
    const body = { external_id: `${who}-${mark}`, name: `${who} ${mark}`, account: { external_id: mark } };
    people.push((await api(page, "/api/v1/customers", body)).id);
  }
  await api(page, "/api/v1/events", [
    { account: { external_id: mark }, name: "invoice.paid", title: "Invoice paid", kind: "crm", payload: { amount: 4000 } },
    { customer: { external_id: `Ada-${mark}` }, name: "report_exported", title: "Report exported" },
    { customer: { external_id: `Bo-${mark}` }, name: "seat_added", title: "Seat added" },
  ]);
  return { mark, name, people };
}

const timeline = (page: Page) => page.getByRole("region", { name: "Timeline" });
const members = (page: Page) => page.locator(".info-card").filter({ hasText: "Customers" });
const row = (page: Page, text: string) => timeline(page).getByRole("listitem").filter({ hasText: text });

eachTheme("the account's name opens its page, with its own events beside its customers'", async ({ page }) => {
  await login(page);
  const { mark, name, people } = await account(page);
  await page.goto(`/customers/${people[0]}`);
  await page.locator(".contact").getByRole("link", { name }).click();
  await expect(page).toHaveURL(/\/accounts\/acc_/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(row(page, "Invoice paid")).toContainText("Account");
  await expect(row(page, "Seat added")).toContainText(`Bo ${mark}`);
  await row(page, "Invoice paid").locator("summary").first().click();
  await expect(row(page, "Invoice paid").locator(".payload")).toContainText("4000");
  await expect(members(page).getByRole("listitem")).toHaveCount(2);
  await axe(page);

  // A customer's event leads to its place on their own timeline.
  await row(page, "Report exported").getByRole("link", { name: `Ada ${mark}` }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${people[0]}\\?event=`));
  await expect(page.locator(".event.current")).toContainText("Report exported");
});

noJs("kinds are chosen by links, and the list of all its customers leads back", async ({ page }) => {
  await login(page);
  const { name } = await account(page);
  await page.goto("/customers");
  await page.locator(".customer-row").getByRole("link", { name }).first().click();
  await page.locator(".customers-filter").getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await page.getByRole("navigation", { name: "Kinds of events" }).getByRole("link", { name: /^CRM/ }).click();
  await expect(row(page, "Invoice paid")).toBeVisible();
  await expect(row(page, "Seat added")).toHaveCount(0);
  await page.getByRole("navigation", { name: "Kinds of events" }).getByRole("link", { name: "Everything", exact: true }).click();
  await expect(row(page, "Seat added")).toBeVisible();
});

noJs("an account is edited, its own fields too, and what is wrong stands beside it", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { mark, name } = await account(page);
  const key = `tier_${mark}`.toLowerCase().slice(0, 60);
  await api(page, "/api/v1/custom-fields", { entity: "account", key, label: `Tier ${mark}`, type: "list", options: ["Gold", "Silver"] });
  await page.goto("/customers");
  await page.locator(".customer-row").getByRole("link", { name }).first().click();
  await page.locator(".customers-filter").getByRole("link", { name, exact: true }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  const form = page.getByRole("form", { name: "Edit account" });
  await form.getByLabel("Plan").fill("Enterprise");
  await form.getByLabel(`Tier ${mark}`).selectOption("Gold");
  await form.getByLabel("Employees").fill("many");
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(form).toContainText("This is not a whole number.");
  await expect(form.getByLabel("Plan")).toHaveValue("Enterprise");
  await expect(form.getByLabel(`Tier ${mark}`)).toHaveValue("Gold");
  await form.getByLabel("Employees").fill("1200");
  await form.getByRole("combobox", { name: /^Owner/ }).selectOption({ label: "Sam Ortiz" });
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  for (const known of ["Enterprise", "Gold", "Sam Ortiz"]) await expect(page.getByRole("complementary")).toContainText(known);
});

test("the account's page follows what happens, by links and Back, with a second browser beside it", async ({ page, browser, baseURL, watch }) => {
  await login(page);
  const { mark, name, people } = await account(page);
  await page.goto("/customers");
  await page.getByRole("searchbox", { name: "Search this list" }).fill(`Ada ${mark}`);
  await expect(page.locator(".customer-row")).toHaveCount(1);
  await page.locator(".customer-row").getByRole("link", { name, exact: true }).click();
  await page.locator(".customers-filter").getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);

  // Events of its customers and of itself come by themselves, counted and in their place.
  await api(page, "/api/v1/events", [{ account: { external_id: mark }, name: "renewed", title: "Renewed", kind: "crm" }]);
  await expect(row(page, "Renewed")).toBeVisible();
  await api(page, "/api/v1/events", [{ customer: { external_id: `Bo-${mark}` }, name: "late", title: "Came late" }]);
  await expect(row(page, "Came late")).toContainText(`Bo ${mark}`);
  const chips = page.getByRole("navigation", { name: "Kinds of events" });
  await expect(chips.getByRole("link", { name: /^CRM/ })).toContainText("2");

  // What is searched for is found among all of them; Back shows everything again.
  await page.getByLabel("Search and filter events").click();
  await page.getByRole("searchbox", { name: "Name, text or payload contains" }).fill("4000");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(row(page, "Invoice paid")).toBeVisible();
  await expect(row(page, "Came late")).toHaveCount(0);
  await page.goBack();
  await expect(row(page, "Came late")).toBeVisible();

  // An event of the account's own stays on top, in the other browser too.
  const other = await browser.newContext({ baseURL });
  await other.addCookies(await page.context().cookies());
  const beside = await other.newPage();
  watch.follow(beside);
  await beside.goto(page.url());
  await expect(beside.getByRole("heading", { level: 1 })).toHaveText(name);
  await row(page, "Invoice paid").locator("summary").first().click();
  await page.getByRole("button", { name: "Pin to the top" }).click();
  for (const tab of [page, beside]) await expect(tab.getByRole("region", { name: "Pinned" })).toContainText("Invoice paid");

  // A note on the account is written here, and stands in the profiles of its customers.
  await page.getByLabel("New note").fill(`Renewal call ${mark}`);
  await page.getByRole("button", { name: "Add note" }).click();
  for (const tab of [page, beside]) await expect(tab.locator(".notes")).toContainText(`Renewal call ${mark}`);

  // Somebody joins and leaves; the other tab sees both.
  await api(page, "/api/v1/customers", { external_id: `Cy-${mark}`, name: `Cy ${mark}` });
  await page.getByText("Link a customer").click();
  await page.getByRole("searchbox", { name: "Find a customer" }).fill(`Cy ${mark}`);
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("button", { name: `Link: Cy ${mark}` }).click();
  for (const tab of [page, beside]) await expect(members(tab)).toContainText(`Cy ${mark}`);
  await page.getByRole("button", { name: `Remove Cy ${mark} from the account` }).click();
  for (const tab of [page, beside]) await expect(members(tab).locator(".members").first()).not.toContainText(`Cy ${mark}`);

  // To a customer and Back: the account as it was.
  await members(page).getByRole("link", { name: `Ada ${mark}`, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(people[0]));
  await expect(page.locator(".notes")).toContainText(`Renewal call ${mark}`);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(row(page, "Renewed")).toBeVisible();
  await other.close();
});

test("an account that is nobody's is a plain 404", async ({ page, watch }) => {
  watch.allow(/404/);
  await login(page);
  for (const id of ["acc_01kaaaaaaaaaaaaaaaaaaaaaaa", "new2"]) {
    const answer = await page.goto(`/accounts/${id}`);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("main").getByText("This does not exist").first()).toBeVisible();
  }
});
