// Everything that strangers write, full of scripts, through every place that shows it: none runs.
import { DEMO, api, expect, login, test } from "../fixtures";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const file = fileURLToPath(new URL("../../crates/mail/tests/xss.txt", import.meta.url));
const vectors = readFileSync(file, "utf8").split("\n").filter((line) => line.trim() !== "");

/** Says when a script of ours or theirs calls `alert`, in any frame, or a dialog opens. */
async function listen(page: Page) {
  const ran: string[] = [];
  await page.exposeFunction("rapportScriptRan", (what: string) => ran.push(what));
  await page.addInitScript(() => {
    for (const name of ["alert", "prompt", "confirm"]) {
      Object.defineProperty(window, name, {
        value: () => (window as unknown as { rapportScriptRan(what: string): void }).rapportScriptRan(location.href),
      });
    }
  });
  page.on("dialog", (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  return ran;
}

/** Opens all that can be opened, hovers and focuses what may react to it. */
async function poke(page: Page) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const element of document.querySelectorAll("a, button, input, [tabindex]")) (element as HTMLElement).focus();
  });
  await page.waitForTimeout(150);
}

test("the browser half runs under a policy, and so do we: the detector works", async ({ page, watch }) => {
  watch.allow(/Content Security Policy/);
  const ran = await listen(page);
  await page.goto("/login");
  await page.evaluate(() => alert(1));
  expect(ran).toHaveLength(1);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=alert(1)>");
  });
  await page.waitForTimeout(200);
  expect(ran, "an inline handler is refused by the policy").toHaveLength(1);
});

test("no script in names, subjects, texts, tags, notes, events or files runs", async ({ page, watch }) => {
  test.setTimeout(120_000);
  // Pictures of vectors that lead nowhere.
  watch.allow(/404|ERR_/);
  await login(page);
  const ran = await listen(page);
  const mark = `x${Date.now()}`;
  const email = `${mark}@xss.example`;
  const { id } = await api(page, "/api/v1/customers", {
    email,
    name: vectors[1]!.slice(0, 150),
    job_title: vectors[2]!.slice(0, 150),
    company: vectors[0],
    account: { name: `${vectors[1]} ${mark}` },
  });
  const { number } = await api(page, "/api/v1/tickets", {
    customer: { email },
    subject: `</title>${vectors[1]}`,
    channel: "email",
    tags: [vectors[1]!.slice(0, 40)],
  });
  for (const [n, vector] of vectors.entries()) {
    await api(page, `/api/v1/tickets/${number}/messages`, {
      kind: "customer",
      body_text: vector,
      author_name: vector.slice(0, 100),
      body_html: `<p>${n}</p>${vector}`,
      headers: [{ name: "Subject", value: vector }, { name: "X-Vector", value: vector }],
      attachments: [{ file_name: `${vector.slice(0, 80)}.html`, content_type: "text/html", data: "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==" }],
    });
  }
  const events = vectors.map((vector, n) => ({
    customer: { email },
    name: `xss_${n}`,
    title: vector,
    body: vector,
    icon: "🙂",
    payload: { [vector.slice(0, 60)]: vector },
  }));
  await api(page, "/api/v1/events", events);
  await api(page, `/api/v1/customers/${id}/notes`, { body: vectors.join("\n\n").slice(0, 4_000) });

  for (const path of [`/customers/${id}/tickets/${number}`, `/customers/${id}`, `/customers?q=${mark}`, "/inbox"]) {
    await page.goto(path);
    await poke(page);
    expect(ran, path).toEqual([]);
  }
  await page.goto(`/customers/${id}/tickets/${number}`);
  const formatted = page.locator(".formatted");
  const shown = await formatted.count();
  expect(shown).toBeGreaterThan(20);
  for (let n = 0; n < shown; n++) {
    await formatted.nth(n).locator("summary").click();
    await expect(formatted.nth(n).locator("iframe")).toBeVisible();
  }
  await page.waitForTimeout(500);
  expect(ran, "in a frame").toEqual([]);
  const links = page.locator(".files a");
  for (const href of (await links.evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))).slice(0, 3)) {
    const answer = await page.request.get(href);
    expect(answer.headers()["content-disposition"]).toMatch(/^attachment/);
  }
});

test("raw mail full of scripts shows and runs nothing", async ({ page }) => {
  await login(page);
  const ran = await listen(page);
  const vector = "<img src=x onerror=alert(1)>";
  const raw = [
    `From: "${vector}" <raw${Date.now()}@xss.example>`,
    "To: support@acme.example",
    `Subject: ${vector}`,
    `Message-ID: <raw-${Date.now()}@xss.example>`,
    "Content-Type: text/html; charset=utf-8",
    "",
    ...vectors,
  ].join("\r\n");
  const answer = await page.request.post("/api/v1/inbound/email", {
    data: raw,
    headers: { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const filed = await answer.json();
  await page.goto(`/customers/${filed.customer_id}/tickets/${filed.ticket_number}`);
  await poke(page);
  const html = `/files/messages/${filed.message_id}/html`;
  await page.evaluate((path) => location.assign(path), html);
  await page.waitForURL(`**${html}`);
  await page.waitForTimeout(200);
  expect(ran).toEqual([]);
});
