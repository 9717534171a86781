// From a ticket to a second of a recorded session, and back with a note that shows it.
import type { Page } from "@playwright/test";
import { axe, expect, login, test } from "../fixtures";

/** The browser says so for each frame in which scripts may not run, whoever looks into it. */
const NO_SCRIPTS = /Blocked script execution in '(data:|about:blank)/;

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });

test("a second of a session is chosen in a ticket, and stands there as a note with a link and a picture", async ({ page, watch }) => {
  watch.allow(NO_SCRIPTS);
  await login(page);
  await page.goto("/customers?q=alex");
  await page.locator(".customer-row a.name").filter({ hasText: "Alex" }).first().click();
  await page.getByRole("region", { name: "Tickets" }).getByRole("link").filter({ hasText: /#\d+/ }).first().click();
  await expect(pane(page)).toBeVisible();
  const ticket = page.url();

  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("link", { name: "Note with a recorded second…" }).click();
  await expect(page.getByText(/for a note in #\d+/)).toBeVisible();
  await axe(page, "main");
  // A filter keeps what one came for.
  await page.getByLabel("Device").selectOption("desktop");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.locator(".session-row a").first().click();

  // What lies under the pointer, before one goes there.
  const seek = page.getByRole("slider", { name: "Position" });
  await expect(page.frameLocator('iframe[title="Recording"]').frameLocator("iframe").locator("body")).toContainText(/\S/);
  await seek.hover({ position: { x: 200, y: 8 } });
  await expect(page.frameLocator('iframe[title="Preview"]').frameLocator("iframe").locator("body")).toContainText(/\S/);
  await page.mouse.move(0, 0);
  await expect(page.locator("[data-tip]")).toBeHidden();

  await page.keyboard.press("ArrowRight");
  await expect(page.locator("[data-second]")).toHaveText("0:05");
  const note = `Seen there ${Date.now()}`;
  await page.getByLabel("Note", { exact: true }).fill(note);
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page).toHaveURL(ticket);
  const written = pane(page).locator("article").filter({ hasText: note });
  await expect(written.getByRole("link", { name: "Session at 0:05" })).toHaveAttribute("href", /\/sessions\/rec_\w+\?t=5$/);
  const picture = written.getByRole("button").getByRole("img").first();
  const bytes = await (await page.request.get((await picture.getAttribute("src"))!)).body();
  // No blank sheet: text and boxes make for many different shades.
  const shades = await page.evaluate(async (base64) => {
    const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([raw])).catch(() => undefined);
    if (!image) return { width: 0, shades: 0 };
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const seen = new Set<number>();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return { width: image.width, shades: seen.size };
  }, bytes.toString("base64"));
  expect(shades.width).toBeGreaterThan(300);
  expect(shades.shades).toBeGreaterThan(50);

  // The link leads to that very second, beside the ticket.
  const opened = page.waitForEvent("popup");
  await written.getByRole("link", { name: "Session at 0:05" }).click();
  await expect((await opened).locator("[data-clock]")).toHaveText("0:05");
});
