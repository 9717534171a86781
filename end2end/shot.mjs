// Takes a picture of a page of a running server, logged in as the demo's agent.
//   node end2end/shot.mjs <path> <out.png> [--dark] [--size 1440x900] [--nojs] [--full] [--out]
//     --full  the whole page, not only what fits     --out  not logged in
//   RAPPORT_URL names the server (http://127.0.0.1:3000). Prints what the console complains of.
import { chromium } from "@playwright/test";
import { browser } from "./browser.mjs";

const args = process.argv.slice(2);
const flag = (name) => args.includes(name) && !!args.splice(args.indexOf(name), 1);
const dark = flag("--dark");
const noJs = flag("--nojs");
const fullPage = flag("--full");
const loggedOut = flag("--out");
let [width, height] = [1440, 900];
const sizeAt = args.indexOf("--size");
if (sizeAt >= 0) [width, height] = args.splice(sizeAt, 2)[1].split("x").map(Number);
const [path, out] = args;
if (!path || !out) {
  console.error("usage: node end2end/shot.mjs <path> <out.png> [--dark] [--size 1440x900] [--nojs] [--full] [--out]");
  process.exit(2);
}

const chrome = await chromium.launch(browser);
const context = await chrome.newContext({
  baseURL: process.env.RAPPORT_URL ?? "http://127.0.0.1:3000",
  viewport: { width, height },
  colorScheme: dark ? "dark" : "light",
  javaScriptEnabled: !noJs,
});
if (!loggedOut) {
  const answer = await context.request.post("/login", {
    form: { email: "priya@acme.example", password: "rapport-demo", next: "" },
  });
  if (!answer.ok()) console.error(`login answered ${answer.status()}`);
}
const page = await context.newPage();
page.on("console", (message) => {
  if (["error", "warning"].includes(message.type())) console.error(`console ${message.type()}: ${message.text()}`);
});
page.on("pageerror", (error) => console.error(`page error: ${error.message}`));
const response = await page.goto(path, { waitUntil: "load" });
console.log(`${response?.status()} ${page.url()}`);
// A live stream never goes idle, so a moment is all that can be waited for.
if (!noJs) await page.waitForTimeout(800);
await page.screenshot({ path: out, fullPage });
await chrome.close();
