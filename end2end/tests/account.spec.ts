import { api, axe, eachTheme, expect, login, noJs } from "../fixtures";
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
  await row(page, "Invoice paid").locator("summary").click();
  await expect(row(page, "Invoice paid").getByRole("region", { name: "Payload as JSON" })).toContainText("4000");
  await expect(page.getByRole("region", { name: "Customers" }).getByRole("listitem")).toHaveCount(2);
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
  await page.getByRole("navigation", { name: "Kinds of events" }).getByRole("link", { name: "CRM" }).click();
  await expect(row(page, "Invoice paid")).toBeVisible();
  await expect(row(page, "Seat added")).toHaveCount(0);
  await page.getByRole("navigation", { name: "Kinds of events" }).getByRole("link", { name: "All", exact: true }).click();
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
  for (const known of ["Enterprise", "Gold", "Sam Ortiz"]) await expect(page.locator(".account-head")).toContainText(known);
});
