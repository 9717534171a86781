// What people set for themselves, and that it is so where they work; and a key that gets a new secret.
import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Browser, Page } from "@playwright/test";

const mark = () => `o${Date.now()}${Math.floor(Math.random() * 1e4)}`;
const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const saved = (page: Page, text: string) => expect(page.getByRole("status").filter({ hasText: text })).toBeVisible();

/** A colleague of this test alone, by an invitation: the demo's agent keeps their ways. */
async function colleague(page: Page, browser: Browser, baseURL: string | undefined, timezoneId = "UTC") {
  const name = mark();
  const email = `${name}@acme.example`;
  await login(page);
  await page.goto("/settings/people?new=1");
  await page.getByRole("textbox", { name: "E-mail addresses" }).fill(email);
  await page.getByRole("radio", { name: /^Agent/ }).check();
  await page.getByRole("button", { name: "Invite" }).click();
  const link = await page.getByRole("textbox", { name: `Link for ${email}` }).inputValue();
  const context = await browser.newContext({ baseURL, timezoneId, viewport: { width: 1440, height: 900 } });
  const other = await context.newPage();
  const problems: string[] = [];
  other.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  other.on("pageerror", (error) => problems.push(error.message));
  await other.goto(link);
  await other.getByLabel("Your name").fill(`Kim ${name}`);
  await other.getByLabel("Password").fill(`${name} is long enough`);
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other).toHaveURL(/\/inbox/);
  return { other, context, name, email, problems };
}

/** A red square, drawn by the browser. */
async function picture(page: Page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 300 });
    const brush = canvas.getContext("2d")!;
    brush.fillStyle = "#c00000";
    brush.fillRect(0, 0, 400, 300);
    return canvas.toDataURL("image/png");
  });
  return { name: "me.png", mimeType: "image/png", buffer: Buffer.from(url.split(",")[1]!, "base64") };
}

test("picture, signature, zone and what the composer opens with are so in a ticket", async ({ page, browser, baseURL }) => {
  test.setTimeout(60_000);
  const { other, context, name, problems } = await colleague(page, browser, baseURL);

  await other.goto("/settings/account");
  await other.locator("input[name=name]").fill(`Kim Park ${name}`);
  await other.getByRole("button", { name: "Save name" }).click();
  await saved(other, "Name saved");
  await other.setInputFiles("input[name=picture]", { name: "no.png", mimeType: "image/png", buffer: Buffer.from("<svg>") });
  await other.getByRole("button", { name: "Use this picture" }).click();
  await expect(other.getByText("This file is not a picture that can be read")).toBeVisible();
  await other.setInputFiles("input[name=picture]", await picture(other));
  await other.getByRole("button", { name: "Use this picture" }).click();
  await saved(other, "Picture saved");
  const shown = (of: Page, within: string) =>
    of.locator(`${within} .avatar img`).first().evaluate(async (img: HTMLImageElement) => {
      await img.decode();
      return img.naturalWidth;
    });
  expect(await shown(other, ".me")).toBe(256);
  expect(await shown(other, ".rail")).toBe(256);

  await other.goto("/settings/signatures");
  await other.getByRole("textbox", { name: /^Signature for support@/ }).fill(`**Kim** ${name}`);
  await other.getByRole("button", { name: "Save" }).first().click();
  await saved(other, "Signature saved");
  await expect(other.locator(".signature-preview strong")).toHaveText("Kim");

  await other.goto("/settings/preferences");
  await other.getByRole("combobox", { name: "Time zone" }).fill("Asia/Kolkata");
  await other.getByRole("radio", { name: "Internal note" }).check();
  await other.getByRole("radio", { name: /^German/ }).check();
  await other.getByRole("radio", { name: /^12 hours/ }).check();
  await saved(other, "Saved");
  await other.reload();
  await expect(other.getByRole("combobox", { name: "Time zone" })).toHaveValue("Asia/Kolkata");

  const customer = { external_id: name };
  const { id } = await api(page, "/api/v1/customers", { ...customer, email: `${name}@team.example`, name: `Pia ${name}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Mine ${name}`, channel: "email" });
  const said = { kind: "customer", body_text: "Hello", sent_at: "2025-03-04T20:05:00Z" };
  await api(page, `/api/v1/tickets/${number}/messages`, said);
  await other.goto(`/customers/${id}/tickets/${number}`);
  await other.locator("html[data-hydrated]").waitFor({ state: "attached" });
  // Past midnight there, whatever the browser's own clock says.
  const time = pane(other).getByRole("article").first().locator(".meta time").first();
  await expect(time).toHaveText("1:35 AM");
  await expect(time).toHaveAttribute("title", "5. März 2025 1:35 AM");
  await expect(pane(other).getByRole("radio", { name: "Internal note" })).toBeChecked();
  await other.keyboard.press("r");
  await expect(pane(other).getByRole("radio", { name: "Reply" })).toBeChecked();
  await expect(pane(other).getByRole("textbox", { name: "Signature of this mail" })).toHaveValue(`**Kim** ${name}`);
  await other.locator(".editor").waitFor();
  await pane(other).getByRole("textbox", { name: "Message" }).click();
  await other.keyboard.type("Done.");
  await other.keyboard.press("Control+Enter");
  await expect(pane(other).getByRole("article").last()).toContainText("Done.");

  // A colleague sees the face, and the initials of whoever has none.
  await page.goto(`/customers/${id}/tickets/${number}`);
  const mine = pane(page).getByRole("article", { name: `Kim Park ${name} wrote` });
  await expect(mine).toBeVisible();
  expect(await shown(page, `article[aria-label="Kim Park ${name} wrote"]`)).toBe(256);

  await other.goto("/settings/account");
  await other.getByRole("button", { name: /^Remove picture/ }).click();
  await saved(other, "Picture removed");
  await expect(other.locator(".rail .avatar img")).toHaveCount(0);
  expect(problems).toEqual([]);
  await context.close();
});

test("a reader without a zone of their own sees their browser's", async ({ page, browser, baseURL }) => {
  const { other, context, problems } = await colleague(page, browser, baseURL, "Asia/Tokyo");
  await other.goto("/settings/account");
  const now = new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
  await expect(other.getByRole("region", { name: "Sessions" }).locator("time").first()).toContainText(now.slice(0, 2));
  expect(problems).toEqual([]);
  await context.close();
});

eachTheme("one's own pages can be read by everybody", async ({ page }) => {
  await login(page);
  for (const path of ["/settings/account", "/settings/preferences", "/settings/signatures", "/settings/api-keys", "/api/docs"]) {
    await page.goto(path);
    await axe(page);
  }
});

noJs("a key gets a new secret, and the old one works until it is ended", async ({ page, playwright, baseURL }) => {
  await login(page);
  const name = mark();
  await page.goto("/settings/api-keys?new=secret");
  await page.getByLabel("Name").fill(name);
  await page.getByRole("checkbox", { name: /customers:read/ }).check();
  await page.getByRole("button", { name: "Create key" }).click();
  const first = await page.getByRole("textbox", { name: "The new key" }).inputValue();
  await page.goto("/settings/api-keys");
  const line = page.getByRole("listitem").filter({ hasText: name });
  await line.locator("summary", { hasText: "Rotate" }).click();
  await line.getByRole("combobox", { name: "The old secret" }).selectOption("24h");
  await line.getByRole("button", { name: "Rotate now" }).click();
  const second = await page.getByRole("textbox", { name: "The new key" }).inputValue();
  expect(second).not.toBe(first);
  const program = await playwright.request.newContext({ baseURL });
  const status = async (key: string) => (await program.get("/api/v1/customers", { headers: { authorization: `Bearer ${key}` } })).status();
  expect([await status(first), await status(second)]).toEqual([200, 200]);
  await page.goto("/settings/api-keys");
  await expect(line.locator(".old-secret")).toContainText(first.slice(0, 8));
  await line.locator("summary", { hasText: "End now" }).click();
  await line.getByRole("button", { name: "End now now" }).or(line.getByRole("button", { name: /^End now/ })).last().click();
  await expect(line.locator(".old-secret")).toHaveCount(0);
  expect([await status(first), await status(second)]).toEqual([401, 200]);
  await expect(async () => {
    await page.reload();
    await expect(line.locator(".key-usage")).toContainText(/[3-9] requests in 30 days/, { timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await program.dispose();
});
