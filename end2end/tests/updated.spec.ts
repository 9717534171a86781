// A page that is older than the server.
import { api, axe, expect, login, test } from "../fixtures";

test("a page whose functions the server knows no more offers a reload and keeps what was typed", async ({ page, watch }) => {
  watch.allow(/404/);
  await login(page);
  const email = `updated-${Date.now()}@mail.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: "Una Updated" });
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: "Old page", channel: "email" });
  await page.goto(`/customers/${id}/tickets/${number}`);
  const editor = page.locator(".composer [contenteditable=true]");
  await expect(editor).toBeVisible();
  await page.keyboard.press("n");
  await expect(editor).toBeFocused();
  await page.keyboard.type("not lost");
  // As functions of another version are called: the hash at their end differs.
  await page.route(/\/api\/\w+?\d+$/, (route) => route.continue({ url: route.request().url().replace(/\d+$/, "1") }));
  await page.keyboard.press("ControlOrMeta+Enter");
  const bar = page.locator("#updated");
  await expect(bar).toBeVisible();
  await axe(page);
  await page.unroute(/\/api\/\w+?\d+$/);
  await bar.getByRole("button", { name: "Reload" }).click();
  await expect(bar).toBeHidden();
  await expect(editor).toHaveText("not lost");
});
