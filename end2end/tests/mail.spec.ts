import { DEMO, api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

const MAILBOXES = "/settings/mailboxes";

/** A ticket of this test alone, from a customer with an address; someone else takes part. */
async function ticket(page: Page) {
  const mark = `o${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@mail.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Olga ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", {
    customer: { email },
    subject: `Outgoing ${mark}`,
    channel: "email",
  });
  const change = await page.request.patch(`/api/v1/tickets/${number}`, {
    data: { version: 1, add_participant: { email: `kim-${mark}@mail.example` } },
    headers: { authorization: `Bearer ${DEMO.secretKey}` },
  });
  expect(change.ok(), await change.text()).toBe(true);
  return { mark, email, url: `/customers/${id}/tickets/${number}` };
}

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const box = (page: Page) => pane(page).getByRole("textbox", { name: "Message" });
const send = (page: Page) => pane(page).getByRole("button", { name: /^Send(?! and)/ });

noJs("an answer goes to whom it says, and leaves after ten seconds", async ({ page }) => {
  noJs.setTimeout(60_000);
  await login(page);
  const { mark, email, url } = await ticket(page);
  await page.goto(url);
  await expect(pane(page)).toContainText(`To: ${email} · Cc: kim-${mark}@mail.example`);
  // The composer rests until it has the focus.
  await box(page).click();
  await pane(page).getByText(`To: ${email}`).click();
  await pane(page).getByLabel("Cc", { exact: true }).fill("");
  await pane(page).getByLabel("Bcc", { exact: true }).fill(`archive-${mark}@acme.example`);
  await box(page).fill(`Hello ${mark}`);
  await send(page).click();
  await expect(pane(page)).toContainText("Sending…");
  const reply = pane(page).getByRole("article", { name: "Priya Raman wrote" });
  await expect(async () => {
    await page.goto(url);
    await expect(reply.getByRole("img", { name: /^Sent/ })).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 30_000 });
  await page.goto("/dev/outbox");
  const row = page.getByRole("row", { name: new RegExp(mark) });
  await expect(row).toContainText(`${email}, archive-${mark}@acme.example`);
  const mail = await page.request.get((await row.getByRole("link", { name: "Source" }).getAttribute("href"))!);
  const text = await mail.text();
  expect(text).toContain(`Subject: Re: Outgoing ${mark}`);
  expect(text).not.toContain("archive-");
});

test("an answer is taken back with its text", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await page.goto(url);
  await box(page).fill("Not yet");
  await send(page).click();
  const reply = pane(page).getByRole("article", { name: "Priya Raman wrote" });
  await expect(reply).toContainText(/Sending in \d+ s/);
  await reply.getByRole("button", { name: "Undo" }).click();
  await expect(box(page)).toHaveText("Not yet");
  await expect(reply).toHaveCount(0);
});

noJs("a mailbox is set up, tested, changed and removed", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const address = `b${Date.now()}@acme.example`;
  await page.goto(`${MAILBOXES}?edit=new`);
  const form = page.locator(".config-form");
  await form.locator("[name=address]").fill(address);
  await form.locator("[name=name]").fill("Acme Billing");
  await form.locator('[name=\"smtp_host\"]').fill("127.0.0.1");
  await form.locator('[name=\"smtp_port\"]').fill("1");
  await form.locator('[name=\"smtp_password\"]').fill("secret");
  await form.getByRole("button", { name: "Save mailbox" }).click();
  await expect(page.getByText("A password needs a user name.")).toBeVisible();
  await page.goto(`${MAILBOXES}?edit=new`);
  await form.locator("[name=address]").fill(address);
  await form.locator("[name=name]").fill("Acme Billing");
  await form.locator('[name=\"smtp_host\"]').fill("127.0.0.1");
  await form.locator('[name=\"smtp_port\"]').fill("1");
  await form.locator('[name=\"smtp_user\"]').fill("agent");
  await form.locator('[name=\"smtp_password\"]').fill("secret");
  await form.getByRole("button", { name: "Save mailbox" }).click();
  const row = page.getByRole("listitem").filter({ hasText: address });
  await expect(row).toContainText("127.0.0.1:1 · STARTTLS");
  await row.getByRole("button", { name: `Test: ${address}` }).click();
  await expect(page.getByRole("alert")).toContainText("Connection refused");
  await row.getByRole("link", { name: `Edit ${address}` }).click();
  await expect(form.locator('[name=\"smtp_password\"]')).toHaveValue("");
  await expect(form).toContainText("One is stored; leave empty to keep it.");
  await form.locator('[name=\"smtp_port\"]').fill("2");
  await form.getByRole("button", { name: "Save mailbox" }).click();
  await expect(row).toContainText("127.0.0.1:2");
  await row.getByText("Remove", { exact: true }).click();
  await row.getByRole("button", { name: "Remove for good" }).click();
  await expect(row).toHaveCount(0);
});

eachTheme("mailboxes and their form", async ({ page }) => {
  await login(page);
  await page.goto(`${MAILBOXES}?edit=new`);
  await expect(page.getByRole("heading", { name: "Mailboxes" })).toBeVisible();
  await axe(page);
});

test("an invitation is in the reader's time, and in the sender's beside it", async ({ page }) => {
  await login(page);
  const mark = `i${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const event = (zone: string, begins: string, ends: string) =>
    ["BEGIN:VEVENT", `SUMMARY:${zone}`, `DTSTART;TZID=${zone}:${begins}`, `DTEND;TZID=${zone}:${ends}`, "END:VEVENT"];
  const data = [
    `From: Ines <${mark}@mail.example>`,
    "To: support@acme.example",
    `Subject: Demo ${mark}`,
    "Content-Type: text/calendar; method=REQUEST",
    "",
    "BEGIN:VCALENDAR",
    "METHOD:REQUEST",
    ...event("Asia/Tokyo", "20261202T003000", "20261202T080000"),
    ...event("Europe/Berlin", "20261202T100000", "20261202T113000"),
    "END:VCALENDAR",
    "",
  ].join("\r\n");
  const headers = { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" };
  const answer = await page.request.post("/api/v1/inbound/email", { data, headers });
  const { ticket_number, customer_id } = await answer.json();
  await page.goto(`/customers/${customer_id}/tickets/${ticket_number}`);
  const message = pane(page).getByRole("article", { name: "Ines wrote" });
  // The browser is in Berlin.
  await expect(message).toContainText(
    "When: Tue, Dec 1, 2026, 16:30 to Wed, Dec 2, 2026, 00:00 · sent as Wed, Dec 2, 2026, 00:30 to 08:00 (Asia/Tokyo)",
  );
  await expect(message).toContainText("When: Wed, Dec 2, 2026, 10:00 to 11:30");
  await expect(message).not.toContainText("(Europe/Berlin)");
});
