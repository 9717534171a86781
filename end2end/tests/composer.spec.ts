// Writing: formatting, pictures and files, macros, recipients, people named in notes, send as and snooze.
import { DEMO, api, axe, eachTheme, expect, login, noJs, test, waiting } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const box = (page: Page) => pane(page).getByRole("textbox", { name: "Message" });
const articles = (page: Page) => pane(page).getByRole("article");

async function ticket(page: Page) {
  const mark = `w${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@mail.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Wanda ${mark}` });
  const { number } = await api(page, "/api/v1/tickets", { customer: { email }, subject: `Write ${mark}`, channel: "email" });
  return { mark, number, url: `/customers/${id}/tickets/${number}` };
}

/** The ticket as the REST API tells it. */
async function stored(page: Page, number: number) {
  const answer = await page.request.get(`/api/v1/tickets/${number}`, { headers: { authorization: `Bearer ${DEMO.secretKey}` } });
  return answer.json();
}

/** A ticket by mail that proves nothing, with somebody in copy. */
async function mailed(page: Page) {
  const mark = `c${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const headers = [`From: Cora <${mark}@mail.example>`, "To: support@acme.example", `Cc: boss-${mark}@mail.example`, `Subject: Copy ${mark}`, `Message-ID: <${mark}@mail.example>`];
  const answer = await page.request.post("/api/v1/inbound/email", {
    data: [...headers, "", `Help with ${mark}`, ""].join("\r\n"),
    headers: { authorization: `Bearer ${DEMO.secretKey}`, "content-type": "message/rfc822" },
  });
  const { ticket_number, customer_id } = await answer.json();
  return { mark, url: `/customers/${customer_id}/tickets/${ticket_number}` };
}

async function open(page: Page) {
  await login(page);
  const made = await ticket(page);
  await page.goto(made.url);
  await pane(page).locator(".editor").waitFor();
  await box(page).click();
  return made;
}

test("what is formatted looks so while it is written, and once it is sent", async ({ page }) => {
  await open(page);
  await page.keyboard.type("Hi ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("Wanda");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(", see");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- first");
  await page.keyboard.press("Enter");
  await page.keyboard.type("sec*nd*");
  await expect(box(page).locator("strong")).toHaveText("Wanda");
  await expect(box(page).locator("li")).toHaveCount(2);
  const bold = pane(page).getByRole("button", { name: /^Bold/ });
  await expect(bold).toHaveAttribute("aria-pressed", "false");

  // A link on the word that is chosen.
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("javascript:alert(1)");
  await page.keyboard.press("Enter");
  await expect(pane(page).getByLabel("Address of the link")).toHaveAttribute("aria-invalid", "true");
  await pane(page).getByLabel("Address of the link").fill("docs.example/a?b=1");
  await page.keyboard.press("Enter");
  await expect(box(page).getByRole("link")).toHaveAttribute("href", "https://docs.example/a?b=1");

  await page.keyboard.press("Control+Enter");
  const sent = articles(page).last();
  await expect(sent.locator("strong")).toHaveText("Wanda");
  await expect(sent.locator("li").last()).toHaveText("sec*nd*");
  await expect(sent.getByRole("link", { name: "sec*nd*" })).toHaveAttribute("href", "https://docs.example/a?b=1");
  await expect(box(page)).toHaveText("");
});

test("a key acts on what is selected, also before the browser has told of the selection", async ({ page }) => {
  await open(page);
  await page.keyboard.type("see here");
  // Both in one task: no selectionchange comes between.
  await box(page).evaluate((text) => {
    const word = text.querySelector("p")!.firstChild!;
    getSelection()!.setBaseAndExtent(word, 4, word, 8);
    text.dispatchEvent(new KeyboardEvent("keydown", { key: "b", code: "KeyB", keyCode: 66, ctrlKey: true, bubbles: true, cancelable: true }));
  });
  await expect(box(page).locator("strong")).toHaveText("here");
});

test("a draft with formatting outlives a reload", async ({ page }) => {
  await open(page);
  await pane(page).getByRole("button", { name: /^Quote/ }).click();
  await page.keyboard.type("as you said");
  await expect(box(page).locator("blockquote")).toHaveText("as you said");
  await page.reload();
  await expect(box(page).locator("blockquote")).toHaveText("as you said");
});

test("/ offers macros, filled in for the ticket, and says what they are going to do", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const name = `Greeting ${Date.now()}`;
  await page.goto("/settings/macros");
  await page.getByRole("link", { name: "New macro" }).click();
  const form = page.getByRole("form", { name: "New macro" });
  await form.getByLabel("Name").fill(name);
  await form.getByRole("textbox", { name: "Text" }).fill("Hi {{customer.nam}}");
  // While one types, the preview shows what it makes of a ticket.
  await expect(form.getByRole("region", { name: "Preview" })).toContainText("There is no {{customer.nam}}");
  await form.getByRole("button", { name: "Create macro" }).click();
  await expect(form).toContainText("There is no {{customer.nam}}");
  await form.getByRole("textbox", { name: "Text" }).fill("Hi **{{customer.first_name}}**,\n\nabout #{{ticket.number}}:{{account.name}}");
  await form.getByLabel("Add tags").fill("greeted, friendly");
  await form.getByLabel("Status").selectOption({ label: "Closed" });
  await form.getByLabel("Assignee").selectOption({ label: "The person who applies it" });
  await axe(page);
  await form.getByRole("button", { name: "Create macro" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Macro created" })).toBeVisible();

  const { number } = await open(page);
  await page.keyboard.type(`/${name}`);
  const offers = pane(page).getByRole("listbox", { name: "Suggestions" });
  await expect(offers.getByRole("option", { name })).toHaveAttribute("aria-selected", "true");
  await axe(page);
  await page.keyboard.press("Enter");
  await expect(offers).toBeHidden();
  await expect(box(page).locator("p")).toHaveText(["Hi Wanda,", `about #${number}:`]);
  await expect(box(page).locator("strong")).toHaveText("Wanda");
  // Each thing it does can be left out, and what it does not know is said.
  const deeds = pane(page).getByRole("group", { name: "What happens to the ticket" });
  await expect(deeds).toContainText("adds greeted");
  await expect(deeds).toContainText("sets Closed");
  await expect(deeds).toContainText("account.name is not known here");
  await deeds.getByRole("button", { name: "Leave out: sets Closed" }).click();
  await deeds.getByRole("button", { name: "Leave out: adds friendly" }).click();
  await axe(page, ".ticket");
  // The focus stays among what can be left out.
  await expect(deeds.locator(":focus")).toHaveCount(1);
  // Escape closes the list and nothing else.
  await box(page).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/gree");
  await expect(offers).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(offers).toBeHidden();
  await expect(box(page)).toBeFocused();
  for (let n = 0; n < 5; n++) await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+Enter");
  await expect(articles(page)).toHaveCount(1);
  await expect(deeds).not.toContainText("greeted");
  const made = await stored(page, number);
  expect(made.tags).toEqual(["greeted"]);
  expect([made.status, made.assignee.name]).toEqual(["open", "Priya Raman"]);
  // Taken back, all of it is.
  await pane(page).getByRole("button", { name: "Undo" }).click();
  await expect(articles(page)).toHaveCount(0);
  const back = await stored(page, number);
  expect([back.tags, back.status, back.assignee ?? null]).toEqual([[], "new", null]);
});

test("what a macro does goes with its text, and stays with the kind of message", async ({ page }) => {
  await login(page);
  const name = `Parting ${Date.now()}`;
  await page.goto("/settings/macros?edit=new");
  const form = page.getByRole("form", { name: "New macro" });
  await form.getByLabel("Name").fill(name);
  await form.getByRole("textbox", { name: "Text" }).fill("Good bye, and thank you for all the words that you wrote to us about this and about that");
  await form.getByLabel("Status").selectOption({ label: "Closed" });
  await form.getByRole("button", { name: "Create macro" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Macro created" })).toBeVisible();
  const { number } = await open(page);
  const does = pane(page).getByRole("group", { name: "What happens to the ticket" });
  const choose = async () => {
    await page.keyboard.type(`/${name}`);
    const offer = pane(page).getByRole("listbox", { name: "Suggestions" }).getByRole("option", { name });
    // Before it is chosen one reads that it closes.
    await expect(offer).toContainText("sets Closed · Good bye");
    await page.keyboard.press("Enter");
    await expect(does).toContainText("sets Closed");
  };
  await choose();
  await page.keyboard.press("Control+z");
  await expect(does).toBeEmpty();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Backspace");
  await choose();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Backspace");
  await expect(does).toBeEmpty();
  await choose();
  // A note does nothing of what the answer would.
  await pane(page).getByText("Internal note", { exact: true }).click();
  await expect(does).toBeEmpty();
  await box(page).click();
  await page.keyboard.type("Just a note");
  await page.keyboard.press("Control+Enter");
  await expect(articles(page)).toHaveCount(1);
  expect((await stored(page, number)).status).toBe("new");
  await pane(page).getByText("Reply", { exact: true }).click();
  await expect(does).toContainText("sets Closed");
});

test("the macros button lists them by folder, and a note can act too", async ({ page }) => {
  const { number } = await open(page);
  await pane(page).getByText("Internal note", { exact: true }).click();
  await page.keyboard.type("On it. ");
  await pane(page).getByRole("button", { name: "Macros" }).click();
  const menu = pane(page).getByRole("dialog", { name: "Macros" });
  await expect(menu).toContainText("Bugs");
  await axe(page, ".ticket");
  await menu.getByRole("searchbox").fill("take");
  await expect(menu.getByRole("button", { name: /^Take it/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(menu).toBeHidden();
  await expect(box(page)).toBeFocused();
  await expect(pane(page).getByRole("group", { name: "What happens to the ticket" })).toContainText("assigns to you");
  // What the button says comes last: it counts.
  await pane(page).getByLabel("With a status…").click();
  await pane(page).getByRole("button", { name: "Closed", exact: true }).click();
  await expect(articles(page).last()).toContainText("On it.");
  const made = await stored(page, number);
  expect([made.status, made.assignee.name]).toEqual(["closed", "Priya Raman"]);
});

test("Send as is remembered, unless it closes", async ({ page }) => {
  const { number } = await open(page);
  const send = pane(page).getByRole("button", { name: /^Send(?! and)/ });
  await page.keyboard.type("Please look.");
  await pane(page).getByLabel("With a status…").click();
  await pane(page).getByRole("button", { name: "With engineering" }).click();
  await expect(articles(page).last()).toContainText("Please look.");
  // The composer rests until somebody writes.
  await box(page).click();
  await expect(send).toContainText("as With engineering");
  expect((await stored(page, number)).status).toBe("pending");
  await page.reload();
  await box(page).click();
  await expect(send).toContainText("as With engineering");
  await pane(page).getByLabel("With a status…").click();
  await pane(page).getByRole("button", { name: "Send without changing the status" }).click();
  await expect(send).not.toContainText("as With");
});

test("who is left out is named and added by a click; signature and quote leave as shown", async ({ page }) => {
  await login(page);
  const { mark, url } = await mailed(page);
  await page.goto(url);
  await pane(page).locator(".editor").waitFor();
  const left = pane(page).getByRole("list", { name: "Not among the recipients" });
  await expect(left).toContainText(`Cc: boss-${mark}@mail.example, not added, sender unverified`);
  await page.setViewportSize({ width: 360, height: 780 });
  await expect(left.getByRole("link", { name: /^Add boss/ })).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 1440, height: 900 });
  await left.getByRole("link", { name: /^Add boss/ }).click();
  await expect(left).toHaveCount(0);
  await expect(pane(page).locator(".recipients summary")).toContainText(`Cc: boss-${mark}@mail.example`);
  await box(page).click();
  await page.keyboard.type("Here you are.");
  await pane(page).getByLabel("Signature of this mail").fill(`Priya, for ${mark}`);
  await pane(page).getByLabel("Quote the last message").check();
  await pane(page).getByLabel("Quoted message").click();
  const quoted = (await pane(page).locator(".below pre").textContent()) ?? "";
  expect(quoted).toContain(`> Help with ${mark}`);
  await axe(page, ".ticket");
  await box(page).click();
  await page.keyboard.press("Control+Enter");
  await expect(articles(page).last()).toContainText("Here you are.");
  await expect(pane(page).getByLabel("Signature of this mail")).not.toHaveValue(/Priya, for/);
});

test("an answer that is taken back has its words and its copies again", async ({ page }) => {
  await login(page);
  const { mark, url } = await mailed(page);
  await page.goto(url);
  await pane(page).locator(".editor").waitFor();
  await pane(page).getByRole("link", { name: /^Add boss/ }).click();
  const recipients = pane(page).locator(".recipients summary");
  await expect(recipients).toContainText(`Cc: boss-${mark}@mail.example`);
  await box(page).click();
  await page.keyboard.type("It is *not* _yet_ done.");
  const signature = pane(page).getByLabel("Signature of this mail");
  const quote = pane(page).getByLabel("Quote the last message");
  await signature.fill("Priya, for once");
  await quote.check();
  // An unfinished answer keeps all of it.
  await page.reload();
  await pane(page).locator(".editor").waitFor();
  await expect(box(page)).toContainText("It is not yet done.");
  await box(page).click();
  await expect(signature).toHaveValue("Priya, for once");
  await expect(quote).toBeChecked();
  await expect(recipients).toContainText(`Cc: boss-${mark}@mail.example`);
  await page.keyboard.press("Control+Enter");
  const sent = articles(page).last();
  await expect(sent).toContainText("It is not yet done.");
  await expect(sent.locator("em")).toHaveText(["not", "yet"]);
  await expect(signature).not.toHaveValue("Priya, for once");
  await sent.getByRole("button", { name: /^Undo/ }).click();
  await expect(box(page)).toContainText("It is not yet done.");
  await expect(signature).toHaveValue("Priya, for once");
  await expect(quote).toBeChecked();
  await expect(recipients).toContainText(`Cc: boss-${mark}@mail.example`);
});

noJs("without scripts whoever is left out is added by a link", async ({ page }) => {
  await login(page);
  const { mark, url } = await mailed(page);
  await page.goto(`${url}?cc=mallory@evil.example`);
  await expect(pane(page).locator(".recipients summary")).not.toContainText("mallory");
  await pane(page).getByRole("link", { name: /^Add boss/ }).click();
  await expect(pane(page).locator(".recipients summary")).toContainText(`Cc: boss-${mark}@mail.example`);
});

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC";

test("files are chosen, dropped and pasted, taken off again, and leave with the message", async ({ page, watch }) => {
  watch.allow(/422/);
  const { number } = await open(page);
  const waiting = pane(page).getByRole("list", { name: "Files of the next message" });
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), pane(page).getByRole("button", { name: "Attach files" }).click()]);
  // What others do at that moment hides nothing.
  await api(page, `/api/v1/tickets/${number}/messages`, { kind: "customer", body_text: "And this?" });
  await expect(articles(page)).toHaveCount(1);
  await chooser.setFiles([
    { name: "report.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") },
    { name: "wrong.txt", mimeType: "text/plain", buffer: Buffer.from("not this one") },
  ]);
  await expect(waiting.getByRole("listitem")).toHaveCount(2);
  await waiting.getByRole("button", { name: "Remove wrong.txt" }).click();
  await expect(waiting.getByRole("listitem")).toHaveCount(1);

  const give = (kind: "drop" | "paste", name: string) =>
    box(page).evaluate(
      (editor, [kind, name, png]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
        const { x, y } = editor.getBoundingClientRect();
        const init = { bubbles: true, cancelable: true, clientX: x + 20, clientY: y + 15 };
        editor.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", { ...init, clipboardData: data }) : new DragEvent("drop", { ...init, dataTransfer: data }));
      },
      [kind, name, PNG],
    );
  await box(page).click();
  await page.keyboard.type("See ");
  await give("paste", "pasted.png");
  await expect(box(page).getByRole("img", { name: "pasted.png" })).toBeVisible();
  await give("drop", "dropped.png");
  await expect(box(page).getByRole("img", { name: "dropped.png" })).toBeVisible();
  // An empty file says why it was not taken, and goes when it is dismissed.
  const [again] = await Promise.all([page.waitForEvent("filechooser"), pane(page).getByRole("button", { name: "Attach files" }).click()]);
  await again.setFiles({ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await expect(pane(page).getByRole("alert")).toContainText("This file is empty");
  await pane(page).getByRole("button", { name: "Cancel empty.txt" }).click();
  await axe(page, ".ticket");

  await page.reload();
  await expect(waiting.getByRole("listitem")).toHaveCount(3);
  await expect(box(page).getByRole("img", { name: "pasted.png" })).toBeVisible();
  await box(page).click();
  await page.keyboard.press("Control+Enter");
  await expect(articles(page).last().getByRole("img", { name: "pasted.png" }).first()).toBeVisible();
  await expect(articles(page).last().getByRole("img", { name: /pasted.png/ }), "once, between the words").toHaveCount(1);
  await expect(articles(page).last()).toContainText("report.csv");
  await expect(waiting).toHaveCount(0);
});

test("who is named in a note is told, and comes to the note from there", async ({ page, browser, baseURL }) => {
  const { mark } = await open(page);
  const context = await browser.newContext({ baseURL });
  const sam = await context.newPage();
  await sam.request.post("/login", { form: { email: "sam@acme.example", password: "rapport-demo", next: "" } });
  const stream = sam.waitForResponse((answer) => new URL(answer.url()).pathname === "/live");
  await sam.goto("/customers");
  const bell = sam.getByRole("link", { name: /^Notifications/ });
  const before = await waiting(bell);
  await stream;
  await page.keyboard.type("@");
  await expect(pane(page).getByRole("listbox")).toBeHidden();
  await page.keyboard.press("Backspace");
  await pane(page).getByText("Internal note", { exact: true }).click();
  await page.keyboard.type("@sam");
  await pane(page).getByRole("listbox", { name: "Suggestions" }).getByRole("option", { name: "Sam Ortiz" }).click();
  await page.keyboard.type(`look at ${mark}`);
  await page.keyboard.press("Control+Enter");
  await expect(articles(page).last().locator(".mention")).toHaveText("@Sam Ortiz");

  await expect.poll(() => waiting(bell), "told on the page that is open").toBe(before + 1);
  await bell.click();
  await sam.getByRole("button", { name: new RegExp(mark) }).click();
  await expect(sam.getByRole("article").last()).toContainText(`look at ${mark}`);
  await sam.goto("/notifications");
  await expect(sam.getByRole("button", { name: new RegExp(mark) })).not.toContainText("New");
  await context.close();
});

test("an answer can put its ticket to sleep", async ({ page }) => {
  await open(page);
  await page.keyboard.type("I will look tomorrow.");
  await pane(page).getByLabel("Send and snooze").click();
  await pane(page).getByRole("button", { name: "Until tomorrow morning" }).click();
  await expect(articles(page).last()).toContainText("I will look tomorrow.");
  await expect(pane(page)).toContainText("Comes back");
});

noJs("without scripts the field takes Markdown", async ({ page }) => {
  await login(page);
  const { url } = await ticket(page);
  await page.goto(url);
  await box(page).fill("So **bold**");
  await pane(page).getByRole("button", { name: /^Send(?! and)/ }).click();
  await expect(articles(page).last().locator("strong")).toHaveText("bold");
});

eachTheme("the composer and what it made", async ({ page }) => {
  await open(page);
  await page.keyboard.type("`code` and text");
  await axe(page, ".ticket");
  await page.goto("/notifications");
  await axe(page);
  await page.goto("/settings/macros?edit=new");
  await axe(page);
});
