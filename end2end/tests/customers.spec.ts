import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A customer of this test alone. */
async function customer(page: Page, name = "Cora") {
  const mark = `c${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@customers.example`;
  const account = `Account ${mark}`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `${name} ${mark}`, account: { name: account } });
  return { mark, email, account, id };
}

const box = (page: Page) => page.getByRole("searchbox", { name: "Search this list" });
const rows = (page: Page) => page.locator(".customer-row");

test("typing searches at once, a click opens the profile, Back leaves the list as it was", async ({ page }) => {
  await login(page);
  const { mark, email, id } = await customer(page);
  await page.goto("/customers");
  await expect(rows(page).first()).toBeVisible();
  await box(page).pressSequentially(mark);
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(new RegExp(`q=${mark}`));
  await expect(rows(page)).toContainText(email);
  await rows(page).getByRole("link", { name: "Cora" }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}`));
  await page.goBack();
  await expect(box(page)).toHaveValue(mark);
  await expect(rows(page)).toHaveCount(1);
});

test("the account filter shows its name and can be removed", async ({ page }) => {
  await login(page);
  const { mark, account } = await customer(page);
  await page.goto(`/customers?q=${mark}`);
  await rows(page).getByRole("link", { name: account }).click();
  await expect(page).toHaveURL(/account=acc_/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("link", { name: /all accounts/ }).click();
  await expect(page).not.toHaveURL(/account=/);
});

test("the keyboard moves through the list and opens a customer", async ({ page }) => {
  await login(page);
  const { mark, id } = await customer(page);
  await page.goto(`/customers?q=${mark}`);
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await box(page).blur();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/customers/${id}`));
});

test("an e-mail in use leads to the customer who has it", async ({ page, watch }) => {
  watch.allow(/409/);
  await login(page);
  const { email, id } = await customer(page);
  await page.goto("/customers");
  await page.getByRole("link", { name: "New customer" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Somebody else");
  await page.getByLabel("E-mail", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Create customer" }).click();
  await page.getByRole("link", { name: "Open that customer" }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}`));
});

test("nothing found says so and offers the way back", async ({ page }) => {
  await login(page);
  await page.goto("/customers?q=nobody-is-called-this");
  await expect(page.getByText("Nobody matches")).toBeVisible();
  await page.getByRole("link", { name: "Show everybody" }).click();
  await expect(rows(page).first()).toBeVisible();
});

noJs("without JavaScript one searches, sorts and creates", async ({ page }) => {
  await login(page);
  const { mark } = await customer(page);
  await page.goto("/customers");
  await box(page).fill(mark);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("navigation", { name: "Order" }).getByRole("link", { name: "Name" }).click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("link", { name: "New customer" }).click();
  await page.getByLabel("Name", { exact: true }).fill(`Nina ${mark}`);
  await page.getByRole("button", { name: "Create customer" }).click();
  await expect(page).toHaveURL(/\/customers\/cus_\w+$/);
});

eachTheme("the list and its form have no grave accessibility fault", async ({ page }) => {
  await login(page);
  await customer(page, "A customer whose name is so long that no table has room for all of it");
  await page.goto("/customers?new=customer");
  await expect(rows(page).first()).toBeVisible();
  await axe(page);
});

test("on a phone the rows are cards and nothing is cut off sideways", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await login(page);
  await customer(page, "A customer whose name is so long that no phone has room for all of it");
  await page.goto("/customers");
  await expect(rows(page).first()).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
