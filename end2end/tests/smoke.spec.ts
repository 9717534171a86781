import { DEMO, axe, eachTheme, expect, login, noJs, test } from "../fixtures";

test("log in through the form, to the inbox", async ({ page }) => {
  await page.goto("/inbox");
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel("E-mail").fill(DEMO.email);
  await page.getByLabel("Password").fill(DEMO.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/inbox/);
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
});

noJs("log in through the form without JavaScript", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(DEMO.email);
  await page.getByLabel("Password").fill(DEMO.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/inbox/);
});

eachTheme("the inbox has no grave accessibility fault", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  await axe(page);
});
