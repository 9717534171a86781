import { DEMO, api, expect, login, noJs } from "../fixtures";

// One flow: it switches surveys on for the whole workspace, and off again.
noJs("closing asks the customer, whose answer by a link stands in the ticket", async ({ page }) => {
  await login(page);
  await page.goto("/settings/surveys");
  await page.getByLabel("Ask by e-mail").selectOption({ label: "At once" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Ask by e-mail")).toHaveValue("0");

  const mark = `s${Date.now()}`;
  const email = `${mark}@csat.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Suri ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: `Fixed? ${mark}`, channel: "email" });
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "agent", body_text: "It is fixed now." });
  const closed = await page.request.patch(`/api/v1/tickets/${number}`, {
    data: { status: "closed" },
    headers: { authorization: `Bearer ${DEMO.secretKey}` },
  });
  expect(closed.ok(), await closed.text()).toBe(true);

  // The worker sends it within moments.
  const mail = page.locator("tr, li").filter({ hasText: email }).getByRole("link", { name: "Source" }).first();
  await expect(async () => {
    await page.goto("/dev/outbox");
    await expect(mail).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  const raw = await (await page.request.get((await mail.getAttribute("href"))!)).text();
  const link = raw.replace(/=\r?\n/g, "").match(/\/csat\/[0-9a-v]{68}/)?.[0];
  expect(link, raw).toBeTruthy();

  await page.goto(`${link}?score=4`);
  await expect(page.getByRole("heading", { name: "How did we do?" })).toBeVisible();
  await expect(page.getByRole("radio", { name: "Good" })).toBeChecked();
  await page.getByRole("radio", { name: "Great" }).check();
  await page.getByLabel("Anything to add?").fill("Quick, thanks <b>all</b>");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();

  await page.goto(`/customers/${id}/tickets/${number}`);
  const ticket = page.getByRole("region", { name: "Ticket", exact: true });
  await expect(ticket).toContainText("★★★★★ “Quick, thanks <b>all</b>”");

  await page.goto("/settings/surveys");
  await page.getByLabel("Ask by e-mail").selectOption({ label: "Do not ask" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Ask by e-mail")).toHaveValue("");
});
