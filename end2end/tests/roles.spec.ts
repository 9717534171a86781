// Roles of a workspace's own, and the log in which everything stands.
import { axe, eachTheme, expect, login, noJs, test } from "../fixtures";

const mark = () => `r${Date.now()}${Math.floor(Math.random() * 1e4)}`;

eachTheme("a role is made of permissions, and stands in the audit log", async ({ page, watch }) => {
  watch.allow(/422/);
  const name = mark();
  await login(page);
  await page.goto("/settings/roles");
  await page.getByRole("link", { name: "New role" }).click();
  const form = page.getByRole("form", { name: "New role" });
  await form.getByLabel("Name").fill(name);
  await form.getByRole("button", { name: "Create role" }).click();
  await expect(form).toContainText("Tick what the role may do.");
  await expect(form.getByLabel("Name")).toHaveValue(name);
  await form.getByRole("checkbox", { name: /tickets:reply/ }).check();
  await axe(page);
  await form.getByRole("button", { name: "Create role" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Role created" })).toBeVisible();
  const row = page.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("tickets:read, tickets:write, tickets:reply");

  await page.goto("/settings/people");
  await page.getByRole("link", { name: "Change role: Jonas Weber" }).click();
  await expect(page.getByRole("radio", { name: new RegExp(name) })).toBeVisible();

  await page.goto("/settings/audit-log");
  await axe(page);
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "Made a role" });
  await page.getByRole("button", { name: "Filter" }).click();
  const line = page.locator(".audit-line").filter({ hasText: "Priya Raman" }).first();
  await line.locator("summary").click();
  await expect(page.locator(".audit-line").filter({ hasText: name })).toHaveCount(1);

  await page.goto("/settings/roles");
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Remove now" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Role removed" })).toBeVisible();
});

noJs("the log is taken out as a file, which stands in the log", async ({ page }) => {
  await login(page);
  const answer = await page.request.get("/settings/audit-log/export?format=jsonl");
  expect(answer.ok()).toBe(true);
  const lines = (await answer.text()).trim().split("\n");
  expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({ action: "audit.exported", who: "Priya Raman" });
  await page.goto("/settings/audit-log?action=audit.exported");
  await expect(page.locator(".audit-line").first()).toContainText("Took this log out as a file");
});
