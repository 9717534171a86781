// Sensitive fields: hidden from everybody, shown to whoever may ask, and written down.
import { api, axe, DEMO, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Browser, Page } from "@playwright/test";

const mark = () => `s${Date.now()}${Math.floor(Math.random() * 1e4)}`;
const ready = (page: Page) => page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });
const pane = (page: Page) => page.getByRole("complementary", { name: /^About / });
const field = (page: Page, label: string) => pane(page).locator(".field", { has: page.getByText(label, { exact: true }) });
const DOTS = "••••••";

/** A sensitive field of this test alone. */
async function sensitive(page: Page, entity: string, label: string) {
  const key = label.toLowerCase().replaceAll(/\W+/g, "_");
  await api(page, "/api/v1/custom-fields", { entity, key, label, type: "text", sensitive: true });
  return key;
}

/** A page of somebody else's. */
async function as(browser: Browser, baseURL: string | undefined, email: string, password = DEMO.password) {
  const context = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  const answer = await context.request.post("/login", { form: { email, password, next: "" } });
  expect(answer.ok()).toBe(true);
  return context.newPage();
}

/** Opens the form of a customer's details. */
async function details(page: Page) {
  await pane(page).getByRole("link", { name: "Edit details" }).click();
  return page.getByRole("dialog", { name: "Edit details" });
}

eachTheme("an admin marks a field, and sees dots until they ask", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await login(page);
  const [label, secret] = [`IBAN ${mark()}`, `DE02 ${mark()}`];
  await page.goto("/settings/custom-fields?edit=new");
  await page.locator("input[name=label]").fill(label);
  await page.getByRole("checkbox", { name: /^Sensitive: hidden until/ }).check();
  await axe(page);
  await page.getByRole("button", { name: "Create field" }).click();
  const line = page.locator(".field-line", { hasText: label });
  await expect(line.getByText("Sensitive")).toBeAttached();

  const key = label.toLowerCase().replace(" ", "_");
  const { id } = await api(page, "/api/v1/customers", { external_id: mark(), name: "Ines", fields: { [key]: secret } });
  await page.clock.install();
  await page.goto(`/customers/${id}`);
  expect(await page.content()).not.toContain(secret);
  const shown = field(page, label);
  await expect(shown).toContainText(DOTS);
  await shown.getByRole("button", { name: `Show ${label}` }).focus();
  await page.keyboard.press("Enter");
  await expect(shown.getByRole("status")).toHaveText(secret);
  await expect(shown.getByRole("button", { name: `Hide ${label}` })).toBeFocused();
  await shown.getByRole("button", { name: /^Copy/ }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  // It takes its time, in which the value may go by itself.
  await axe(page);
  await page.clock.fastForward(31_000);
  await expect(shown).toContainText(DOTS);
  await expect(shown).not.toContainText(secret);
  await shown.getByRole("button", { name: `Show ${label}` }).click();
  await expect(shown).toContainText(secret);
  await shown.getByRole("button", { name: `Hide ${label}` }).click();
  await expect(shown).not.toContainText(secret);

  await page.goto(`/settings/audit-log?action=field.revealed&object=${id}`);
  await expect(page.locator(".audit-line")).toHaveCount(2);
  await expect(page.locator(".audit-line").first()).toContainText("Looked at a sensitive field");
  expect(await page.content()).not.toContain(secret);
});

test("agents see dots and no button; a role with the permission shows it", async ({ page, browser, baseURL }) => {
  test.setTimeout(120_000);
  await login(page);
  const name = mark();
  const [label, secret] = [`Account number ${name}`, `NL91 ${name}`];
  const key = await sensitive(page, "customer", label);
  const { id } = await api(page, "/api/v1/customers", { external_id: name, name: `Ines ${name}`, fields: { [key]: secret } });

  const sam = await as(browser, baseURL, "sam@acme.example");
  await sam.goto(`/customers/${id}`);
  await ready(sam);
  await expect(field(sam, label)).toContainText(DOTS);
  await expect(field(sam, label).getByRole("button")).toHaveCount(0);
  await expect(field(sam, label).locator(".dots")).toHaveAttribute("title", /Only roles that may see/);
  expect(await sam.content()).not.toContain(secret);
  const form = await details(sam);
  await expect(form.getByText("Only people whose role lets them see it").first()).toBeVisible();
  await expect(form.getByLabel(label)).toHaveCount(0);
  await sam.context().close();

  await page.goto("/settings/roles?new=1");
  const role = page.getByRole("form", { name: "New role" });
  await role.getByLabel("Name").fill(`Billing ${name}`);
  for (const scope of [/tickets:write/, /customers:write/, /customers:sensitive/]) await role.getByRole("checkbox", { name: scope }).check();
  await role.getByRole("button", { name: "Create role" }).click();
  await page.goto("/settings/people?invite=1");
  const email = `${name}@acme.example`;
  if (!(await page.getByRole("textbox", { name: "E-mail addresses" }).isVisible())) await page.getByRole("link", { name: "Invite people" }).click();
  await page.getByRole("textbox", { name: "E-mail addresses" }).fill(email);
  await page.getByRole("radio", { name: new RegExp(`Billing ${name}`) }).check();
  await page.getByRole("button", { name: "Invite" }).click();
  const link = await page.getByRole("textbox", { name: `Link for ${email}` }).inputValue();
  const kim = await (await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } })).newPage();
  await kim.goto(link);
  await kim.getByLabel("Your name").fill(`Kim ${name}`);
  await kim.getByLabel("Password").fill(`${name} is long enough`);
  await kim.getByRole("button", { name: "Join" }).click();
  await expect(kim).toHaveURL(/\/inbox/);
  await kim.goto(`/customers/${id}`);
  await ready(kim);
  await field(kim, label).getByRole("button", { name: `Show ${label}` }).click();
  await expect(field(kim, label)).toContainText(secret);
  await kim.context().close();
  await page.goto(`/settings/audit-log?action=field.revealed&object=${id}`);
  await expect(page.locator(".audit-line")).toHaveCount(1);
  await expect(page.locator(".audit-line")).toContainText(`Kim ${name}`);
});

test("two tabs replace what neither has seen, and neither overwrites the other", async ({ page, context, watch }) => {
  watch.allow(/409/);
  await login(page);
  const name = mark();
  const [label, secret] = [`Tax number ${name}`, `T1 ${name}`];
  const key = await sensitive(page, "customer", label);
  const { id } = await api(page, "/api/v1/customers", { external_id: name, name: `Ines ${name}`, fields: { [key]: secret } });
  const other = await context.newPage();
  const forms = [];
  for (const tab of [page, other]) {
    await tab.goto(`/customers/${id}`);
    await ready(tab);
    forms.push(await details(tab));
  }
  const [mine, theirs] = [forms[0]!, forms[1]!];
  await expect(mine.getByRole("textbox", { name: label })).toHaveAttribute("placeholder", "Hidden. Type to replace it");
  await expect(mine.getByRole("textbox", { name: label })).toHaveValue("");
  await theirs.getByRole("textbox", { name: label }).fill(`T2 ${name}`);
  await theirs.getByRole("button", { name: "Save details" }).click();
  await expect(theirs).toBeHidden();
  await mine.getByLabel("City", { exact: true }).fill("Cork");
  await mine.getByRole("textbox", { name: label }).fill(`T3 ${name}`);
  await mine.getByRole("button", { name: "Save details" }).click();
  await expect(mine.getByText(`changed this to “${DOTS}” meanwhile.`)).toBeVisible();
  await axe(page, "dialog");
  await mine.getByRole("button", { name: "Take theirs" }).click();
  await expect(mine.getByRole("textbox", { name: label })).toHaveValue("");
  await mine.getByRole("button", { name: "Save details" }).click();
  await expect(mine).toBeHidden();
  await field(page, label).getByRole("button", { name: `Show ${label}` }).click();
  await expect(field(page, label)).toContainText(`T2 ${name}`);

  const again = await details(page);
  await again.getByRole("checkbox", { name: `Clear ${label}` }).check();
  await again.getByRole("button", { name: "Save details" }).click();
  await expect(again).toBeHidden();
  await expect(field(page, label)).toHaveCount(0);
});

test("a ticket's field is replaced and cleared in place, and shown on demand", async ({ page }) => {
  await login(page);
  const name = mark();
  const [label, secret] = [`Card ${name}`, `4111 ${name}`];
  const key = await sensitive(page, "ticket", label);
  const customer = { external_id: name };
  const { id } = await api(page, "/api/v1/customers", { ...customer, name: `Ines ${name}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Refund ${name}`, channel: "email", fields: { [key]: secret } });
  await page.goto(`/customers/${id}/tickets/${number}`);
  expect(await page.content()).not.toContain(secret);
  const ticket = page.getByRole("region", { name: "Ticket", exact: true });
  await ticket.getByText("All properties").click();
  const property = ticket.locator(".props > div", { hasText: label });
  await property.getByRole("button", { name: `Show ${label}` }).click();
  await expect(property).toContainText(secret);
  await property.getByLabel(`Replace ${label}`, { exact: true }).first().click();
  await property.getByRole("textbox", { name: `Replace ${label}` }).fill(`5500 ${name}`);
  await page.keyboard.press("Enter");
  await expect(page.locator(".thread")).toContainText(`changed ${label}`);
  await expect(property.getByRole("textbox")).toBeHidden();
  await expect(property).not.toContainText(secret);
  expect(await page.content()).not.toContain(`5500 ${name}`);
  await property.getByLabel(`Replace ${label}`, { exact: true }).first().click();
  await property.getByRole("button", { name: `Clear ${label}` }).click();
  await expect(property.getByRole("button", { name: /^Show/ })).toHaveCount(0);
  await expect(page.locator(".thread").getByText(`changed ${label}`)).toHaveCount(2);
});

noJs("an account's field is left, replaced and cleared without scripts", async ({ page }) => {
  await login(page);
  const name = mark();
  const [label, secret] = [`VAT ${name}`, `V1 ${name}`];
  const key = await sensitive(page, "account", label);
  const { id } = await api(page, "/api/v1/accounts", { external_id: name, name: `Acc ${name}`, fields: { [key]: secret } });
  const stored = async () => {
    const answer = await page.request.get(`/api/v1/accounts/${id}`, { headers: { authorization: `Bearer ${DEMO.secretKey}` } });
    return (await answer.json()).fields[key];
  };
  const save = async () => {
    await page.getByRole("button", { name: "Save account" }).click();
    await expect(page).toHaveURL(new RegExp(`/accounts/${id}$`));
    await page.goto(`/accounts/${id}/edit`);
  };
  await page.goto(`/accounts/${id}/edit`);
  expect(await page.content()).not.toContain(secret);
  await page.getByLabel("Industry").fill("Freight");
  await save();
  expect(await stored()).toBe(secret);
  await page.getByLabel(label, { exact: true }).fill(`V2 ${name}`);
  await save();
  expect(await stored()).toBe(`V2 ${name}`);
  await page.getByRole("checkbox", { name: `Clear ${label}` }).check();
  await save();
  expect(await stored()).toBeUndefined();
});
