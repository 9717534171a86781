// The ticket page as one reads in it all day: the conversation has the room, nothing goes missing.
import { api, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const box = (page: Page) => pane(page).getByRole("textbox", { name: "Message" });
const tags = ["export", "billing", "regression", "enterprise", "second-line", "waiting-for-release"];

/** A ticket with more tags than there is room for, opened by its link. */
async function open(page: Page) {
  await login(page);
  const mark = `r${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@mail.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Rosa ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: `The export is empty ${mark}`, channel: "email", tags });
  for (let n = 0; n < 8; n++) await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `Line ${n}\n\nIt is still so.` });
  await page.goto(`/customers/${id}`);
  const tabs = page.getByRole("navigation", { name: "Panes" });
  if (await tabs.isVisible()) await tabs.getByRole("link", { name: "Tickets" }).click();
  await page.locator(".ticket-item").click();
  await pane(page).locator(".editor").waitFor();
  return { mark, number, id };
}

/** How much of the screen the conversation has. */
const share = (page: Page) => page.locator(".thread").evaluate((thread) => thread.getBoundingClientRect().height / window.innerHeight);

for (const [width, height, least] of [
  [1440, 900, 0.55],
  [1280, 800, 0.5],
  [720, 450, 0.35],
  [360, 780, 0.35],
] as const) {
  test.describe(() => {
    test.use({ viewport: { width, height } });
    test(`the conversation has the room at ${width}×${height}, and the row shows everything`, async ({ page }) => {
      await open(page);
      expect(await share(page)).toBeGreaterThan(least);
      const row = pane(page).locator(".ticket-row");
      await expect(row.locator(".subject")).toBeVisible();
      expect(await row.locator(".subject").evaluate((subject) => subject.getBoundingClientRect().width)).toBeGreaterThan(150);
      for (const part of [row.getByText("Today"), row.getByRole("img", { name: /^Priority/ }), row.getByText(tags[2]), row.getByLabel("More actions")]) await expect(part).toBeInViewport({ ratio: 1 });
      await row.getByLabel("3 more tags").click();
      await expect(row.getByText(tags[5])).toBeInViewport({ ratio: 1 });
    });
  });
}

test("the composer is one line until somebody writes, and a click that leaves it still meets its aim", async ({ page }) => {
  const { mark } = await open(page);
  const height = () => page.locator(".composer").evaluate((composer) => composer.getBoundingClientRect().height);
  expect(await height()).toBeLessThan(45);
  await pane(page).getByRole("radio", { name: "Internal note" }).click();
  await expect(box(page)).toBeFocused();
  expect(await height()).toBeGreaterThan(90);
  // Button down takes the focus away; what is under the pointer stays there until it is up.
  const channel = pane(page).getByRole("button", { name: /message headers/ }).last();
  const at = await channel.boundingBox();
  await channel.evaluate((button) => {
    const before = button.getBoundingClientRect().y;
    const measure = () => requestAnimationFrame(() => requestAnimationFrame(() => (document.body.dataset.moved = String(button.getBoundingClientRect().y - before))));
    window.addEventListener("mousedown", measure, { once: true });
  });
  await page.mouse.move(at!.x + 5, at!.y + 5);
  await page.mouse.down();
  await expect(page.locator("body")).toHaveAttribute("data-moved", "0");
  await page.mouse.up();
  await expect.poll(height).toBeLessThan(45);
  await box(page).click();
  await page.keyboard.type(`Still here ${mark}`);
  await page.locator(".thread").click({ position: { x: 5, y: 5 } });
  await page.waitForTimeout(500);
  expect(await height(), "words keep it open").toBeGreaterThan(90);
});

test("all properties show when asked for, and from then on in every ticket", async ({ page }) => {
  await open(page);
  const csat = pane(page).getByText("CSAT", { exact: true });
  await expect(csat).toBeHidden();
  await pane(page).getByText("All properties").click();
  await expect(csat).toBeVisible();
  await page.getByRole("link", { name: "Back to the timeline" }).click();
  await page.locator(".ticket-item").click();
  await expect(csat).toBeVisible();
  await pane(page).getByText("Fewer properties").click();
  await expect(csat).toBeHidden();
});

test("the subject opens with the focus in it and its words chosen", async ({ page }) => {
  const { mark } = await open(page);
  await pane(page).locator(".subject").click();
  const field = pane(page).getByRole("textbox", { name: "Subject" });
  await expect(field).toBeFocused();
  // Each of these letters is a shortcut where it is not typed.
  await page.keyboard.type(`njr ${mark}`);
  await page.keyboard.press("Enter");
  await expect(pane(page).locator(".subject")).toHaveText(`njr ${mark}`);
  await expect(pane(page).locator(".subject-edit > summary")).toBeFocused();
  await pane(page).locator(".subject").click();
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
  await expect(pane(page).locator(".subject-edit > summary")).toBeFocused();
  await expect(page).toHaveURL(/\/tickets\//);
});

test("a form that opens from the menu takes the words", async ({ page }) => {
  await open(page);
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Merge into…" }).click();
  await page.keyboard.type("#1");
  await expect(page.getByRole("combobox", { name: "Ticket of the same customer" })).toHaveValue("#1");
});

test("keys are written as they are on the reader's keyboard", async ({ page, browser, baseURL }) => {
  await open(page);
  await expect(page.locator("header .search kbd")).toHaveText("Ctrl+K");
  const mac = await browser.newContext({ baseURL, storageState: await page.context().storageState() });
  await mac.addInitScript(() => Object.defineProperty(navigator, "platform", { value: "MacIntel" }));
  const there = await mac.newPage();
  await there.goto("/inbox");
  await expect(there.locator("header .search kbd")).toHaveText("⌘K");
  await there.goto("/settings/statuses");
  await expect(there.locator("header .search kbd")).toHaveText("⌘K");
  await mac.close();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 780 } });
  test("the action of the info pane shows the form for a new ticket", async ({ page }) => {
    const { mark } = await open(page);
    const tabs = page.getByRole("navigation", { name: "Panes" });
    await tabs.getByRole("link", { name: "About" }).click();
    await page.locator(".actions").getByRole("link", { name: "Ticket" }).click();
    await expect(page.getByRole("textbox", { name: "Subject" })).toBeFocused();
    await expect(tabs.locator("[aria-current]")).toHaveAttribute("href", "?pane=centre");
    await page.keyboard.type(`Another ${mark}`);
    await expect(page.getByRole("textbox", { name: "Subject" })).toHaveValue(`Another ${mark}`);
  });
});
