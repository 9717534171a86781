// The first hour: from an empty database through set-up to a workspace that has what it needs.
import { axe, expect, test } from "../fixtures";
import { ownServer, ready, setUp } from "../own_server";

test("a fresh server leads through its first hour", async ({ browser, watch }) => {
  test.setTimeout(120_000);
  watch.allow(/404/);
  const server = await ownServer();
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
    const page = await setUp(context);
    await expect(page.getByRole("heading", { level: 1, name: "Get started" })).toBeVisible();
    await axe(page);
    const step = (name: string) => page.getByRole("listitem", { name });

    // The key is real, and the page says by itself that something came.
    await page.getByRole("button", { name: "Make a key: Send a first event" }).click();
    const lines = await step("Send a first event").locator("pre").first().textContent();
    const key = /Bearer (rsk_[\w-]+)/.exec(lines ?? "")?.[1] ?? "";
    const address = /curl (\S+)/.exec(lines ?? "")?.[1] ?? "";
    const body = /-d '([\s\S]*)'/.exec(lines ?? "")?.[1] ?? "";
    await expect(step("Send a first event")).toContainText("Nothing received yet");
    // What was refused is nothing that arrived.
    const refused = await fetch(`${server.url}/api/v1/events`, { method: "POST", body: '{"name": "odd", "customer": {"nobody": 1}}', headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } });
    expect(await refused.text()).toContain("rejected");
    // The page looks by itself, and finds nothing.
    await page.waitForTimeout(3_000);
    await expect(step("Send a first event")).toContainText("Nothing received yet");
    const answer = await fetch(address, { method: "POST", body, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } });
    expect(answer.status, await answer.text()).toBe(200);
    await expect(step("Send a first event")).toContainText("Received", { timeout: 10_000 });
    // It is on somebody's timeline, as the step promises.
    await expect(async () => {
      await page.goto("/customers");
      await page.getByRole("link", { name: "Ada King" }).first().click({ timeout: 1_000 });
    }).toPass({ timeout: 10_000 });
    await expect(page.locator(".event").filter({ hasText: "Signed up" })).toHaveCount(1);
    await page.goto("/get-started");

    // What is left out can be taken in again.
    await page.getByRole("button", { name: "Skip: Connect a mailbox" }).click();
    await expect(step("Connect a mailbox")).toContainText("Skipped");
    await page.getByRole("button", { name: "Bring back: Connect a mailbox" }).click();
    await page.getByRole("button", { name: "Skip: Connect a mailbox" }).click();

    // The sample customer comes whole, and goes by one click.
    await page.getByRole("button", { name: "Add the sample customer" }).click();
    await page.getByRole("link", { name: "Open Ada Sample" }).click();
    await ready(page);
    await expect(page.locator(".contact")).toContainText("Ada Sample");
    await expect(page.getByText("Export of my report fails").first()).toBeVisible();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Get started" }).click();
    await ready(page);
    await page.getByRole("button", { name: "Remove the sample" }).click();
    await expect(step("Try a sample customer")).toContainText("Done");
    await page.goto("/customers");
    await ready(page);
    await expect(page.getByText("Ada Sample")).toHaveCount(0);

    for (const name of ["Put the SDK on your site", "Invite a colleague", "Choose what the info pane shows"]) {
      await page.goto("/get-started");
      await page.getByRole("button", { name: `Skip: ${name}` }).click();
    }
    await page.getByRole("button", { name: "All done. Close this page" }).click();
    await expect(page.getByText("This workspace is set up")).toBeVisible();
    await page.getByRole("link", { name: "To the inbox" }).click();
    await ready(page);
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Get started" })).toHaveCount(0);
    await context.close();
  } finally {
    await server.stop();
  }
});
