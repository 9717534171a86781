import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Locator, Page } from "@playwright/test";

/** A customer of this test alone, with an account and a phone. */
async function customer(page: Page) {
  const mark = `i${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@info.example`;
  const phone = `+4930${Math.floor(1e8 + Math.random() * 9e8)}`;
  const { id } = await api(page, "/api/v1/customers", {
    email,
    emails: [`second-${mark}@info.example`],
    phone,
    external_id: `usr_${mark}`,
    name: `Ines ${mark}`,
    job_title: "Operations lead",
    city: "Lisbon",
    time_zone: "Europe/Berlin",
    account: { name: `Account ${mark}` },
  });
  return { mark, email, phone, id: id as string };
}

const pane = (page: Page) => page.getByRole("complementary", { name: /^About / });
const field = (page: Page, label: string) =>
  pane(page).locator(".field", { has: page.getByText(label, { exact: true }) });

/** Carries the last row above the first, in small steps as a hand moves; the button stays down. */
async function carryUp(page: Page, rows: Locator) {
  await rows.first().evaluate((row) => row.scrollIntoView({ block: "center" }));
  const [from, to] = [await rows.last().boundingBox(), await rows.first().boundingBox()];
  if (!from || !to) throw new Error("the list has no place on the page");
  await page.mouse.move(from.x + 60, from.y + 15);
  await page.mouse.down();
  await page.mouse.move(to.x + 60, to.y + 10, { steps: 25 });
  return to;
}

test("the contact card tells who it is, and its e-mail is copied by a click", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await login(page);
  const { mark, email, phone, id } = await customer(page);
  await page.goto(`/customers/${id}`);
  await expect(page).toHaveTitle(new RegExp(`Ines ${mark}`));
  await expect(page.locator(".crumbs")).toContainText(`Ines ${mark}`);
  await expect(pane(page).getByRole("heading", { level: 1 })).toHaveText(`Ines ${mark}`);
  await expect(field(page, "E-mail")).toHaveCount(2);
  await expect(field(page, "Local time")).toContainText("Berlin");
  await expect(pane(page).getByRole("link", { name: "Call" })).toHaveAttribute("href", `tel:${phone}`);
  await field(page, "E-mail").first().hover();
  await field(page, "E-mail").first().getByRole("button", { name: "Copy e-mail" }).click();
  await expect(page.getByRole("status").filter({ hasText: `Copied ${email}` })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(email);
});

test("a note is written, changed and deleted, and stays with customer or account", async ({ page }) => {
  await login(page);
  const { mark, id } = await customer(page);
  await page.goto(`/customers/${id}`);
  const form = pane(page).locator(".note-form.add");
  await form.getByLabel("New note").fill("Prefers **e-mail**\n</textarea><script>alert(1)</script>");
  await form.getByRole("button", { name: "Add note" }).click();
  const note = pane(page).locator(".note-item");
  await expect(note).toHaveCount(1);
  await expect(note.locator("strong")).toHaveText("e-mail");
  await expect(note).toContainText("</textarea><script>alert(1)</script>");
  await expect(form.getByLabel("New note")).toHaveValue("");

  await form.getByLabel("What the note is about").selectOption({ label: `Account ${mark}` });
  await form.getByLabel("New note").fill("Renewal in January");
  await form.getByRole("button", { name: "Add note" }).click();
  await expect(note).toHaveCount(2);
  await expect(note.first()).toContainText("Account note");

  await note.last().hover();
  await note.last().getByRole("link", { name: "Edit note" }).click();
  await note.last().getByLabel("Note", { exact: true }).fill("Prefers calls");
  await note.last().getByRole("button", { name: "Save note" }).click();
  await expect(note.last()).toContainText("Prefers calls");
  await expect(note.last()).toContainText("edited");

  await note.last().hover();
  await note.last().locator("summary").click();
  await note.last().getByRole("button", { name: "Delete note" }).click();
  await expect(note).toHaveCount(1);
  await page.reload();
  await expect(note).toContainText("Renewal in January");
});

test("details are edited in a dialog, with the error beside its field", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { id } = await customer(page);
  await page.goto(`/customers/${id}`);
  await pane(page).getByRole("link", { name: "Edit details" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit details" });
  await dialog.getByLabel("E-mails").fill("no address");
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog.getByText("This is not an e-mail address.")).toBeVisible();
  await dialog.getByLabel("E-mails").fill("");
  await dialog.locator('[name="edit[job_title]"]').fill("Head of operations");
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog).toBeHidden();
  await expect(field(page, "Role").first()).toContainText("Head of operations");
  await expect(field(page, "E-mail")).toHaveCount(0);
});

test("an account is unlinked, and a new one linked", async ({ page }) => {
  await login(page);
  const { mark, id } = await customer(page);
  await page.goto(`/customers/${id}`);
  await pane(page).getByRole("link", { name: "Change or unlink account" }).click();
  const dialog = page.getByRole("dialog", { name: "Account" });
  await dialog.getByRole("button", { name: "Unlink" }).click();
  await expect(pane(page).getByText("Not linked to an account.")).toBeVisible();
  await pane(page).getByRole("link", { name: "Link an account" }).click();
  await dialog.getByLabel("Find an account").fill(`Fresh ${mark}`);
  await dialog.getByRole("button", { name: /Create and link/ }).click();
  await expect(pane(page).locator(".contact")).toContainText(`Fresh ${mark}`);
});

test("a card's fields are chosen, ordered by keyboard, and show in the pane", async ({ page }) => {
  await login(page);
  const { id } = await customer(page);
  await page.goto("/settings/info-pane");
  const card = page.getByRole("region", { name: "Customer card" });
  const reset = card.getByRole("button", { name: "Reset to default" });
  if (await reset.isVisible()) {
    await reset.click();
    await expect(reset).toBeHidden();
  }
  await card.getByRole("button", { name: "Show City" }).click();
  const grip = card.getByRole("button", { name: /^Move City: / });
  await expect(grip).toBeFocused();
  const chosen = card.locator(".chosen .card-field");
  for (let left = await chosen.count(); left > 1; left--) await page.keyboard.press("ArrowUp");
  await expect(chosen.first()).toContainText("City");
  await expect(grip).toBeFocused();
  await expect(card.getByRole("complementary").locator("dt").first()).toHaveText("City");
  await card.getByRole("button", { name: "Save" }).click();
  await expect(reset).toBeVisible();

  await page.goto(`/customers/${id}`);
  const details = pane(page).locator("details:not(.why)", { hasText: "Customer" }).first();
  await expect(details.locator(".field").first()).toContainText("Lisbon");
  await page.goto("/settings/info-pane");
  await reset.click();
  await expect(reset).toBeHidden();
});

test("a key held on a field moves it at each repeat, also between two frames", async ({ page }) => {
  await login(page);
  await page.goto("/settings/info-pane");
  const card = page.getByRole("region", { name: "Customer card" });
  const chosen = card.locator(".chosen .card-field");
  const label = (await chosen.nth(3).locator(".card-label").textContent()) ?? "";
  await chosen.nth(3).locator(".grip").focus();
  await page.evaluate(async () => {
    for (let repeat = 0; repeat < 3; repeat++) {
      const key = new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(key);
      // The next task, which the browser runs before it draws.
      await new Promise((next) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = next;
        port2.postMessage(null);
      });
    }
  });
  await expect(chosen.first().locator(".card-label")).toHaveText(label);
  await expect(chosen.first().locator(".grip")).toBeFocused();
});

test("a card's fields are ordered by dragging", async ({ page }) => {
  await login(page);
  await page.goto("/settings/info-pane");
  const account = page.getByRole("region", { name: "Account card" });
  const chosen = account.locator(".chosen .card-field");
  const last = (await chosen.last().locator(".card-label").textContent()) ?? "";
  await carryUp(page, chosen);
  await page.mouse.up();
  await expect(chosen.first()).toContainText(last);
  await expect(account.getByText("Not saved yet")).toBeVisible();
});

test("a custom field is created with a key from its label, and archived", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const label = `Seats ${Date.now()}`;
  // From a page that has a browser half to one that has none, and back.
  await page.goto("/settings/info-pane");
  await page.getByRole("link", { name: "Custom fields" }).click();
  await expect(page.locator("html[data-plain]")).toBeAttached();
  await page.getByRole("link", { name: "New field" }).click();
  await expect(page.getByRole("textbox", { name: "Choices, one per line" })).toBeHidden();
  await page.getByLabel("Type").selectOption({ label: "List" });
  await expect(page.getByRole("textbox", { name: "Choices, one per line" })).toBeVisible();
  await page.getByLabel("Type").selectOption({ label: "Number" });
  await page.locator("input[name=label]").fill(label);
  await page.getByRole("button", { name: "Create field" }).click();
  await expect(page.getByRole("status")).toHaveText("Field created");
  const customer = page.getByRole("region", { name: "Customer fields" });
  const line = customer.locator(".field-line", { hasText: label });
  await expect(line.locator("code")).toHaveText(label.toLowerCase().replace(" ", "_"));
  await line.getByRole("link", { name: `Edit ${label}` }).click();
  await page.locator("input[name=label]").fill(" ");
  await page.getByRole("button", { name: "Save field" }).click();
  await expect(page.getByText("Label cannot be empty.")).toHaveCount(1);
  await customer.getByRole("button", { name: `Archive: ${label}` }).click();
  await expect(customer.getByRole("button", { name: `Archive: ${label}` })).toHaveCount(0);
  await page.getByRole("link", { name: "Info pane" }).click();
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
});

test("a drag that is called off puts the order back", async ({ page }) => {
  await login(page);
  await page.goto("/settings/info-pane");
  const account = page.getByRole("region", { name: "Account card" });
  const chosen = account.locator(".chosen .card-field");
  const before = await chosen.allTextContents();
  const to = await carryUp(page, chosen);
  await expect(chosen.first()).not.toHaveText(before[0] ?? "");
  // Outside the list, then let go.
  await page.mouse.move(to.x + 60, to.y - 120, { steps: 5 });
  await page.mouse.up();
  await expect(chosen).toHaveText(before);
});

test("an unknown customer is a plain 404", async ({ page, watch }) => {
  watch.allow(/404/);
  await login(page);
  const answer = await page.goto("/customers/cus_00000000000000000000000001");
  expect(answer?.status()).toBe(404);
  await expect(page.getByText("Nothing here")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
});

noJs("notes, details and cards work by plain forms", async ({ page }) => {
  await login(page);
  const { id } = await customer(page);
  await page.goto(`/customers/${id}`);
  await pane(page).getByLabel("New note").fill("Without a script");
  await pane(page).getByRole("button", { name: "Add note" }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}`));
  await expect(pane(page).locator(".note-item")).toContainText("Without a script");
  await pane(page).getByRole("link", { name: "Edit details" }).click();
  await pane(page).locator('[name="edit[job_title]"]').fill("Plain form");
  await pane(page).getByRole("button", { name: "Save details" }).click();
  await expect(page).not.toHaveURL(/edit=/);
  await expect(field(page, "Role").first()).toContainText("Plain form");
});

eachTheme("info pane and config have no grave accessibility fault", async ({ page }) => {
  await login(page);
  const { id } = await customer(page);
  for (const path of [`/customers/${id}`, "/settings/info-pane", "/settings/custom-fields?edit=new"]) {
    await page.goto(path);
    await axe(page);
  }
});
