// A second factor: set up with an app, asked for at log-in, with and without scripts, and a recovery code.
import { axe, expect, test } from "../fixtures";
import { ADMIN, ownServer, ready, setUp } from "../own_server";
import { code } from "../totp";

test("a log-in asks for the app's code, and a recovery code lets in once", async ({ browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(/401|422/);
  const server = await ownServer();
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
    const page = await setUp(context);
    await page.goto("/settings/account");
    const part = page.getByRole("region", { name: "Two-factor" });
    await part.getByLabel("Your password").fill("not it at all");
    await part.getByRole("button", { name: "Set up two-factor" }).click();
    await expect(part).toContainText("This is not your password.");
    await part.getByLabel("Your password").fill(ADMIN.password);
    await part.getByRole("button", { name: "Set up two-factor" }).click();
    await expect(part.getByRole("img", { name: "The key as a picture" })).toBeVisible();
    await axe(page);
    const key = (await part.locator(".totp-key").textContent()) ?? "";
    await part.getByRole("textbox", { name: /^Code/ }).fill("000000");
    await part.getByRole("button", { name: "Turn on" }).click();
    await expect(part).toContainText("This code is wrong or no longer valid.");
    await part.getByRole("textbox", { name: /^Code/ }).fill(code(key, -30));
    await part.getByRole("button", { name: "Turn on" }).click();
    const codes = (await page.locator(".recovery-codes").textContent())?.split("\n") ?? [];
    expect(codes).toHaveLength(10);
    await axe(page);
    await page.goto("/settings/people");
    await expect(page.getByRole("listitem").filter({ hasText: ADMIN.email })).toContainText("Two-factor");

    // Without scripts, in another browser.
    const plain = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
    const other = await plain.newPage();
    await other.goto("/customers");
    await other.getByLabel("E-mail").fill(ADMIN.email);
    await other.getByLabel("Password").fill(ADMIN.password);
    await other.getByRole("button", { name: "Log in" }).click();
    await expect(other.getByRole("heading", { name: "One more step" })).toBeVisible();
    await other.getByRole("textbox", { name: /^Code/ }).fill("111 111");
    await other.getByRole("button", { name: "Log in" }).click();
    await expect(other.getByText("This code is wrong or no longer valid.")).toBeVisible();
    await other.getByRole("textbox", { name: /^Code/ }).fill(code(key));
    await other.getByRole("button", { name: "Log in" }).click();
    await expect(other).toHaveURL(/\/customers$/);
    await plain.close();

    // The phone is gone.
    const third = await browser.newContext({ baseURL: server.url });
    const lost = await third.newPage();
    await lost.goto("/login");
    await ready(lost);
    await lost.getByLabel("E-mail").fill(ADMIN.email);
    await lost.getByLabel("Password").fill(ADMIN.password);
    await lost.getByRole("button", { name: "Log in" }).click();
    await axe(lost);
    await lost.getByRole("textbox", { name: /^Code/ }).fill(codes[0] ?? "");
    await lost.getByRole("button", { name: "Log in" }).click();
    await expect(lost).toHaveURL(/\/inbox/);
    await lost.goto("/settings/account");
    await expect(lost.getByRole("region", { name: "Two-factor" })).toContainText("9 recovery codes are left.");
    await third.close();
    await context.close();
  } finally {
    await server.stop();
  }
});
