import { crc32, deflateSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { api, axe, eachTheme, expect, login, noJs, test } from "../fixtures";

/** A picture of coloured stripes. */
function png(width: number, height: number) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows.set([(x * 255) / width, (y * 255) / height, 160], y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([mark, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** A page with a line of text. */
function pdf(text: string) {
  const line = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${line.length} >>\nstream\n${line}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let file = "%PDF-1.4\n";
  const places = objects.map((object, n) => {
    const place = file.length;
    file += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const lines = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 6\n0000000000 65535 f \n${lines}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

/** A ticket of this test alone, whose customer sent a picture, a PDF, a text, and a page that says it is a picture. */
async function ticket(page: Page) {
  const email = `f${Date.now()}${Math.floor(Math.random() * 1e6)}@files.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: "Fay Files" });
  const subject = "Files of all kinds";
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject, channel: "email" });
  const file = (file_name: string, content_type: string, data: Buffer) => {
    return { file_name, content_type, data: data.toString("base64") };
  };
  await api(page, `/api/v1/tickets/${number}/messages`, {
    kind: "customer",
    body_text: "This is what I see:",
    attachments: [
      file("screen.png", "image/png", png(900, 600)),
      file("invoice.pdf", "application/pdf", pdf("Invoice 4711")),
      file("log.txt", "text/plain", Buffer.from("line 1\n<b>line 2</b>\n")),
      file("trap.png", "image/png", Buffer.from("<!doctype html><script>alert(1)</script>")),
    ],
  });
  return `/customers/${id}/tickets/${number}`;
}

const message = (page: Page) => page.getByRole("article", { name: "Fay Files wrote" });
const width = (page: Page, picture: string) =>
  page.locator(picture).evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));

eachTheme("a picture is small in the thread and opens large, by keyboard", async ({ page }) => {
  await login(page);
  await page.goto(await ticket(page));
  const small = message(page).getByRole("button", { name: "Enlarge screen.png" });
  await expect(small).toBeVisible();
  expect(await width(page, ".picture img")).toBe(480);
  await small.press("Enter");
  const large = page.getByRole("dialog", { name: "screen.png" });
  await expect(large).toBeVisible();
  expect(await width(page, ".large > img")).toBe(900);
  await axe(page, ".large");
  await page.keyboard.press("Escape");
  await expect(large).toBeHidden();
  await expect(small).toBeFocused();
  // Escape closed the picture, not the ticket.
  await expect(message(page)).toBeVisible();
  await page.getByRole("textbox", { name: "Message" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Attach files" }).click()]);
  await chooser.setFiles({ name: "chart.png", mimeType: "image/png", buffer: png(60, 40) });
  await expect(page.getByRole("button", { name: "Remove chart.png" })).toBeVisible();
  await axe(page, ".ticket");
});

test("a PDF and a text open in the browser's own viewer, and a trap in none", async ({ page, context, watch }) => {
  // The test itself looks into the sandbox, where nothing runs and no icon is ours.
  watch.allow(/Blocked script execution|favicon\.ico/);
  await login(page);
  await page.goto(await ticket(page));
  const link = (name: RegExp) => message(page).getByRole("link", { name });
  const tab = context.waitForEvent("page");
  await link(/log\.txt/).click();
  const text = await tab;
  await expect(text.locator("body")).toHaveText("line 1 <b>line 2</b>");
  // The viewer stands in a page of its own that nobody can look into, and whose opening is not
  // always told to a test: so it is opened in the tab that is there, and downloads nothing.
  await expect(link(/invoice\.pdf/)).toHaveAttribute("target", "_blank");
  const address = await link(/invoice\.pdf/).getAttribute("href");
  const answer = await text.goto(new URL(address ?? "", page.url()).href);
  expect(answer?.headers()["content-type"]).toBe("application/pdf");
  await expect(text).toHaveURL(/\/files\/attachments\/att_/);
  const file = await page.request.get(text.url(), { headers: { range: "bytes=0-4" } });
  expect([file.status(), file.headers()["content-type"], await file.text()]).toEqual([206, "application/pdf", "%PDF-"]);
  const trap = page.waitForEvent("download");
  await message(page).getByRole("link", { name: /trap\.png/ }).click();
  expect((await trap).suggestedFilename()).toBe("trap.png");
});

noJs("without scripts files are chosen, sent, and come back when the answer does", async ({ page }) => {
  await login(page);
  await page.goto(await ticket(page));
  await message(page).getByRole("button", { name: "Enlarge screen.png" }).click();
  await expect(page.getByRole("dialog", { name: "screen.png" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByText("Attach files").click();
  const files = page.getByLabel("Files", { exact: true });
  await files.setInputFiles({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByRole("alert")).toHaveText("This file is empty.");
  await page.getByText("Attach files").click();
  await files.setInputFiles([
    { name: "chart.png", mimeType: "image/png", buffer: png(60, 40) },
    { name: "all.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n") },
    { name: "wrong.csv", mimeType: "text/csv", buffer: Buffer.from("c\n") },
  ]);
  await page.getByRole("button", { name: "Upload" }).click();
  const waiting = page.getByRole("list", { name: "Files of the next message" }).getByRole("listitem");
  await expect(waiting).toHaveCount(3);
  await page.getByRole("button", { name: "Remove wrong.csv" }).click();
  await expect(waiting).toHaveCount(2);

  await page.getByRole("textbox", { name: "Message" }).fill("Here is all of it.");
  await page.getByRole("button", { name: "Send", exact: false }).first().click();
  const answer = page.getByRole("article", { name: "Priya Raman wrote" });
  await expect(answer.getByRole("button", { name: "Enlarge chart.png" })).toBeVisible();
  await expect(answer.getByRole("link", { name: /all\.csv/ })).toBeVisible();
  await expect(waiting).toHaveCount(0);

  await answer.getByRole("button", { name: "Undo" }).click();
  await expect(answer).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveValue("Here is all of it.");
  await expect(waiting).toHaveCount(2);
});
