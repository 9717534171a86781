import { defineConfig } from "@playwright/test";
import { browser } from "./browser.mjs";

export default defineConfig({
  testDir: "tests",
  // Flows share one server and one database: each makes the data that it changes.
  fullyParallel: true,
  workers: Number(process.env.WORKERS ?? 2),
  forbidOnly: !!process.env.CI,
  // A shared machine may stand still for a second: there a flow has a second try. Whatever needed
  // it is named at the end, and more than a few of them fail the run (reporter.ts).
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 5_000 },
  reporter: [["list"], ["./reporter.ts"]],
  use: {
    baseURL: process.env.RAPPORT_URL ?? "http://127.0.0.1:3000",
    browserName: "chromium",
    launchOptions: browser,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
