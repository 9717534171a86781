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
