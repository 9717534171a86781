// The product's main job from end to end, as an agent does it.
import { DEMO, api, expect, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A ticket that came by e-mail, as raw mail through the inbound route. */
async function mailIn(page: Page) {
  const mark = `w${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@main.example`;
  await api(page, "/api/v1/customers", { email, name: `Wanda ${mark}`, phone: `+4930${Math.floor(1e8 + Math.random() * 9e8)}` });
  const answer = await page.request.post("/api/v1/inbound/email", {
    data: [
      `From: Wanda <${email}>`,
      "To: support@acme.example",
      `Subject: Invoice ${mark}`,
      `Message-ID: <${mark}@main.example>`,
      "Content-Type: text/plain; charset=utf-8",
      "",
      "The invoice of October is missing.",
    ].join("\r\n"),
    headers: { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return { mark, email };
}

async function logIn(page: Page) {
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(DEMO.email);
  await page.getByLabel("Password").fill(DEMO.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/inbox/);
}

const inbox = (page: Page, mark: string) => page.getByRole("listitem").filter({ hasText: mark }).getByRole("link");
const tickets = (page: Page) => page.getByRole("region", { name: "Tickets", exact: true });
const ticket = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const about = (page: Page) => page.getByRole("complementary", { name: /^About Wanda/ });

test("log in, open the ticket, copy the e-mail, note, reply, close, back to the timeline", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { mark, email } = await mailIn(page);
  await logIn(page);
  await inbox(page, mark).click();
  await expect(page).toHaveURL(/\/customers\/cus_\w+\/tickets\/\d+$/);
  await expect(ticket(page).getByRole("article")).toContainText("The invoice of October is missing.");

  const contact = about(page).locator(".field", { has: page.getByText("E-mail", { exact: true }) }).first();
  await contact.hover();
  await contact.getByRole("button", { name: "Copy e-mail" }).click();
  await expect(page.getByRole("status").filter({ hasText: `Copied ${email}` })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(email);

  await about(page).getByLabel("New note").fill("Wants invoices by **post**");
  await about(page).getByRole("button", { name: "Add note" }).click();
  await expect(about(page).locator(".note-item strong")).toHaveText("post");

  await ticket(page).getByRole("textbox", { name: "Message" }).fill("Here it is, sorry.");
  await ticket(page).getByRole("button", { name: /^Send(?! and)/ }).click();
  await expect(ticket(page).getByRole("article", { name: "Priya Raman wrote" })).toContainText("Here it is, sorry.");

  await ticket(page).getByLabel("Status", { exact: true }).selectOption({ label: "Closed" });
  await expect(tickets(page).getByRole("link", { name: new RegExp(mark) })).toContainText("Closed");
  await expect(ticket(page)).toContainText("changed status Open → Closed");

  await page.locator("body").click({ position: { x: 2, y: 2 } });
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/\/customers\/cus_\w+$/);
  const timeline = page.getByRole("region", { name: "Timeline", exact: true });
  await expect(timeline).toContainText(mark);
  await expect(about(page).locator(".note-item")).toContainText("Wants invoices by post");
});

noJs("without JavaScript: log in, open the ticket, read, write a note and a reply", async ({ page }) => {
  const { mark } = await mailIn(page);
  await logIn(page);
  await inbox(page, mark).click();
  await expect(ticket(page).getByRole("article")).toContainText("The invoice of October is missing.");
  await about(page).getByLabel("New note").fill("Read without scripts");
  await about(page).getByRole("button", { name: "Add note" }).click();
  await expect(about(page).locator(".note-item")).toContainText("Read without scripts");
  await ticket(page).getByRole("textbox", { name: "Message" }).fill("A plain reply");
  await ticket(page).getByRole("button", { name: /^Send(?! and)/ }).click();
  await expect(ticket(page).getByRole("article", { name: "Priya Raman wrote" })).toContainText("A plain reply");
});
