// Single sign-on with a real provider: set up, tested, used, made the only way in, and got around by whoever
// keeps a password.
import type { BrowserContext, Page } from "@playwright/test";
import { axe, expect, test } from "../fixtures";
import { CLIENT, startProvider } from "../oidc";
import { ADMIN, ownServer, ready, setUp } from "../own_server";

const BO = { email: "bo@empty.example", password: "another long password" };
const PEOPLE = {
  nina: { email: "nina@empty.example", checked: true, name: "Nina New", groups: ["everybody", "support"] },
  uwe: { email: "uwe@empty.example", checked: false, name: "Uwe Unchecked", groups: ["support"] },
  olga: { email: "olga@other.example", checked: true, name: "Olga Other", groups: ["support"] },
};

/** Goes to the provider by the button, and says there who it is. */
async function byProvider(page: Page, who: string, start = "/login") {
  await page.goto(start);
  await page.getByRole("link", { name: "Log in with Empty" }).click();
  await page.getByLabel("Who are you?").fill(who);
  await page.getByRole("button", { name: "Go on" }).click();
}

async function byPassword(context: BrowserContext, who: { email: string; password: string }, folded: boolean) {
  const page = await context.newPage();
  await page.goto("/login");
  await ready(page);
  if (folded) await page.getByText("Log in with a password").click();
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  return page;
}

/** Fills the form of the provider and saves it. */
async function save(page: Page, fields: { issuer: string; secret: string }) {
  const form = page.getByRole("form", { name: "Provider" });
  await form.getByLabel("Issuer").fill(fields.issuer);
  await form.getByLabel("Client ID").fill(CLIENT.id);
  await form.getByLabel("Client secret").fill(fields.secret);
  await form.getByLabel("Name on the button").fill("Log in with Empty");
  await form.getByLabel("People in one of the groups below").check();
  await form.getByLabel("E-mail domains").fill("empty.example");
  await form.getByLabel("Claim with the groups").fill("groups");
  await form.getByLabel("Group 1", { exact: true }).fill("support");
  await form.getByLabel("Role of group 1").selectOption("agent");
  await form.getByRole("button", { name: "Save" }).click();
}

test("people log in by the provider, passwords are refused, and who keeps one gets in", async ({ browser, watch }) => {
  test.setTimeout(180_000);
  watch.allow(/401|422/);
  const server = await ownServer({ RAPPORT_OUTBOUND_NETWORKS: "127.0.0.1/32" });
  const provider = await startProvider(`${server.url}/login/sso/callback`, PEOPLE);
  const fresh = (more = {}) => browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 }, ...more });
  try {
    const context = await fresh();
    const page = await setUp(context);
    const test = page.getByRole("region", { name: "Test" });
    const tested = () => test.getByRole("button", { name: "Test what is saved" }).click();
    await page.goto("/settings/single-sign-on");
    await expect(page.getByLabel("Redirect address")).toHaveValue(`${server.url}/login/sso/callback`);
    await axe(page);
    // An issuer that is not quite right, a secret that is wrong, and then what is right.
    await save(page, { issuer: `${provider.issuer}/`, secret: "not it" });
    await tested();
    await expect(test).toContainText(`The provider calls itself “${provider.issuer}”`);
    await save(page, { issuer: provider.issuer, secret: "not it" });
    await tested();
    await expect(test).toContainText("does not know this client ID with this client secret");
    await save(page, { issuer: provider.issuer, secret: CLIENT.secret });
    await expect(page.getByLabel("Client secret")).toHaveValue("");
    await tested();
    await expect(page.getByRole("status")).toContainText("The provider answers");
    await axe(page);

    // Bo is a member with a password.
    await page.goto("/settings/people?new=1");
    await page.getByLabel("E-mail addresses").fill(BO.email);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const link = await page.locator("input[value*='/join/']").first().inputValue();
    const bo = await fresh();
    const joining = await bo.newPage();
    await joining.goto(link);
    await joining.getByLabel("Your name").fill("Bo Member");
    await joining.getByLabel("Password").fill(BO.password);
    await joining.getByRole("button", { name: "Join" }).click();
    await expect(joining).toHaveURL(/\/inbox/);
    await bo.close();

    // Somebody new, on the way to a page of ours, and out again.
    const first = await fresh();
    const nina = await first.newPage();
    await nina.goto("/customers?q=a");
    await ready(nina);
    await axe(nina);
    await nina.getByRole("link", { name: "Log in with Empty" }).click();
    await nina.getByRole("button", { name: "Cancel" }).click();
    await expect(nina.getByText("Your provider did not let you in, or you cancelled.")).toBeVisible();
    await nina.getByRole("link", { name: "Log in with Empty" }).click();
    await nina.getByLabel("Who are you?").fill("nina");
    await nina.getByRole("button", { name: "Go on" }).click();
    await expect(nina).toHaveURL(/\/customers\?q=a$/);
    await page.goto("/settings/people");
    const row = page.getByRole("listitem").filter({ hasText: "nina@empty.example" });
    await expect(row).toContainText("Nina New");
    await expect(row).toContainText("Agent");
    const denied = await nina.goto("/settings/single-sign-on");
    expect(denied?.status()).toBe(403);
    await first.close();

    // Without scripts as well; and those whom the rules keep out.
    const plain = await fresh({ javaScriptEnabled: false });
    const other = await plain.newPage();
    await byProvider(other, "uwe");
    await expect(other.getByText("does not say that your e-mail address is checked")).toBeVisible();
    await plain.clearCookies();
    await byProvider(other, "olga");
    await expect(other.getByText("with an address of your domain")).toBeVisible();
    await plain.clearCookies();
    await byProvider(other, "nina", "/login?next=/accounts");
    await expect(other).toHaveURL(/\/accounts$/);
    // The browser is known again: the next log-in from it is told to nobody.
    expect((await plain.cookies()).map((cookie) => cookie.name)).toContain("rapport-device");
    await plain.close();

    // The only way in, for all but the admin who keeps a password.
    await page.goto("/settings/single-sign-on");
    await page.getByLabel("Refuse passwords").check();
    await page.getByRole("form", { name: "Provider" }).getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("First mark an admin below")).toBeVisible();
    await page.getByLabel("Ada Empty").check();
    await page.getByRole("button", { name: "Save who keeps a password" }).click();
    await page.getByLabel("Refuse passwords").check();
    await page.getByRole("form", { name: "Provider" }).getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("status")).toContainText("Saved");
    const refused = await fresh();
    const out = await byPassword(refused, BO, true);
    await expect(out.getByText("Your workspace does not allow passwords.")).toBeVisible();
    await axe(out);
    await refused.close();
    const glass = await fresh();
    await expect(await byPassword(glass, ADMIN, true)).toHaveURL(/\/inbox/);
    await glass.close();
    await context.close();
  } finally {
    await provider.stop();
    await server.stop();
  }
});
