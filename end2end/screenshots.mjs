// Takes the pictures of docs/screenshots: every page with a name, and the pages of one customer, ticket, account and
// session, from the demo; light and dark, on a desk and on a phone.
//   end2end/run.sh screenshots.mjs [page…]     (`make screenshots` builds first)
// What is not a page any more goes. Together they may weigh 4 MB, for each renewal stays in the history.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "@playwright/test";
import { browser as options } from "./browser.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const OUT = join(ROOT, "docs/screenshots");
const BASE = process.env.RAPPORT_URL ?? "http://127.0.0.1:3000";
const HEAVIEST = 4_000_000;
const SIZES = { 1440: { width: 1440, height: 900 }, 360: { width: 360, height: 780 } };
const THEMES = ["light", "dark"];
/** Pictures that no page gives. */
const DRAWN = ["drawn-before-now.png"];

const only = process.argv.slice(2);
const chrome = await chromium.launch(options);
const pages = [...named(), ...(await others())].filter(({ name }) => only.length === 0 || only.includes(name));
mkdirSync(OUT, { recursive: true });
const taken = new Set();
let problems = 0;
for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const context = await chrome.newContext({
      baseURL: BASE,
      viewport,
      colorScheme: theme,
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "Europe/London",
    });
    await shoot(context, pages.filter((page) => page.out), theme, size);
    await context.request.post("/login", { form: { email: "priya@acme.example", password: "rapport-demo", next: "" } });
    await shoot(context, pages.filter((page) => !page.out), theme, size);
    await context.close();
  }
}
await chrome.close();
if (only.length === 0) {
  for (const file of readdirSync(OUT)) if (!taken.has(file) && !DRAWN.includes(file)) rmSync(join(OUT, file));
}
const bytes = readdirSync(OUT).reduce((sum, file) => sum + statSync(join(OUT, file)).size, 0);
console.log(`${taken.size} pictures; docs/screenshots weighs ${(bytes / 1e6).toFixed(2)} MB`);
if (bytes > HEAVIEST) fail(`more than ${HEAVIEST / 1e6} MB`);
process.exit(problems > 0 ? 1 : 0);

/** The pages of the one table of pages: what is added there is taken from that day on. */
function named() {
  const table = readFileSync(join(ROOT, "app/src/page_table.rs"), "utf8");
  const rows = [...table.matchAll(/^ {4}([A-Z_]+): "(\/[^"]+)"/gm)];
  if (rows.length < 20) throw new Error("app/src/page_table.rs is not read any more as it is written");
  return rows.map(([, name, path]) => ({ name: name.toLowerCase().replaceAll("_", "-"), path }));
}

/** The pages of the demo's main customer, and those for whoever is not logged in. */
async function others() {
  const context = await chrome.newContext({ baseURL: BASE });
  const api = async (path) => {
    const answer = await context.request.get(`/api/v1/${path}`, { headers: { Authorization: "Bearer rsk_demo_secret" } });
    if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: is this the demo?`);
    return answer.json();
  };
  const { items: [alex] } = await api("customers?q=Alex%20Morgan");
  const { items: tickets } = await api("tickets?limit=200");
  // The demo's story is that of their newest ticket.
  const { number } = tickets.find((ticket) => ticket.customer.id === alex.id);
  const { items: [session] } = await api(`customers/${alex.id}/recordings`);
  await context.close();
  const customer = `/customers/${alex.id}`;
  return [
    { name: "timeline", path: customer },
    { name: "ticket", path: `${customer}/tickets/${number}` },
    { name: "about", path: `${customer}?pane=info`, sizes: ["360"] },
    { name: "account", path: `/accounts/${alex.account.id}` },
    { name: "session", path: `${customer}/sessions/${session.id}` },
    { name: "api", path: "/api/docs" },
    { name: "login", path: "/login", out: true },
  ];
}

async function shoot(context, pages, theme, size) {
  const page = await context.newPage();
  let at = "";
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) fail(`${at}: ${message.text()}`);
  });
  page.on("pageerror", (error) => fail(`${at}: ${error.message}`));
  const cdp = await context.newCDPSession(page);
  for (const { name, path, sizes } of pages) {
    if (sizes && !sizes.includes(size)) continue;
    const file = `${name}-${size}-${theme}.webp`;
    at = file;
    const answer = await page.goto(path, { waitUntil: "load" });
    if (!answer?.ok()) fail(`${path} answered ${answer?.status()}`);
    await page.evaluate(() => document.fonts.ready);
    // A live stream never goes idle, so a moment is all that can be waited for.
    await page.waitForTimeout(name === "session" ? 2_500 : 600);
    // Chromium writes WebP by itself; Playwright asks it for PNG and JPEG alone.
    const { data } = await cdp.send("Page.captureScreenshot", { format: "webp", quality: 60 });
    writeFileSync(join(OUT, file), Buffer.from(data, "base64"));
    taken.add(file);
  }
  await page.close();
}

function fail(what) {
  console.error(what);
  problems += 1;
}
