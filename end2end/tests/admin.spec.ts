import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

const mark = () => `a${Date.now()}${Math.floor(Math.random() * 1e4)}`;
const ticketPane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });

/** A ticket of this test alone. */
async function ticket(page: Page, more: Record<string, unknown> = {}) {
  const name = mark();
  const email = `${name}@admin.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Ada ${name}` });
  const body = { customer: { email }, subject: `Admin ${name}`, channel: "email", ...more };
  const { number } = await api(page, "/api/v1/tickets", body);
  return { url: `/customers/${id}/tickets/${number}`, number };
}

test("a status is added, worn by a ticket, filtered by, and archived", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const name = `Waiting ${mark()}`;
  await page.goto("/settings/statuses");
  await page.getByRole("textbox", { name: "New status" }).fill(name);
  await page.getByLabel("Group").selectOption({ label: "Waiting" });
  await page.getByRole("button", { name: "Add status" }).click();
  await expect(page.getByRole("status")).toHaveText("Status added");
  // The same again is refused, and stays in the form.
  await page.getByRole("textbox", { name: "New status" }).fill(name);
  await page.getByRole("button", { name: "Add status" }).click();
  await expect(page.getByText("There is a status with this name already.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "New status" })).toHaveValue(name);

  const { url, number } = await ticket(page);
  await page.goto(url);
  await ticketPane(page).getByLabel("Status", { exact: true }).selectOption({ label: name });
  await expect(ticketPane(page)).toContainText(`changed status New → ${name}`);
  await page.goto("/inbox");
  await page.locator("select[name=status]").selectOption({ label: name });
  const row = page.locator(".inbox-row", { hasText: `#${number}` });
  await expect(row.locator(".status")).toHaveText(name);
  await expect(page.locator(".inbox-row")).toHaveCount(1);

  await page.goto("/settings/statuses");
  await page.getByRole("button", { name: `Archive: ${name}` }).click();
  await expect(page.getByRole("region", { name: "Waiting statuses" })).not.toContainText(name);
  await page.goto(url);
  await expect(ticketPane(page).getByLabel("Status", { exact: true }).locator("option:checked")).toHaveText(name);
});

noJs("a team gives its tickets out in turn, by plain forms", async ({ page }) => {
  await login(page);
  const name = `Team ${mark()}`;
  await page.goto("/settings/teams?edit=new");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Assign new tickets in turn").check();
  await page.getByLabel("Sam Ortiz").check();
  await page.getByLabel("Jonas Weber").check();
  await page.getByRole("button", { name: "Save team" }).click();
  const row = page.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("Jonas Weber, Sam Ortiz");
  await expect(row).toContainText("Round robin");
  const seen = new Set<string>();
  for (let n = 0; n < 2; n++) {
    const { url } = await ticket(page, { team: name });
    await page.goto(url);
    const said = ticketPane(page).getByText(/assigned this to .*, whose turn it was/);
    seen.add((await said.textContent()) ?? "");
  }
  expect(seen.size, [...seen].join()).toBe(2);
});

noJs("whoever is away says so in the menu", async ({ page }) => {
  await login(page);
  await page.goto("/settings/teams");
  const menu = page.getByLabel("Your account");
  await menu.click();
  await page.getByRole("button", { name: "I am away" }).click();
  await expect(page).toHaveURL(/settings\/teams/);
  await menu.click();
  await page.getByRole("button", { name: "I am back" }).click();
  await menu.click();
  await expect(page.getByRole("button", { name: "I am away" })).toBeVisible();
});

noJs("jobs and receiving say what goes on", async ({ page }) => {
  await login(page);
  await page.goto("/settings/jobs");
  await expect(page.getByRole("region", { name: "Failed for good" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Waiting" })).toBeVisible();
  await page.goto("/settings/receiving");
  await expect(page.getByRole("heading", { name: "Receiving" })).toBeVisible();
});

eachTheme("config pages have no grave accessibility fault", async ({ page }) => {
  await login(page);
  for (const path of ["statuses", "teams?edit=new", "sla?edit=new", "jobs", "receiving", "surveys"]) {
    await page.goto(`/settings/${path}`);
    await axe(page);
  }
});
