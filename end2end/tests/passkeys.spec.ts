// A passkey, with Chromium's own authenticator in place of a finger: added, renamed, logged in with, also
// in place of a code, removed, and then refused.
import { axe, expect, test } from "../fixtures";
import { ADMIN, ownServer, ready, setUp } from "../own_server";
import { code } from "../totp";

test("a passkey lets in without a password until it is removed", async ({ browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(/401/);
  const server = await ownServer();
  // Browsers make passkeys for names alone.
  const here = server.url.replace("127.0.0.1", "localhost");
  try {
    const context = await browser.newContext({ baseURL: here, viewport: { width: 1440, height: 900 } });
    const page = await setUp(context);
    const chromium = await context.newCDPSession(page);
    await chromium.send("WebAuthn.enable");
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;
    const { authenticatorId } = await chromium.send("WebAuthn.addVirtualAuthenticator", { options });

    await page.goto("/settings/account");
    const part = page.getByRole("region", { name: "Passkeys" });
    await part.getByLabel("Your password").fill(ADMIN.password);
    await part.getByRole("button", { name: "Add a passkey" }).click();
    await expect(part.getByLabel("Name")).toHaveValue(/Chrome on /);
    await axe(page);
    // Somebody who is not there.
    await chromium.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await part.getByRole("button", { name: "Create the passkey" }).click();
    await expect(part.getByRole("alert")).toContainText("No passkey was used");
    await chromium.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await part.getByRole("button", { name: "Create the passkey" }).click();
    await expect(page.getByText("Passkey added")).toBeVisible();
    await expect(part.getByRole("listitem")).toContainText("Never used");
    await part.getByText("Rename", { exact: true }).click();
    await part.getByRole("textbox", { name: /^Name/ }).fill("Laptop");
    await part.getByRole("button", { name: "Save" }).click();
    await expect(part.getByRole("listitem")).toContainText("Laptop");
    await axe(page);
    const { credentials } = await chromium.send("WebAuthn.getCredentials", { authenticatorId });
    expect(credentials).toHaveLength(1);

    // Somebody is there from now on, or nobody: what was asked meanwhile stays without an answer.
    const present = (enabled: boolean) => chromium.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
    const logOut = async () => {
      await page.evaluate(() => fetch("/logout", { method: "POST" }));
      await page.goto("/login?next=%2Fcustomers");
    };
    await present(false);
    await logOut();
    await axe(page);
    await present(true);
    await page.getByRole("button", { name: "Log in with a passkey" }).click();
    await expect(page).toHaveURL(/\/customers$/);
    await ready(page);
    // The browser offers it beside the address; its authenticator takes what is offered.
    await logOut();
    await expect(page).toHaveURL(/\/customers$/);
    await ready(page);

    // In place of the code that is asked for after a password.
    await page.goto("/settings/account");
    const second = page.getByRole("region", { name: "Two-factor" });
    await second.getByLabel("Your password").fill(ADMIN.password);
    await second.getByRole("button", { name: "Set up two-factor" }).click();
    const key = (await second.locator(".totp-key").textContent()) ?? "";
    await second.getByRole("textbox", { name: /^Code/ }).fill(code(key));
    await second.getByRole("button", { name: "Turn on" }).click();
    await expect(page.locator(".recovery-codes")).toBeVisible();
    await present(false);
    await logOut();
    await page.getByLabel("E-mail").fill(ADMIN.email);
    await page.getByLabel("Password").fill(ADMIN.password);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
    await axe(page);
    await present(true);
    await page.getByRole("button", { name: "Use a passkey instead" }).click();
    await expect(page).toHaveURL(/\/customers$/);

    // Removed while another tab waits at the login.
    await page.goto("/settings/account");
    await expect(part.getByRole("listitem")).toContainText("Last used");
    const other = await browser.newContext({ baseURL: here });
    const late = await other.newPage();
    const elsewhere = await other.newCDPSession(late);
    await elsewhere.send("WebAuthn.enable");
    const copy = await elsewhere.send("WebAuthn.addVirtualAuthenticator", { options });
    await late.goto("/login");
    await part.getByText("Remove", { exact: true }).click();
    await part.getByRole("button", { name: "Remove now" }).click();
    await expect(page.getByText("Passkey removed")).toBeVisible();
    await expect(part.getByRole("listitem")).toHaveCount(0);
    for (const credential of credentials) {
      await elsewhere.send("WebAuthn.addCredential", { authenticatorId: copy.authenticatorId, credential });
    }
    await late.getByRole("button", { name: "Log in with a passkey" }).click();
    await expect(late.getByText("This passkey is not known here")).toBeVisible();
    await axe(late);
    // Nobody has one any more.
    await late.goto("/login");
    await expect(late.getByRole("button", { name: "Log in", exact: true })).toBeVisible();
    await expect(late.getByText("passkey")).toHaveCount(0);
    await page.goto("/settings/audit-log");
    for (const line of ["Added a passkey", "Renamed a passkey", "Removed a passkey"]) {
      await expect(page.locator(".audit-line").filter({ hasText: line })).toHaveCount(1);
    }
    await other.close();
    await context.close();
  } finally {
    await server.stop();
  }
});
