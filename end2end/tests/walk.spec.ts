// An agent's restless hour in one tab: links, keys, buttons and Back in random order, while a
// colleague changes the same tickets. WALK_SEED repeats one walk, WALK_STEPS makes it longer.
import { DEMO, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

const STEPS = Number(process.env.WALK_STEPS ?? 60);
/** What would end the walk, or change the demo for the other flows. */
const FORBIDDEN = /log ?out|away|delete|erase|remove|archive|spam|merge|split|move to|test|export|download|send|save|undo/i;
const KEYS = ["j", "k", "Enter", "Escape", "Escape", "/", "?", "n", "r"];

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number) {
  return (below: number) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) / 4294967296 * below) | 0;
  };
}

const numberOf = (page: Page) => /\/customers\/[^/]+\/tickets\/(\d+)$/.exec(new URL(page.url()).pathname)?.[1];
const isPlain = (page: Page) => page.locator("html[data-plain]").count().then((n) => n > 0);

/** A click somewhere on the page; answers what was clicked, or nothing. */
async function click(page: Page, roll: (below: number) => number, selector: string) {
  const found = page.locator(selector);
  const count = await found.count();
  if (count === 0) return;
  const one = found.nth(roll(count));
  const name = await one.evaluate((e) => `${e.getAttribute("aria-label") ?? ""} ${e.textContent ?? ""} ${e.getAttribute("href") ?? ""}`.trim(), undefined, { timeout: 1_000 }).catch(() => "");
  if (!name || FORBIDDEN.test(name)) return;
  // What is covered or gone by now is no fault.
  await one.click({ timeout: 1_000, noWaitAfter: true }).catch(() => {});
  return name.replace(/\s+/g, " ").slice(0, 60);
}

async function step(page: Page, roll: (below: number) => number) {
  const kind = roll(20);
  if (kind < 2) {
    await page.goBack({ timeout: 3_000, waitUntil: "commit" }).catch(() => {});
    // Before the first page there is none of ours.
    if (page.url() === "about:blank") await page.goForward({ waitUntil: "commit" }).catch(() => page.goto("/inbox"));
    return "Back";
  }
  if (kind < 6) {
    const key = KEYS[roll(KEYS.length)];
    await page.keyboard.press(key);
    return `key ${key}`;
  }
  if (kind < 9) return click(page, roll, "summary:visible, button[type=button]:visible");
  return click(page, roll, 'a[href^="/"]:visible:not([target], [download], [href*="/api/"], [href*="/files/"], [href*="/raw"]), a[href^="?"]:visible');
}

/** A colleague's change of the ticket that is open. */
async function disturb(page: Page, number: string, roll: (below: number) => number) {
  const headers = { authorization: `Bearer ${DEMO.secretKey}` };
  const priority = ["low", "normal", "high", "urgent"][roll(4)];
  await page.request.patch(`/api/v1/tickets/${number}`, { data: { priority }, headers });
  if (roll(2)) await page.request.post(`/api/v1/tickets/${number}/messages`, { data: { kind: "note", body_text: `Seen at ${Date.now()}` }, headers });
}

/** The page still lives: its keys do what they do, and a ticket has its editor. */
async function check(page: Page, deep: boolean) {
  await expect(page.getByText("Something went wrong on this page"), "the red bar").toHaveCount(0);
  if (await isPlain(page)) return;
  await expect(page.locator("html[data-hydrated]"), "the browser half").toHaveCount(1);
  await expect(page.locator(".live-state").first(), "the stream").toHaveText("", { timeout: 8_000 });
  if (numberOf(page)) await expect(page.locator(".composer [contenteditable=true]").first(), "the editor").toBeAttached();
  if (!deep) return;
  // A dialog with words in it asks what becomes of them; another Escape would keep them.
  const discard = page.getByRole("button", { name: "Discard it" });
  for (let n = 0; n < 4; n++) {
    await page.keyboard.press("Escape");
    if (await discard.isVisible()) await discard.click();
  }
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help, "the page reacts to a key").toBeVisible();
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
}

for (const walk of ["one", "another"]) {
  test(`nothing breaks on a random walk: ${walk}`, async ({ page, watch }) => {
    test.setTimeout(60_000 + STEPS * 2_500);
    const seed = process.env.WALK_SEED ? Number(process.env.WALK_SEED) + (walk === "one" ? 0 : 1) : Math.floor(Math.random() * 2 ** 31);
    const roll = dice(seed);
    // Two may change the same thing, and what was left is not there any more.
    watch.allow(/status of 40[49]/);
    // The browser says so for each frame in which scripts may not run, as a recorded page's.
    watch.allow(/Blocked script execution in '(data:|about:blank)/);
    page.on("dialog", (dialog) => void dialog.dismiss().catch(() => {}));
    await login(page);
    await page.goto("/inbox");
    const trail: string[] = [];
    try {
      for (let n = 1; n <= STEPS; n++) {
        const did = await step(page, roll);
        if (!did) continue;
        trail.push(did);
        await page.waitForTimeout(150 + roll(300));
        const number = numberOf(page);
        if (number && roll(3) === 0) await disturb(page, number, roll);
        await check(page, n % 12 === 0);
        expect(watch.unexpected(), "problems in the browser").toEqual([]);
      }
    } catch (error) {
      const way = trail.slice(-8).join(" → ");
      throw new Error(`WALK_SEED=${walk === "one" ? seed : seed - 1}, at ${page.url()} after ${way}`, { cause: error });
    }
    console.log(`walked ${trail.length} steps with seed ${seed}`);
  });
}
