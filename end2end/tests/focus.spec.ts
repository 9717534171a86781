// Where the focus is once something was used up, closed or taken back.
import { api, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const toasts = (page: Page) => page.locator(".toasts");
const editor = (page: Page) => page.locator(".composer [contenteditable=true]");
const palette = (page: Page) => page.getByRole("dialog", { name: "Search and commands" });

/** A customer of this test alone, and the ticket opened from the inbox. */
async function open(page: Page, tags: string[] = []) {
  await login(page);
  const mark = `f${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const customer = { email: `${mark}@focus.example` };
  const { id } = await api(page, "/api/v1/customers", { ...customer, name: `Fola ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `Focus ${mark}`, channel: "email", tags });
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: "Where am I?" });
  await page.goto(`/inbox?q=${mark}`);
  await page.locator(".inbox-row a.subject").first().click();
  await expect(editor(page)).toBeVisible();
  return { mark, id: id as string, number: number as number };
}

test("what is used up hands the focus to what stands in its place", async ({ page }) => {
  await open(page, ["alpha", "beta", "gamma"]);
  await pane(page).getByRole("button", { name: "Remove the tag beta" }).click();
  await expect(pane(page).getByRole("button", { name: "Remove the tag gamma" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("button", { name: "Remove the tag gamma" })).toHaveCount(0);
  await expect(pane(page).getByLabel("Add a tag").first()).toBeFocused();
  await pane(page).getByLabel("Add a tag").first().press("Enter");
  await page.keyboard.type("delta");
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("button", { name: "Remove the tag delta" })).toBeVisible();
  await expect(pane(page).getByLabel("Add a tag").first()).toBeFocused();
  // The message's own button goes with the message.
  await pane(page).getByRole("button", { name: "Remove the tag delta" }).click();
  await toasts(page).locator("p").filter({ hasText: "“delta” removed" }).getByRole("button", { name: "Undo" }).click();
  await expect(pane(page).getByRole("button", { name: "Remove the tag delta" })).toBeVisible();
  await expect(page.locator("body")).not.toBeFocused();
});

test("a dialog gives the focus back to the menu that opened it, and begins at its first field", async ({ page }) => {
  await open(page);
  const menu = pane(page).getByLabel("More actions");
  for (const name of ["Merge into…", "Move to another customer…"]) {
    await menu.click();
    await pane(page).getByRole("button", { name }).click();
    await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused();
    // What it suggests goes first.
    await expect(async () => {
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden({ timeout: 300 });
    }).toPass();
    await expect(menu).toBeFocused();
  }
  await page.getByRole("link", { name: "Edit details" }).click();
  await expect(page.getByRole("dialog").getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: "Edit details" })).toBeFocused();
});

test("nothing typed into a dialog goes by a slip beside it", async ({ page }) => {
  await open(page);
  for (const name of ["Merge into…", "Move to another customer…"]) {
    await pane(page).getByLabel("More actions").click();
    await pane(page).getByRole("button", { name }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox").fill("zzz no such thing");
    await page.mouse.click(4, 4);
    await expect(dialog.getByRole("alertdialog")).toBeVisible();
    await dialog.getByRole("button", { name: "Keep editing" }).click();
    await expect(dialog.getByRole("combobox")).toHaveValue("zzz no such thing");
    await page.mouse.click(4, 4);
    await dialog.getByRole("button", { name: "Discard it" }).click();
    await expect(dialog).toBeHidden();
  }
});

test("a new ticket begins at its subject, from wherever it is opened", async ({ page }) => {
  await open(page);
  await page.keyboard.press("N");
  await expect(page.getByRole("textbox", { name: "Subject" })).toBeFocused();
  // The first leaves the field, the next one the form.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: "Subject" })).toHaveCount(0);
  await page.getByRole("link", { name: "New ticket" }).first().click();
  await expect(page.getByRole("textbox", { name: "Subject" })).toBeFocused();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ }).click();
  await page.getByRole("link", { name: "New ticket" }).click();
  await expect(page.getByRole("searchbox", { name: "Search this list" })).toBeFocused();
});

test("the subject and a view to be saved open at their field, and close by Escape and when done", async ({ page }) => {
  const { mark } = await open(page);
  const subject = pane(page).locator(".subject-edit > summary");
  await subject.click();
  await expect(pane(page).getByLabel("Subject", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(subject).toBeFocused();
  await subject.click();
  await page.keyboard.type(`Renamed ${mark}`);
  await page.keyboard.press("Enter");
  await expect(subject).toBeFocused();
  await expect(subject).toContainText(`Renamed ${mark}`);
  await page.goBack();
  const save = page.getByText("Save as a view");
  await save.click();
  await expect(page.getByLabel("Name of the view")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Name of the view")).toBeHidden();
  await save.click();
  await page.keyboard.type(`View ${mark}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: `View ${mark}` })).toBeFocused();
});

test("the palette opens while one writes, and goes with the page under it", async ({ page }) => {
  await open(page);
  await editor(page).click();
  await page.keyboard.type("Hello");
  await page.keyboard.press("ControlOrMeta+k");
  await expect(palette(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type(", Fola");
  await expect(editor(page)).toHaveText("Hello, Fola");
  // With words selected it is the link's key.
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("ControlOrMeta+k");
  await expect(pane(page).getByLabel("Address of the link")).toBeFocused();
  await expect(palette(page)).toBeHidden();
  await page.keyboard.press("Escape");
  await editor(page).fill("");
  await page.keyboard.press("ControlOrMeta+k");
  await expect(palette(page)).toBeVisible();
  await page.goBack();
  await expect(page.locator(".inbox-row").first()).toBeVisible();
  await expect(palette(page)).toBeHidden();
});

test("Escape leaves a new ticket for the timeline, and nothing further", async ({ page }) => {
  const { id } = await open(page);
  await page.keyboard.press("N");
  await expect(page.getByLabel("Subject", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/new=ticket/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`/customers/${id}$`));
});
