import { DEMO, api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";
import type { Page } from "@playwright/test";

/** A ticket of this test alone, with a customer's e-mail in it. */
async function ticket(page: Page) {
  const mark = `m${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@mail.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Mia ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", {
    customer: { email },
    subject: `Export ${mark}`,
    channel: "email",
  });
  await api(page, `/api/v1/tickets/${number}/messages`, {
    kind: "customer",
    body_text: "See https://example.com/export.\n\nOn Mon, Priya Raman wrote:\n> Which export?",
    message_id: `<${mark}@mail.example>`,
    headers: [
      { name: "From", value: `Mia <${email}>` },
      { name: "Subject", value: "=?utf-8?q?Export_f=C3=BCr_alle?=" },
      { name: "X-Mailer", value: "Pigeon 1.0" },
    ],
    attachments: [{ file_name: "../usage.csv", content_type: "text/csv", data: "YSxiCg==" }],
  });
  return { mark, number, url: `/customers/${id}/tickets/${number}` };
}

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const box = (page: Page) => pane(page).getByRole("textbox", { name: "Message" });

/** Opens a ticket and waits until its scripts answer. */
async function open(page: Page, url: string) {
  await page.goto(url);
  await pane(page).locator(".editor").waitFor();
  await expect(async () => {
    await page.keyboard.press("r");
    await expect(box(page)).toBeFocused({ timeout: 200 });
  }).toPass();
}

test("a reply by keyboard stands on the right, says that it waits, and opens the ticket", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await open(page, url);
  await page.keyboard.type("Hi Mia, on it.");
  await page.keyboard.press("Control+Enter");
  const reply = pane(page).getByRole("article", { name: "Priya Raman wrote" });
  await expect(reply).toContainText("Hi Mia, on it.");
  await expect(reply.getByRole("img", { name: /^Waits to leave/ })).toBeVisible();
  await expect(box(page)).toHaveText("");
  await expect(pane(page)).toContainText("changed status New → Open");
  await page.reload();
  await expect(pane(page).getByRole("article")).toHaveCount(2);
});

test("a draft outlives a reload, one for replies and one for notes", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await open(page, url);
  await page.keyboard.type("half a reply");
  await pane(page).getByText("Internal note", { exact: true }).click();
  await expect(box(page)).toHaveText("");
  await box(page).fill("half a note");
  await page.reload();
  await expect(box(page)).toHaveText("half a reply");
  await pane(page).getByText("Internal note", { exact: true }).click();
  await expect(box(page)).toHaveText("half a note");
  await pane(page).getByRole("button", { name: /Add note/ }).click();
  await expect(pane(page).getByRole("article", { name: "Internal note by Priya Raman" })).toContainText("half a note");
  await page.reload();
  await expect(box(page)).toHaveText("half a reply");
});

test("what cannot be sent stays in the box, and sending again stores it once", async ({ page, watch }) => {
  watch.allow(/ERR_FAILED|ERR_CONNECTION|Failed to load/);
  await login(page);
  const { url } = await ticket(page);
  await open(page, url);
  await box(page).fill("not lost");
  await page.route("**/api/write_message*", (route) => route.abort());
  await pane(page).getByRole("button", { name: /^Send(?! and)/ }).click();
  await expect(pane(page).getByRole("alert")).toContainText("Not sent.");
  await expect(box(page)).toHaveText("not lost");
  await page.unroute("**/api/write_message*");
  await pane(page).getByRole("button", { name: /^Send(?! and)/ }).click();
  await expect(pane(page).getByRole("article", { name: "Priya Raman wrote" })).toHaveCount(1);
});

test("a status is changed in place, and every pane knows", async ({ page }) => {
  await login(page);
  const { url, mark } = await ticket(page);
  await open(page, url);
  await pane(page).getByLabel("Status", { exact: true }).selectOption({ label: "Pending" });
  await expect(pane(page)).toContainText("changed status New → Pending");
  const row = page.getByRole("region", { name: "Tickets" }).getByRole("link", { name: new RegExp(mark) });
  await expect(row).toContainText("Pending");
  await page.reload();
  await expect(pane(page).getByLabel("Status", { exact: true }).locator("option:checked")).toHaveText("Pending");
});

test("tags, subject and linked issues are edited where they stand", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { url, mark } = await ticket(page);
  await open(page, url);
  await pane(page).getByLabel("Add a tag").first().click();
  await pane(page).getByRole("textbox", { name: "Add a tag" }).fill("export, bug");
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("button", { name: "Remove the tag bug" })).toBeVisible();
  await pane(page).getByRole("button", { name: "Remove the tag export" }).click();
  await expect(pane(page).getByRole("button", { name: "Remove the tag export" })).toHaveCount(0);
  await pane(page).getByLabel("Link an issue").first().click();
  await pane(page).getByRole("textbox", { name: "Link an issue" }).fill("https://example.com/nothing");
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("alert")).toContainText("Linear, Jira or GitHub");
  await pane(page).getByRole("textbox", { name: "Link an issue" }).fill("https://linear.app/acme/issue/ENG-482/x");
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("link", { name: /ENG-482/ }).first()).toBeVisible();
  await pane(page).getByRole("heading", { name: mark }).click();
  await pane(page).getByRole("textbox", { name: "Subject" }).fill(`Better ${mark}`);
  await page.keyboard.press("Enter");
  await expect(pane(page).getByRole("heading", { name: `Better ${mark}` })).toBeVisible();
});

test("pointing at the channel or focusing it shows the headers, Escape hides them", async ({ page }) => {
  await login(page);
  const { url, number } = await ticket(page);
  await open(page, url);
  const message = pane(page).getByRole("article").first();
  const channel = message.getByRole("button", { name: /E-mail/ });
  const headers = message.getByRole("group", { name: "Message headers" });
  await expect(headers).toBeHidden();
  await channel.hover();
  await expect(headers).toContainText("Export für alle");
  await expect(headers).not.toContainText("Pigeon");
  await page.mouse.move(0, 0);
  await expect(headers).toBeHidden();
  await channel.focus();
  await expect(headers).toBeVisible();
  await headers.getByRole("link", { name: "All raw headers" }).click();
  await expect(headers).toContainText("Pigeon 1.0");
  await page.mouse.move(0, 0);
  await page.keyboard.press("Escape");
  await expect(headers).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/tickets/${number}$`));
});

test("quoted text is folded, links are links, files are shown in a sandbox", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await open(page, url);
  const message = pane(page).getByRole("article").first();
  await expect(message.getByText("Which export?")).toBeHidden();
  await message.getByText("Show quoted text").click();
  await expect(message.getByText("Which export?")).toBeVisible();
  await expect(message.getByRole("link", { name: "https://example.com/export", exact: true })).toHaveAttribute("rel", /noopener/);
  const href = await message.getByRole("link", { name: /usage\.csv/ }).getAttribute("href");
  const file = await page.request.get(href!);
  const sent = file.headers();
  expect(sent["content-disposition"]).toMatch(/^inline; filename="usage.csv"/);
  expect(sent["content-type"]).toBe("text/plain; charset=utf-8");
  expect(sent["content-security-policy"]).toContain("sandbox");
  expect(sent["x-content-type-options"]).toBe("nosniff");
  expect(sent["cache-control"]).toBe("private, no-store");
  expect(await file.text()).toBe("a,b\n");
});

test("an e-mail that cannot be read is shown as such", async ({ page }) => {
  await login(page);
  const mark = `broken${Date.now()}`;
  const answer = await page.request.post("/api/v1/inbound/email", {
    data: `Subject: ${mark}\r\n\r\nnobody sent this`,
    headers: { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const filed = await answer.json();
  await page.goto(`/customers/${filed.customer_id}/tickets/${filed.ticket_number}`);
  await expect(pane(page)).toContainText("Rapport could not read this e-mail.");
  await expect(pane(page)).toContainText("nobody sent this");
});

test("an unknown number is a plain 404", async ({ page, watch }) => {
  watch.allow(/404/);
  await login(page);
  const { url } = await ticket(page);
  const answer = await page.goto(url.replace(/\d+$/, "99999999"));
  expect(answer?.status()).toBe(404);
  await expect(pane(page)).toContainText("There is no such ticket");
});

noJs("without JavaScript a note is written and a status changed", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await page.goto(url);
  await pane(page).getByText("Internal note", { exact: true }).click();
  await box(page).fill("Written by a plain form");
  await pane(page).getByRole("button", { name: /Add note/ }).click();
  await expect(page).toHaveURL(new RegExp(url));
  await expect(pane(page).getByRole("article", { name: /Internal note/ })).toContainText("Written by a plain form");
  const status = pane(page).getByLabel("Status", { exact: true });
  await status.selectOption({ label: "Closed" });
  await status.focus();
  await pane(page).getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(pane(page).getByLabel("Status", { exact: true }).locator("option:checked")).toHaveText("Closed");
});

noJs("without JavaScript the headers show, and what is wrong with a form", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { url } = await ticket(page);
  await page.goto(url);
  const message = pane(page).getByRole("article").first();
  await message.getByRole("button", { name: /E-mail/ }).focus();
  await expect(message.getByRole("group", { name: "Message headers" })).toBeVisible();
  await pane(page).getByLabel("Link an issue").first().click();
  await pane(page).getByRole("textbox", { name: "Link an issue" }).fill("https://example.com/nothing");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Linear, Jira or GitHub");
  // What was typed is still there, and the second try leads back.
  await expect(page.getByRole("textbox", { name: "Link" })).toHaveValue("https://example.com/nothing");
  await page.getByRole("textbox", { name: "Link" }).fill("https://github.com/acme/export/issues/7");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${url}\\??$`));
  await expect(pane(page).getByRole("link", { name: /acme\/export#7/ }).first()).toBeVisible();
});

eachTheme("an open ticket has no grave accessibility fault", async ({ page }) => {
  await login(page);
  const { url, number } = await ticket(page);
  for (const kind of ["agent", "note"]) {
    await api(page, `/api/v1/tickets/${number}/messages`, { kind, body_text: `A ${kind}'s words` });
  }
  await page.goto(url);
  await expect(pane(page).getByRole("article")).toHaveCount(3);
  await axe(page, ".pane.ticket");
});
