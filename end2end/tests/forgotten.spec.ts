// A forgotten password: a link by mail, once, and no word of who works here.
import { request, type Page } from "@playwright/test";
import { axe, expect, login, test } from "../fixtures";

const ready = (page: Page) => page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });

/** A colleague of this flow's own: the demo's keep their passwords. */
async function join(page: Page, email: string, password: string) {
  await page.goto("/settings/people");
  await ready(page);
  await page.getByRole("link", { name: "Invite people" }).click();
  await page.getByRole("textbox", { name: "E-mail addresses" }).fill(email);
  await page.getByRole("radio", { name: /^Agent/ }).check();
  await page.getByRole("button", { name: "Invite" }).click();
  const link = await page.getByRole("textbox", { name: `Link for ${email}` }).inputValue();
  // In a browser of their own: joining ends whatever session there was.
  const own = await request.newContext({ baseURL: new URL(page.url()).origin });
  const answer = await own.post(new URL(link).pathname, { form: { name: "Lea Forgetful", password }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  await own.dispose();
}

test("a forgotten password is chosen anew by a link that comes by mail and works once", async ({ page, browser, baseURL, watch }) => {
  test.setTimeout(90_000);
  watch.allow(/401|409/);
  const name = `lea${Date.now()}`;
  const email = `${name}@acme.example`;
  await login(page);
  const admin = await (await browser.newContext({ baseURL, storageState: await page.context().storageState() })).newPage();
  await join(page, email, `${name} was long enough`);

  const context = await browser.newContext({ baseURL });
  const lea = await context.newPage();
  await lea.goto("/login");
  await lea.getByRole("link", { name: "Forgotten your password?" }).click();
  await axe(lea);
  const ask = async (address: string) => {
    await lea.getByLabel("E-mail").fill(address);
    await lea.getByRole("button", { name: "Send the link" }).click();
    await expect(lea.getByRole("status")).toContainText("If somebody logs in with this address");
    return lea.getByRole("main").innerText();
  };
  const known = await ask(email);
  await lea.getByRole("link", { name: "Back to the log-in" }).click();
  await lea.getByRole("link", { name: "Forgotten your password?" }).click();
  expect(await ask("nobody@acme.example")).toBe(known);

  let path = "";
  await expect(async () => {
    await admin.goto("/dev/outbox");
    const row = admin.getByRole("row").filter({ hasText: email }).filter({ hasText: "A new password for" }).first();
    const mail = await admin.request.get((await row.getByRole("link").last().getAttribute("href", { timeout: 1_000 })) ?? "");
    path = /\/reset\/[\w-]+/.exec(await mail.text())?.[0] ?? "";
    expect(path).not.toBe("");
  }).toPass({ timeout: 20_000 });
  await lea.goto(path);
  await lea.getByLabel("New password").fill(`${name} is another one`);
  await lea.getByRole("button", { name: "Set password" }).click();
  await expect(lea).toHaveURL(/\/inbox/);
  await lea.goto(path);
  await expect(lea.getByText("This link was used")).toBeVisible();
  await context.close();

  await admin.goto("/settings/audit-log");
  await expect(admin.locator(".audit-line").filter({ hasText: "Lea Forgetful" }).filter({ hasText: "Made a link that sets a password" })).toHaveCount(1);
});
