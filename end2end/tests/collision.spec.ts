// Nobody answers over a message that they have not seen.
import { api, axe, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

async function ticket(page: Page) {
  const mark = `o${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const customer = { external_id: mark };
  const { id } = await api(page, "/api/v1/customers", { ...customer, email: `${mark}@over.example`, name: `Olaf ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Overtaken ${mark}`, channel: "email" });
  await say(page, number, `First ${mark}`);
  return { mark, number, url: `/customers/${id}/tickets/${number}` };
}

const say = (page: Page, number: number, body_text: string) =>
  api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text });

test("Escape goes on writing, and what was sent is looked at wherever one was reading", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await login(page);
  const { url, number } = await ticket(page);
  for (let n = 0; n < 12; n++) await say(page, number, `Long story ${n}. `.repeat(40));
  await page.goto(url);
  const field = page.locator(".composer [contenteditable=true]");
  await field.click();
  await page.keyboard.type("On it.");
  await page.locator(".thread").evaluate((thread) => thread.scrollTo(0, -thread.scrollHeight));
  await say(page, number, "One thing more.");
  await page.keyboard.press("ControlOrMeta+Enter");
  const asks = page.getByRole("alert", { name: "New since you last looked" });
  await expect(asks).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(asks).toBeHidden();
  await expect(field).toHaveText("On it.");
  await field.click();
  await page.keyboard.press("ControlOrMeta+Enter");
  await asks.getByRole("button", { name: "Send anyway" }).click();
  await expect(page.getByRole("article").last().getByRole("button", { name: /^Undo/ })).toBeInViewport();
});

test("what came a moment before is shown first; then one sends anyway, or goes on writing", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await login(page);
  const { mark, number, url } = await ticket(page);
  await page.goto(url);
  const field = page.locator(".composer [contenteditable=true]");
  await field.click();
  await page.keyboard.type(`My answer ${mark}`);
  const message = (text: string) => page.getByRole("article").filter({ hasText: `${text} ${mark}` });
  await say(page, number, `Too late ${mark}`);
  await expect(message("Too late")).toBeVisible();
  await page.getByRole("button", { name: "Send and close" }).click();
  const asked = page.getByRole("alert", { name: "New since you last looked" });
  await expect(asked).toContainText(`Too late ${mark}`);
  await axe(page, ".composer");
  await expect(field, "nothing is lost").toHaveText(`My answer ${mark}`);
  await asked.getByRole("button", { name: "Keep editing" }).click();
  await expect(asked).toHaveCount(0);
  await expect(field).toHaveText(`My answer ${mark}`);

  await say(page, number, `Again ${mark}`);
  await page.getByRole("button", { name: "Send and close" }).click();
  await expect(asked).toContainText(`Again ${mark}`);
  await asked.getByRole("button", { name: "Send anyway" }).click();
  await expect(message("My answer")).toBeVisible();
  await expect(asked).toHaveCount(0);
  await expect(page.locator(".ticket-row .pill"), "as it was asked to").toHaveText(/Closed/);
});

test("whoever writes on has not seen what came beside it", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await login(page);
  const { mark, number, url } = await ticket(page);
  await page.goto(url);
  await page.locator(".composer [contenteditable=true]").click();
  await page.keyboard.type("My answer");
  await say(page, number, `Beside ${mark}`);
  await expect(page.getByRole("article").filter({ hasText: `Beside ${mark}` })).toBeVisible();
  for (let n = 0; n < 10; n++) {
    await page.keyboard.type(" word");
    await page.waitForTimeout(500);
  }
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert", { name: "New since you last looked" })).toContainText(`Beside ${mark}`);
});

test("what was on screen for a while counts as seen", async ({ page }) => {
  await login(page);
  const { mark, number, url } = await ticket(page);
  await page.goto(url);
  await page.locator(".composer [contenteditable=true]").click();
  await page.keyboard.type(`My answer ${mark}`);
  await say(page, number, `In time ${mark}`);
  await expect(page.getByRole("article").filter({ hasText: `In time ${mark}` })).toBeVisible();
  await page.waitForTimeout(4_000);
  await page.getByRole("button", { name: /^Send (Ctrl|⌘)/ }).click();
  await expect(page.getByRole("article").filter({ hasText: `My answer ${mark}` })).toBeVisible();
});

noJs("without scripts the refused answer comes back with what is new", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await login(page);
  const { mark, number, url } = await ticket(page);
  await page.goto(url);
  await page.getByRole("textbox", { name: "Message" }).fill(`My answer ${mark}`);
  await say(page, number, `Too late ${mark}`);
  await page.locator(".composer button[type=submit]").first().click();
  await expect(page.getByRole("article").filter({ hasText: `Too late ${mark}` })).toBeVisible();
  await expect(page.getByRole("alert", { name: "New since you last looked" })).toContainText(`Too late ${mark}`);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue(`My answer ${mark}`);
  await page.locator(".composer button[type=submit]").first().click();
  await expect(page.getByRole("article").filter({ hasText: `My answer ${mark}` })).toBeVisible();
});
