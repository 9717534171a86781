// The Accounts page, an account made by hand, its customers, and a customer deleted.
import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";

const mark = () => `a${Date.now()}${Math.floor(Math.random() * 1e4)}`;

eachTheme("the rail leads to the accounts, which are searched, sorted and opened", async ({ page }) => {
  const name = mark();
  await login(page);
  await api(page, "/api/v1/accounts", { external_id: name, name: `Zenith ${name}`, domains: [`${name}.example`], plan: "Scale" });
  await page.goto("/inbox");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Accounts" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Accounts" })).toBeVisible();
  await axe(page);
  await page.getByRole("searchbox", { name: "Search accounts" }).fill(`${name}.example`);
  await page.keyboard.press("Enter");
  await expect(page.locator(".account-row")).toHaveCount(1);
  await page.getByRole("navigation", { name: "Order" }).getByRole("link", { name: "Newest" }).click();
  await expect(page).toHaveURL(/sort=created/);
  await page.getByRole("link", { name: `Zenith ${name}`, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Zenith ${name}`);
});

noJs("an account is made by hand, gets a customer, and loses them again", async ({ page, watch }) => {
  watch.allow(/422/);
  const name = mark();
  await login(page);
  await api(page, "/api/v1/customers", { external_id: name, name: `Mo ${name}` });
  await page.goto("/accounts");
  await page.getByRole("link", { name: "New account" }).click();
  const form = page.getByRole("form", { name: "New account" });
  await form.getByLabel("Name").fill(`Hand ${name}`);
  await form.getByLabel("Employees").fill("a few");
  await form.getByRole("button", { name: "Create account" }).click();
  await expect(form).toContainText("This is not a whole number.");
  await form.getByLabel("Employees").fill("12");
  await form.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hand ${name}`);
  const customers = page.locator(".info-card").filter({ hasText: "Customers" });
  await expect(customers).toContainText("Nobody yet.");
  await customers.getByText("Link a customer").click();
  await customers.getByRole("searchbox", { name: "Find a customer" }).fill(name);
  await customers.getByRole("button", { name: "Find" }).click();
  await customers.getByRole("button", { name: `Link: Mo ${name}` }).click();
  await expect(customers.getByRole("button", { name: `Remove Mo ${name} from the account` })).toBeVisible();
  await customers.getByRole("link", { name: `Mo ${name}`, exact: true }).click();
  await expect(page.locator(".contact")).toContainText(`Hand ${name}`);
  await page.locator(".contact").getByRole("link", { name: `Hand ${name}` }).click();
  await customers.getByRole("button", { name: `Remove Mo ${name} from the account` }).click();
  await expect(customers).toContainText("Nobody yet.");
});

test("a customer is deleted after all that goes was said", async ({ page, watch }) => {
  watch.allow(/404/);
  const name = mark();
  await login(page);
  const customer = { external_id: name };
  const { id } = await api(page, "/api/v1/customers", { ...customer, name: `Gone ${name}` });
  await api(page, "/api/v1/tickets", { customer, subject: `Matter ${name}`, channel: "email" });
  await page.goto(`/customers/${id}`);
  await page.locator(".contact .why summary").click();
  await page.getByRole("link", { name: "Delete this customer" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Delete Gone ${name}?`);
  await expect(page.getByRole("region", { name: "What goes" })).toContainText("1 ticket");
  await axe(page);
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByText("The customer is deleted")).toBeVisible();
  const answer = await page.request.get(`/customers/${id}`);
  expect(answer.status()).toBe(404);
});
