// A mail's whole way, through real servers, in pages that nobody reloads.
import { expect, login, test } from "../fixtures";
import { Dovecot, Sink } from "../mail/servers";
import type { Page } from "@playwright/test";

const READER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0";

/** A mailbox that is read from `imap` and sends through `smtp`. */
async function setUp(page: Page, address: string, imap: number, smtp: number) {
  await page.goto("/settings/mailboxes?edit=new");
  const form = page.locator(".config-form");
  await form.locator("[name=address]").fill(address);
  await form.locator("[name=name]").fill("Acme Live");
  for (const [kind, port] of [["smtp", smtp], ["imap", imap]] as const) {
    await form.locator(`[name="${kind}_host"]`).fill("127.0.0.1");
    await form.locator(`[name="${kind}_port"]`).fill(String(port));
    await form.locator(`[name="${kind}_tls"]`).selectOption("none");
  }
  await form.locator('[name="imap_user"]').fill("support");
  await form.locator('[name="imap_password"]').fill("secret");
  await form.getByRole("button", { name: "Save mailbox" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: address })).toBeVisible();
}

async function remove(page: Page, address: string) {
  await page.goto("/settings/mailboxes");
  const row = page.getByRole("listitem").filter({ hasText: address });
  await row.getByText("Remove", { exact: true }).click();
  await row.getByRole("button", { name: "Remove for good" }).click();
  await expect(row).toHaveCount(0);
}

/** The lines of a mail that left, unfolded. */
const header = (raw: string, name: string) =>
  raw.replace(/\r\n[ \t]+/g, " ").match(new RegExp(`^${name}: (.*)$`, "im"))?.[1].trim() ?? "";

test("mail comes, is answered, read and returned, and the open page tells of each", async ({ page }) => {
  test.setTimeout(150_000);
  await login(page);
  const mark = `i${Date.now()}`;
  const [address, customer] = [`${mark}@acme.example`, `ines-${mark}@imap.example`];
  const [dovecot, sink] = await Promise.all([Dovecot.start(), Sink.start()]);
  try {
    await setUp(page, address, dovecot.port, sink.port);
    await page.goto("/inbox");
    let loads = 0;
    page.on("domcontentloaded", () => loads++);

    dovecot.deliver([
      `From: Ines <${customer}>`,
      `To: ${address}`,
      `Subject: Refund ${mark}`,
      `Message-ID: <first-${mark}@imap.example>`,
      "",
      "Where is my refund?",
    ]);
    const row = page.getByRole("listitem").filter({ hasText: mark }).getByRole("link");
    // The settings of mailboxes are looked at every 15 s.
    await expect(row).toBeVisible({ timeout: 45_000 });
    await row.click();
    const ticket = page.getByRole("region", { name: "Ticket", exact: true });
    await expect(ticket.getByRole("article")).toContainText("Where is my refund?");

    const answer = async (text: string) => {
      await ticket.getByRole("textbox", { name: "Message" }).fill(text);
      await ticket.getByRole("button", { name: /^Send(?! and)/ }).click();
      const mail = await sink.mail(text);
      expect(mail.to).toEqual([customer]);
      const article = ticket.getByRole("article", { name: "Priya Raman wrote" }).filter({ hasText: text });
      await expect(article.getByRole("img", { name: /^Sent/ })).toBeVisible();
      return { article, raw: mail.raw.replace(/=\r\n/g, "").replace(/=3D/g, "=") };
    };

    const first = await answer(`It left ${mark} today`);
    const pixel = first.raw.match(/\/o\/[\w.-]+\.gif/)?.[0];
    expect(pixel, first.raw).toBeTruthy();
    // Whoever opens it sooner is a machine.
    await page.waitForTimeout(5_500);
    await page.request.get(pixel!, { headers: { "user-agent": READER } });
    await expect(first.article.getByRole("img", { name: /^Viewed/ })).toBeVisible();

    const second = await answer(`One more thing ${mark}`);
    dovecot.deliver([
      "From: Mail Delivery System <MAILER-DAEMON@mx.imap.example>",
      `To: ${address}`,
      "Subject: Undelivered Mail Returned to Sender",
      `Message-ID: <bounce-${mark}@mx.imap.example>`,
      "Auto-Submitted: auto-replied",
      "MIME-Version: 1.0",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain",
      "",
      "Your mail came back.",
      "--b",
      "Content-Type: message/delivery-status",
      "",
      "Reporting-MTA: dns; mx.imap.example",
      "",
      `Final-Recipient: rfc822; ${customer}`,
      "Action: failed",
      "Status: 5.1.1",
      "Diagnostic-Code: smtp; 550 5.1.1 No such user here",
      "--b",
      "Content-Type: text/rfc822-headers",
      "",
      `Message-ID: ${header(second.raw, "Message-ID")}`,
      "",
      "--b--",
      "",
    ]);
    const failed = second.article.getByRole("img", { name: /^Not delivered: .*No such user here/ });
    await expect(failed).toBeVisible({ timeout: 15_000 });
    await expect(failed).toHaveAttribute("title", /No such user here/);
    await expect(first.article.getByRole("img", { name: /^Viewed/ })).toBeVisible();
    expect(loads, "the page was never loaded again").toBe(0);
  } finally {
    await remove(page, address);
    sink.stop();
    await dovecot.stop();
  }
});
