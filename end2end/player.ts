// The player, as flows look into it.
import { expect, type Frame, type Page } from "@playwright/test";

/** The frame in which the recorded page stands. */
export async function recorded(page: Page): Promise<Frame> {
  let found: Frame | undefined;
  await expect(async () => {
    for (const frame of page.frames()) {
      if (frame.parentFrame()?.parentFrame() !== page.mainFrame()) continue;
      if (await frame.evaluate(() => Boolean(document.body?.children.length)).catch(() => false)) found = frame;
    }
    expect(found).toBeTruthy();
  }).toPass({ timeout: 10_000 });
  return found!;
}

/** Seeks to a share of the session. The last of it may come while it is watched: its end is where it is then. */
export const seekTo = (page: Page, share: number) =>
  page.getByRole("slider", { name: "Position" }).evaluate((field: HTMLInputElement, share) => {
    field.value = String(Number(field.max) * share);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, share);

export const toTheEnd = (page: Page) => seekTo(page, 1);
