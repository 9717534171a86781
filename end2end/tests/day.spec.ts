// A day of an agent in one tab, with a colleague beside them: by links, keys and Back, never afresh.
import { DEMO, api, expect, test } from "../fixtures";
import type { Browser, BrowserContext, CDPSession, Page } from "@playwright/test";

const ROUNDS = 4;
/** Bytes may grow by so much from the first round to the last. */
const GROWTH = 1.2;

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const rail = (page: Page, name: string | RegExp) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
const composer = (page: Page) => page.locator(".composer [contenteditable=true]");
const row = (page: Page, mark: string) => page.locator(".inbox-row").filter({ hasText: mark }).locator("a.subject");

/** Logs somebody in through the form's own address; the page is theirs. */
async function colleague(browser: Browser, email: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const answer = await context.request.post("/login", { form: { email, password: DEMO.password, next: "" } });
  expect(answer.ok(), `login of ${email}`).toBe(true);
  return { context, page: await context.newPage() };
}

/** A customer writes to us: a mail through the inbound route. */
async function mailIn(page: Page, round: number) {
  const mark = `d${round}x${Date.now()}`;
  const data = [
    `From: Dora ${mark} <${mark}@day.example>`,
    "To: support@acme.example",
    `Subject: Export ${mark}`,
    `Message-ID: <${mark}@day.example>`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    `The export of round ${round} is empty.`,
  ].join("\r\n");
  const headers = { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" };
  const answer = await page.request.post("/api/v1/inbound/email", { data, headers });
  expect(answer.ok(), await answer.text()).toBe(true);
  return mark;
}

/** What the tab holds: scripts, documents and the module's own memory, in bytes. */
async function held(page: Page, protocol: CDPSession) {
  await protocol.send("HeapProfiler.collectGarbage");
  const heap = (await protocol.send("Runtime.getHeapUsage")) as { usedSize: number; embedderHeapUsedSize?: number };
  const { nodes } = await protocol.send("Memory.getDOMCounters");
  const module = await page.evaluate(async () => {
    const name = document.querySelector<HTMLLinkElement>("link[rel=modulepreload]")?.href;
    if (!name) return 0;
    // The module is there already: this answers what it exports.
    const exported = await (await import(name)).default();
    return exported.memory.buffer.byteLength as number;
  });
  return { bytes: heap.usedSize + (heap.embedderHeapUsedSize ?? 0) + module, nodes };
}

/** Every action is one that an agent does; what it leads to is what is waited for. */
class Day {
  actions = 0;

  async do(what: string, act: () => Promise<unknown>, seen: () => Promise<unknown>) {
    this.actions++;
    await test.step(`${this.actions} ${what}`, async () => {
      await act();
      await seen();
    });
  }
}

test("a day in one tab, with a colleague beside it", async ({ page, session, browser, watch }) => {
  test.setTimeout(420_000);
  // Sending over a newer message is refused once, and asked about.
  watch.allow(/status of 409/);
  await page.context().addCookies(session);
  const protocol = await page.context().newCDPSession(page);
  const { context, page: sam } = await colleague(browser, "sam@acme.example");
  const day = new Day();
  const live = () => expect(page.locator(".live-state"), "the page is told of changes").toBeEmpty();
  await page.goto("/inbox");
  await sam.goto("/inbox");
  await sam.locator("html[data-hydrated]").waitFor({ state: "attached" });

  let first: Awaited<ReturnType<typeof held>> | undefined;
  let last = first;
  for (let round = 0; round < ROUNDS; round++) {
    const mark = await mailIn(page, round);
    const other = await mailIn(page, round + 100);
    await day.do("a mail comes in", async () => {
      // Under a focused row nothing moves: what is new waits behind a button.
      const waiting = page.getByTitle("Show new tickets (.)");
      await expect(row(page, mark).or(waiting).first()).toBeVisible();
      if (await waiting.isVisible()) await waiting.click();
    }, () => expect(row(page, mark)).toBeVisible());
    await day.do("open it", () => row(page, mark).click(), () => expect(composer(page)).toBeVisible());
    const address = page.url();
    const number = Number(/\d+$/.exec(address)?.[0]);

    // A colleague looks at the same ticket, and writes.
    await row(sam, mark).click();
    await expect(page.locator(".ticket .present")).toHaveText(/Sam is looking/);
    await day.do("begin an answer", async () => {
      await composer(page).click();
      await page.keyboard.type(`Dear Dora, the export of ${mark} `);
    }, () => expect(sam.locator(".ticket .present")).toHaveText(/Priya is typing/));
    await composer(sam).click();
    await sam.keyboard.type("I have it already.");
    await sam.keyboard.press("ControlOrMeta+Enter");
    await expect(pane(page).getByRole("article").filter({ hasText: "I have it already." })).toBeVisible();
    await day.do("go on writing", () => page.keyboard.type("is on its way."), () => expect(composer(page)).toContainText("is on its way."));
    await day.do("send it", () => page.keyboard.press("ControlOrMeta+Enter"), async () => {
      const sent = pane(page).getByRole("article").filter({ hasText: "is on its way." });
      const anyway = page.getByRole("button", { name: "Send anyway" });
      await expect(sent.or(anyway).first()).toBeVisible();
      if (await anyway.isVisible()) await anyway.click();
      await expect(sent).toBeVisible();
    });
    await sam.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ }).click();

    await day.do("leave a note", async () => {
      await page.getByText("Internal note", { exact: true }).click();
      await composer(page).fill(`Asked the team about ${mark}`);
      await page.keyboard.press("ControlOrMeta+Enter");
    }, () => expect(pane(page).getByRole("article").filter({ hasText: "Asked the team" })).toBeVisible());
    await day.do("raise the priority", () => pane(page).getByLabel("Priority", { exact: true }).selectOption("high"), () => expect(pane(page).getByLabel("Priority", { exact: true })).toHaveValue("high"));
    await day.do("set it pending", () => pane(page).getByLabel("Status", { exact: true }).selectOption({ label: "Pending" }), () => expect(pane(page)).toContainText("→ Pending"));

    await day.do("look at the timeline", () => page.locator(".ticket-row a.back").click(), () => expect(page).toHaveURL(address.replace(/\/tickets.*/, "")));
    await day.do("back to the ticket", () => page.goBack(), () => expect(composer(page)).toBeVisible());
    await live();
    await day.do("the customers", () => rail(page, "Customers").click(), () => expect(page).toHaveURL(/\/customers$/));
    await day.do("search one", () => page.getByLabel("Search this list").fill(mark), () => expect(page.locator("main")).toContainText(`Dora ${mark}`));
    await day.do("open them", () => page.getByRole("link", { name: new RegExp(`Dora ${mark}`) }).first().click(), () => expect(page.getByRole("region", { name: "Timeline", exact: true })).toBeVisible());
    await day.do("note something about them", async () => {
      await page.getByLabel("New note").fill(`Writes on **${round}** o'clock`);
      await page.getByRole("button", { name: "Add note" }).click();
    }, () => expect(page.locator(".note-item")).toContainText("o'clock"));
    await day.do("open the ticket from the pane", () => page.locator(".ticket-item").first().click(), () => expect(composer(page)).toBeVisible());
    await day.do("back to the inbox by the rail", () => rail(page, /^Inbox/).click(), () => expect(page.locator(".inbox-row").first()).toBeVisible());
    await day.do("open the next", () => row(page, other).click(), () => expect(composer(page)).toBeVisible());
    await day.do("and back to the list", () => page.goBack(), () => expect(row(page, other)).toBeVisible());
    expect(number).toBeGreaterThan(0);

    last = await held(page, protocol);
    first ??= last;
    await live();
  }

  // The page is left alone for a minute, and stays alive.
  await row(page, "Export").first().click();
  await expect(composer(page)).toBeVisible();
  await page.waitForTimeout(60_000);
  await live();
  const late = await mailIn(page, 999);
  await page.goBack();
  await expect(row(page, late)).toBeVisible();

  // Pages that only the server renders leave the tab's module: they come last.
  await day.do("the settings", () => rail(page, "App config").click(), () => expect(page).toHaveURL(/\/settings/));
  await day.do("the preferences", async () => {
    await page.getByLabel("Your account").click();
    await page.getByRole("link", { name: "Preferences" }).click();
  }, () => expect(page).toHaveURL(/\/settings\/preferences/));
  await day.do("and back", () => page.goBack(), () => expect(page).toHaveURL(/\/settings/));

  expect(day.actions, "a day has many actions").toBeGreaterThanOrEqual(60);
  expect(last!.bytes, `bytes held: ${first!.bytes} after the first round, ${last!.bytes} at the end`).toBeLessThan(first!.bytes * GROWTH);
  expect(last!.nodes, "nodes of the document").toBeLessThan(first!.nodes * GROWTH + 500);
  await context.close();
});
