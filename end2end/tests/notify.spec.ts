// One chooses what one is told of, and how much waits stands in the tab's title and icon.
import { api, axe, eachTheme, expect, login, noJs, test, waiting } from "../fixtures";
import type { Page } from "@playwright/test";

/** A ticket of Priya's, on which a customer writes. */
async function news(page: Page) {
  const mark = `n${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const customer = { external_id: mark };
  const { id } = await api(page, "/api/v1/customers", { ...customer, email: `${mark}@news.example`, name: `Nora ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer, subject: `News ${mark}`, channel: "email" });
  return { mark, number, url: `/customers/${id}/tickets/${number}` };
}

/** Gives the open ticket to Priya. */
async function assign(page: Page) {
  const saved = page.waitForResponse((answer) => answer.url().includes("/api/edit_ticket"));
  await page.getByLabel("Assignee", { exact: true }).selectOption({ label: "Priya Raman" });
  await saved;
}

/** A ticket of Priya's that she opened from the inbox. */
async function opened(page: Page) {
  await login(page);
  const { mark, number } = await news(page);
  await page.goto(`/inbox?q=${mark}`);
  await page.locator(".inbox-row a.subject").first().click();
  await assign(page);
  return { mark, number };
}

/** Another tab comes to the front, or this one does. */
const hide = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);

test("what happens on one's tickets counts at the bell, in the title and on the icon", async ({ page }) => {
  await login(page);
  await page.goto("/inbox");
  const bell = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Notifications/ });
  const { mark, number, url } = await news(page);
  await page.locator(".inbox-row").filter({ hasText: mark }).locator("a.subject").click();
  const before = await waiting(bell);
  await assign(page);
  // In a tab that nobody looks at: what comes to one that shows is read as it comes.
  await hide(page, true);
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `Is anybody there? ${mark}` });
  // Other flows bring news too.
  await expect.poll(() => waiting(bell)).toBeGreaterThan(before);
  await expect(page).toHaveTitle(new RegExp(`^\\([0-9+]+\\) #${number}`));
  await expect(page.locator("link[rel=icon]")).toHaveAttribute("href", /^\/icon\/([1-9]|10)\.svg$/);
  const icon = await page.locator("link[rel=icon]").getAttribute("href");
  const svg = await page.request.get(icon!);
  expect(svg.headers()["content-type"]).toBe("image/svg+xml");

  await bell.click();
  await expect(page).toHaveTitle(/^\(/);
  const row = page.locator(".told li").filter({ hasText: `News ${mark}` });
  await expect(row).toContainText("wrote on");
  await row.getByRole("button").click();
  await expect(page).toHaveURL(new RegExp(`${url}#msg_`));
  await bell.click();
  await expect(row.locator(".pill")).toHaveCount(0);
});

test("what came to a tab in the background is read once somebody looks", async ({ page }) => {
  const { mark, number } = await opened(page);
  await hide(page, true);
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `Behind ${mark}` });
  await expect(page.getByRole("article").filter({ hasText: `Behind ${mark}` })).toBeAttached();
  const told = async () => /New/.test((await (await page.request.get("/notifications")).text()).split(`News ${mark}`)[1]?.split("</li>")[0] ?? "");
  await expect.poll(told).toBe(true);
  await hide(page, false);
  await expect.poll(told).toBe(false);
});

test("reading a ticket reads what the bell told of it", async ({ page }) => {
  const { mark, number } = await opened(page);
  await page.goBack();
  await expect(page.locator(".inbox-row").first()).toBeVisible();
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: `Read me ${mark}` });
  const told = page.locator(".told li").filter({ hasText: `News ${mark}` });
  const bell = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Notifications/ });
  await bell.click();
  await expect(told.locator(".pill")).toHaveText("New");
  await page.goBack();
  await page.locator(".inbox-row a.subject").first().click();
  await expect(page.getByRole("article").filter({ hasText: `Read me ${mark}` })).toBeVisible();
  await bell.click();
  await expect(told).toBeVisible();
  await expect(told.locator(".pill")).toHaveCount(0);
});

eachTheme("the rules can be read and changed", async ({ page }) => {
  await login(page);
  await page.goto("/notifications");
  await page.getByRole("link", { name: "Rules and quiet hours" }).click();
  await expect(page.getByRole("heading", { name: "Notification rules" })).toBeVisible();
  await axe(page);
  await expect(page.getByLabel("Time zone"), "the reader's own is offered").toHaveValue("Europe/Berlin");
});

noJs("rules are kept, and what is wrong with them is said beside it", async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await login(page);
  await page.goto("/notifications/rules");
  const due = page.getByLabel("A ticket is due in 15 minutes: by e-mail");
  const before = await due.isChecked();
  await due.setChecked(!before);
  await page.getByLabel("Quiet hours").check();
  await page.getByLabel("Time zone").fill("Mars/Olympus");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("There is no such time zone")).toBeVisible();
  await expect(due).toBeChecked({ checked: !before });
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await expect(due).toBeChecked({ checked: !before });
  await page.getByLabel("Quiet hours").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Quiet hours")).not.toBeChecked();
});
