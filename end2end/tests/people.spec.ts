// From one admin to a team: invited, come in, at work together, and out again; and a key for a program.
import { DEMO, api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

const mark = () => `k${Date.now()}${Math.floor(Math.random() * 1e4)}`;
const ready = (page: Page) => page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });

/** A page of the app config, the way one gets there. */
async function settings(page: Page, name: string) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "App config" }).click();
  await page.getByRole("navigation", { name: "App config" }).getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await ready(page);
}

/** Invites an address and answers the link to pass on. */
async function invite(page: Page, email: string) {
  await page.getByRole("link", { name: "Invite people" }).click();
  await page.getByRole("textbox", { name: "E-mail addresses" }).fill(email);
  await page.getByRole("radio", { name: /^Agent/ }).check();
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Invited" })).toBeVisible();
  return page.getByRole("textbox", { name: `Link for ${email}` }).inputValue();
}

test("somebody is invited, joins, works on a ticket with a colleague, and is out within a second", async ({ page, browser, baseURL, watch }) => {
  test.setTimeout(120_000);
  // The stream and the page of whoever was deactivated are refused.
  watch.allow(/401|409/);
  await login(page);
  const name = mark();
  const email = `${name}@acme.example`;
  const customer = { external_id: name };
  const { id } = await api(page, "/api/v1/customers", { ...customer, email: `${name}@team.example`, name: `Pia ${name}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Together ${name}`, channel: "email" });

  await page.goto("/inbox");
  await settings(page, "People");
  const link = await invite(page, email);
  expect(link).toContain("/join/");

  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 } });
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Join Acme on Rapport" })).toBeVisible();
  await axe(other);
  await other.getByLabel("Your name").fill(`Kim ${name}`);
  await other.getByLabel("Password").fill("short");
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other.getByText("Use at least 10 characters.")).toBeVisible();
  await expect(other.getByLabel("Your name")).toHaveValue(`Kim ${name}`);
  await other.getByLabel("Password").fill(`${name} is long enough`);
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other).toHaveURL(/\/inbox/);
  await ready(other);
  await other.locator(".inbox-row").filter({ hasText: name }).locator("a.subject").click();
  const pane = (of: Page) => of.getByRole("region", { name: "Ticket", exact: true });
  await expect(pane(other)).toContainText(`Together ${name}`);

  await page.goto(`/customers/${id}/tickets/${number}`);
  await expect(page.locator(".ticket .present")).toHaveText(/Kim is looking/, { timeout: 8_000 });
  await expect(pane(page)).toContainText(`Together ${name}`);

  await settings(page, "People");
  const row = page.getByRole("listitem").filter({ hasText: email });
  await expect(row).toContainText("Agent");
  await row.locator("summary", { hasText: "Deactivate" }).click();
  await row.getByRole("button", { name: "Deactivate now" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Deactivated" })).toBeVisible();
  const began = Date.now();
  expect((await context.request.get("/inbox", { maxRedirects: 0 })).status(), "no page opens any more").toBe(303);
  expect(Date.now() - began, "within a second").toBeLessThan(1_000);
  // Their open page has lost its stream, and shows nothing of the customer any more.
  await expect(other.getByRole("heading", { name: "Log in to Rapport" })).toBeVisible({ timeout: 3_000 });
  await other.goto(link);
  await expect(other.getByText("This invitation was used already.")).toBeVisible();
  await context.close();
  await row.getByRole("button", { name: `Reactivate: Kim ${name}` }).click();
  await expect(page.getByRole("status").filter({ hasText: "Reactivated" })).toBeVisible();
});

test("a key is made, shown once, used, and refused once it is revoked", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  await settings(page, "API keys");
  const name = `Server ${mark()}`;
  await page.getByRole("link", { name: "New server key" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("checkbox", { name: /customers:read/ }).check();
  await page.getByLabel("Lives for").selectOption({ label: "30 days" });
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.getByRole("textbox", { name: "The new key" }).inputValue();
  expect(key).toMatch(/^rsk_/);
  await axe(page);
  const call = (method: string) =>
    page.request.fetch("/api/v1/customers", { method, data: method === "POST" ? { name } : undefined, headers: { authorization: `Bearer ${key}` } });
  expect((await call("GET")).status()).toBe(200);
  const refused = await call("POST");
  expect(refused.status()).toBe(403);
  expect((await refused.json()).detail).toContain("customers:write");

  await settings(page, "API keys");
  await expect(page.getByRole("textbox", { name: "The new key" })).toHaveCount(0);
  const row = page.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText(/Last used: Today .* from 127\.0\.0\.1/);
  await row.locator("summary", { hasText: "Revoke" }).click();
  await row.getByRole("button", { name: "Revoke now" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Key revoked" })).toBeVisible();
  expect((await call("GET")).status()).toBe(401);
});

noJs("without scripts a link sets a password, and an account logs out elsewhere", async ({ page, browser, baseURL }) => {
  await login(page);
  const name = mark();
  await page.goto("/settings/people");
  const link = await invite(page, `${name}@acme.example`);
  const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const other = await context.newPage();
  await other.goto(link);
  await other.getByLabel("Your name").fill(`Lee ${name}`);
  await other.getByLabel("Password").fill(DEMO.password);
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other).toHaveURL(/\/inbox/);

  await page.getByRole("navigation", { name: "App config" }).getByRole("link", { name: "People", exact: true }).click();
  await page.getByRole("button", { name: `Password link: Lee ${name}` }).click();
  const reset = await page.getByRole("textbox", { name: "Link for a new password" }).inputValue();
  const third = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage();
  await third.goto(reset);
  await third.getByLabel("New password").fill(`${name} is new`);
  await third.getByRole("button", { name: "Set password" }).click();
  await expect(third).toHaveURL(/\/inbox/);
  await other.reload();
  await expect(other.getByRole("heading", { name: "Log in to Rapport" })).toBeVisible();

  const again = await context.request.post("/login", { form: { email: `${name}@acme.example`, password: `${name} is new`, next: "" } });
  expect(again.ok()).toBe(true);
  await third.locator(".rail-menu > summary").click();
  await third.getByRole("link", { name: "Preferences" }).click();
  await third.getByRole("link", { name: "My account" }).click();
  await expect(third.getByRole("region", { name: "Sessions" }).getByRole("listitem")).toHaveCount(2);
  await third.getByRole("button", { name: "Log out everywhere else" }).click();
  await expect(third.getByRole("region", { name: "Sessions" }).getByRole("listitem")).toHaveCount(1);
  await third.context().close();
  await context.close();
});

eachTheme("the pages of people, keys and one's account have no grave accessibility fault", async ({ page, watch }) => {
  watch.allow(/404/);
  test.setTimeout(90_000);
  await login(page);
  await page.goto("/inbox");
  await settings(page, "People");
  await axe(page);
  await page.getByRole("link", { name: "Invite people" }).click();
  await axe(page);
  await page.getByRole("link", { name: "Change role: Sam Ortiz" }).click();
  await axe(page);
  await settings(page, "API keys");
  await page.getByRole("link", { name: "New browser key" }).click();
  await axe(page);
  await page.getByRole("link", { name: "New server key" }).click();
  await axe(page);
  await page.getByRole("navigation", { name: "Main" }).locator(".rail-menu > summary").click();
  await page.getByRole("link", { name: "Preferences" }).click();
  await page.getByRole("link", { name: "My account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await axe(page);
  await page.goto("/join/nonsense");
  await expect(page.getByRole("heading", { name: "This link does not work" })).toBeVisible();
  await axe(page);
});
