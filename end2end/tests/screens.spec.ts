// Whatever opens on a page is whole on the screen and on top of it, goes with Escape and gives the
// focus back; and no button lies under something else. The openers are found, not listed: what is
// added to a page is tested from that day on.
import { api, axe, expect, login, test } from "../fixtures";
import type { Locator, Page } from "@playwright/test";

const SCREENS = {
  "a desk": { viewport: { width: 1440, height: 900 } },
  "a laptop": { viewport: { width: 1280, height: 800 } },
  "a phone": { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 },
  "200 % zoom": { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
};
/** Of openers that look the same, as those of a list's rows, this many are tried. */
const ALIKE = 2;
/** Marks the openers of the page that is looked at. */
const MARK = "data-opener";

/** A customer with a ticket that has more of everything than there is room for. */
async function crowded(page: Page) {
  const mark = `s${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `wilhelmina.featherstonehaugh.${mark}@subdomain.company.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Wilhelmina Featherstonehaugh ${mark}`, phone: `+49309${mark.slice(-8)}` });
  const { number } = await api(page, "/api/v1/tickets", {
    customer: { email },
    subject: `A long subject from an error dialog: InvalidOperationException while synchronising ${mark}`,
    channel: "email",
    tags: ["export", "billing", "regression", "enterprise", "second-line", "waiting-for-release"],
  });
  const headers = { authorization: "Bearer rsk_demo_secret" };
  for (const key of ["ENG-482", "ENG-1207", "OPS-77", "DATA-9"]) {
    const link_issue = { provider: "linear", key, url: `https://linear.app/acme/issue/${key}` };
    const answer = await page.request.patch(`/api/v1/tickets/${number}`, { headers, data: { link_issue } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  await api(page, `/api/v1/tickets/${number}/messages`, {
    kind: "customer",
    body_text: "It stopped this morning.\n\nOn Mon, Priya Raman wrote:\n> What stopped?",
    message_id: `<${mark}@mail.example>`,
    headers: [{ name: "From", value: `Wilhelmina <${email}>` }],
    attachments: [{ file_name: "usage.csv", content_type: "text/csv", data: "YSxiCg==" }],
  });
  return { mark, number, url: `/customers/${id}` };
}

/** Numbers what opens something over the page, and says what each is. */
function openers(page: Page): Promise<string[]> {
  return page.evaluate(
    ({ ALIKE, MARK }) => {
      for (const old of document.querySelectorAll(`[${MARK}]`)) old.removeAttribute(MARK);
      const floats = (element: Element | null) => !!element && ["fixed", "absolute"].includes(getComputedStyle(element).position);
      const seen = new Map<string, number>();
      return [...document.querySelectorAll("summary, [popovertarget]:not([popovertargetaction=hide]), [aria-haspopup], button[aria-describedby]")]
        .filter((opener) => opener.checkVisibility({ visibilityProperty: true }) && opener.getBoundingClientRect().width > 4)
        .filter((opener) => opener.tagName !== "SUMMARY" || floats(opener.nextElementSibling))
        // What hangs at it and shows with the focus, as the headers of a message.
        .filter((opener) => !opener.matches("[aria-describedby]") || floats(document.getElementById(opener.getAttribute("aria-describedby") ?? "")))
        .filter((opener) => !opener.closest(".menu-items, .popup, dialog, [popover]"))
        .filter((opener) => {
          const kind = `${opener.tagName} ${opener.className} in ${opener.parentElement?.className}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
          return (seen.get(kind) ?? 0) <= ALIKE;
        })
        .map((opener, i) => {
          opener.setAttribute(MARK, String(i));
          return opener.getAttribute("aria-label") ?? opener.getAttribute("title") ?? opener.textContent?.trim() ?? "";
        });
    },
    { ALIKE, MARK },
  );
}

/** What the opener has opened: the content of its `<details>`, its popover, or the dialog. */
async function opened(page: Page, opener: Locator): Promise<Locator> {
  const target = (await opener.getAttribute("popovertarget")) ?? (await opener.getAttribute("aria-describedby"));
  if (target) return page.locator(`[id="${target}"]`);
  if (await opener.evaluate((element) => element.tagName === "SUMMARY")) return opener.locator("xpath=following-sibling::*[1]");
  return page.locator("dialog[open], [role=dialog]:visible, .menu-items:visible, [role=listbox]:visible").first();
}

/** What is wrong with how a panel lies on the screen. */
function misplaced(panel: Locator): Promise<string[]> {
  return panel.evaluate((panel) => {
    const box = panel.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const wrong: string[] = [];
    if (box.left < -1 || box.top < -1 || box.right > width + 1 || box.bottom > height + 1)
      wrong.push(`reaches from ${Math.round(box.left)},${Math.round(box.top)} to ${Math.round(box.right)},${Math.round(box.bottom)} on ${width}×${height}`);
    // Corners are round.
    const inset = Math.min(8, box.width / 4, box.height / 4);
    const points = [
      [box.left + inset, box.top + inset],
      [box.right - inset, box.top + inset],
      [box.left + inset, box.bottom - inset],
      [box.right - inset, box.bottom - inset],
      [(box.left + box.right) / 2, (box.top + box.bottom) / 2],
    ];
    for (const [x, y] of points) {
      const there = document.elementFromPoint(x, y);
      if (there && !panel.contains(there)) wrong.push(`lies under <${there.tagName.toLowerCase()} class="${there.className}"> at ${Math.round(x)},${Math.round(y)}`);
    }
    return wrong;
  });
}

/** Opens everything that the page can open, one after the other. */
async function open_all(page: Page, where: string, wrong: string[]) {
  const names = await openers(page);
  for (const [i, name] of names.entries()) {
    const said = (what: string) => wrong.push(`${where}, “${name}”: ${what}`);
    const opener = page.locator(`[${MARK}="${i}"]`);
    await opener.scrollIntoViewIfNeeded();
    const clicked = await opener.click({ timeout: 1_500 }).then(() => true, () => false);
    if (!clicked) {
      said("cannot be clicked");
      continue;
    }
    const panel = await opened(page, opener);
    if (!(await panel.waitFor({ timeout: 1_500 }).then(() => true, () => false))) {
      said("opens nothing");
      continue;
    }
    for (const problem of await misplaced(panel)) said(problem);
    // What unfolds inside makes it longer.
    for (const inner of await panel.locator("summary:visible").all()) {
      await inner.click();
      for (const problem of await misplaced(panel)) said(`unfolded, ${problem}`);
    }
    await page.keyboard.press("Escape");
    // What was unfolded inside closes first.
    for (let more = 0; more < 4 && (await panel.isVisible()); more++) await page.keyboard.press("Escape");
    if (await panel.isVisible()) said("Escape does not close it");
    const focused = await expect(opener).toBeFocused({ timeout: 1_000 }).then(() => true, () => false);
    if (!focused) said(`the focus went to ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 90))}`);
  }
}

/** Says which buttons, links and fields lie under something else. */
async function uncovered(page: Page, where: string, wrong: string[]) {
  const covered = await page.evaluate(() => {
    const found: string[] = [];
    const seen = new Map<string, number>();
    for (const element of document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")) {
      const kind = `${element.tagName} ${element.className} in ${element.parentElement?.className}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if ((seen.get(kind) ?? 0) > 5) continue;
      const style = getComputedStyle(element);
      const shown = element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: false });
      if (!shown || style.pointerEvents === "none") continue;
      element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      // A link over two lines has its middle between them.
      const box = [...element.getClientRects()].sort((a, b) => b.width * b.height - a.width * a.height)[0];
      // What only screen readers see; the link that skips to the content.
      if (!box || box.width < 5 || box.height < 5 || element.matches(".skip")) continue;
      const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const own = there && (element.contains(there) || there.contains(element) || there.closest("label")?.contains(element));
      if (!own) found.push(`<${element.tagName.toLowerCase()} class="${element.className}"> “${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}” under ${there ? `<${there.tagName.toLowerCase()} class="${there.getAttribute("class")}">` : "the edge of the screen"}`);
    }
    return found;
  });
  wrong.push(...covered.map((what) => `${where}: ${what}`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) wrong.push(`${where}: ${wide} px wider than the screen`);
}

type Look = (page: Page, where: string) => Promise<void>;

/** Walks through the product by its links, as one does in one tab, and looks at each page. */
async function tour(page: Page, look: Look) {
  const { mark, number } = await crowded(page);
  const rail = page.getByRole("navigation", { name: "Main" });
  const ready = () => page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });
  await page.goto("/inbox");
  await look(page, "inbox");

  await rail.getByRole("link", { name: "Customers" }).click();
  await expect(page).toHaveURL(/\/customers$/);
  await page.locator("main table, main ul").first().waitFor();
  await look(page, "customers");

  await page.goto(`/customers?q=${mark}`);
  await page.locator("main").getByRole("link", { name: new RegExp(mark) }).first().click();
  await expect(page).toHaveURL(/\/customers\/cus_/);
  await page.locator(".pane.centre .stream, .pane.centre .empty").first().waitFor();
  const tabs = page.getByRole("navigation", { name: "Panes" });
  const each_pane = async (where: string) => {
    if (!(await tabs.isVisible())) return look(page, where);
    for (const tab of await tabs.getByRole("link").all()) {
      await tab.click();
      await look(page, `${where}, ${await tab.textContent()}`);
    }
  };
  await each_pane("timeline");

  if (await tabs.isVisible()) await tabs.getByRole("link", { name: "Tickets" }).click();
  await page.locator(".ticket-item").first().click();
  await expect(page).toHaveURL(new RegExp(`/tickets/${number}`));
  await page.locator(".composer .editor").waitFor({ state: "attached" });
  await each_pane("ticket");
  // With words in the composer its buttons are there too.
  if (await tabs.isVisible()) await tabs.getByRole("link", { name: "Ticket", exact: true }).click();
  await page.locator(".composer").getByRole("textbox", { name: "Message" }).click();
  await page.keyboard.type("Half an answer");
  await look(page, "ticket, writing");

  await rail.getByRole("link", { name: "App config" }).click();
  await page.locator("main h1, main h2").first().waitFor();
  await look(page, "settings");
  const pages = await page.locator("main a[href^='/settings/']").evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("href") ?? ""))]);
  for (const href of pages) {
    await page.locator(`main a[href="${href}"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`${href}$`));
    await ready();
    await look(page, href);
  }
  await rail.getByRole("link", { name: /^Notifications/ }).click();
  await expect(page).toHaveURL(/\/notifications/);
  await ready();
  await look(page, "notifications");

  await page.goto("/customers?q=Alex Morgan");
  await page.locator("main").getByRole("link", { name: "Alex Morgan" }).first().click();
  if (await tabs.isVisible()) await tabs.getByRole("link", { name: "About" }).click();
  await page.locator(".contact").getByRole("link", { name: "Northwind Labs" }).click();
  await expect(page).toHaveURL(/\/accounts\/acc_/);
  await ready();
  await look(page, "account");
}

for (const [name, screen] of Object.entries(SCREENS)) {
  test.describe(() => {
    test.use(screen);
    test(`what opens on ${name} is whole on the screen`, async ({ page }) => {
      test.setTimeout(240_000);
      await login(page);
      const wrong: string[] = [];
      await tour(page, async (page, where) => {
        await uncovered(page, where, wrong);
        await open_all(page, where, wrong);
      });
      expect(wrong, wrong.join("\n")).toEqual([]);
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(() => {
    test.use({ colorScheme });
    test(`what is open has no grave accessibility fault (${colorScheme})`, async ({ page }) => {
      test.setTimeout(240_000);
      await login(page);
      const faults: string[] = [];
      await tour(page, async (page, where) => {
        const names = await openers(page);
        for (const i of names.keys()) {
          const opener = page.locator(`[${MARK}="${i}"]`);
          const closed = await opener.evaluate((element) => element.tagName === "SUMMARY" && !element.closest(".rail"));
          if (!closed) continue;
          // What is open already may lie over it.
          await opener.click({ timeout: 1_500 }).catch(async () => {
            await page.keyboard.press("Escape");
            await opener.click();
          });
          // As many as can be open beside each other say everything at once.
          if (i % 3 !== 0 && i !== names.length - 1) continue;
          await axe(page).catch((error: Error) => faults.push(`${where}: ${error.message}`));
          await page.keyboard.press("Escape");
        }
      });
      expect(faults, faults.join("\n")).toEqual([]);
    });
  });
}
