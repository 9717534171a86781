import { api, axe, DEMO, expect, login, test } from "../fixtures";
import type { Page } from "@playwright/test";

const pane = (page: Page) => page.getByRole("region", { name: "Ticket", exact: true });
const about = (page: Page, name: string) => page.getByRole("complementary", { name: `About ${name}` });
const toasts = (page: Page) => page.locator(".toasts");

/** A customer of this test alone with tickets of these subjects. */
async function customer(page: Page, subjects: string[]) {
  const mark = `e${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const email = `${mark}@edit.example`;
  const { id } = await api(page, "/api/v1/customers", { email, name: `Edda ${mark}` });
  const numbers: number[] = [];
  for (const subject of subjects) {
    const ticket = await api(page, "/api/v1/tickets", { customer: { email }, subject: `${subject} ${mark}`, channel: "email" });
    numbers.push(ticket.number);
    await api(page, `/api/v1/tickets/${ticket.number}/messages`, { kind: "customer", body_text: `Text of ${subject}` });
  }
  return { mark, email, id, name: `Edda ${mark}`, numbers, profile: `/customers/${id}`, url: (n: number) => `/customers/${id}/tickets/${n}` };
}

/** Somebody else, whose change comes over REST. */
async function others(page: Page, path: string, data: unknown) {
  const answer = await page.request.patch(path, { data, headers: { authorization: `Bearer ${DEMO.secretKey}` } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** The server takes its time over edits; answers what was sent. */
async function slowly(page: Page) {
  const sent: URLSearchParams[] = [];
  await page.route(/edit_ticket/, async (route) => {
    sent.push(new URLSearchParams(route.request().postData() ?? ""));
    await new Promise((done) => setTimeout(done, 400));
    await route.continue();
  });
  return sent;
}

/** A text field of the ticket, whichever the demo's workspace has. */
const seats = (page: Page) => pane(page).locator("form:has(input[name=property][value^='field:']) input[name=value]").first();

test("Enter and then leaving the field saves once, and blames nobody", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Once"]);
  await page.goto(url(numbers[0]!));
  const sent = await slowly(page);
  await pane(page).getByText("All properties").click();
  const field = seats(page);
  const typed = (await field.getAttribute("type")) === "number" ? "46" : "https://x.example/46";
  await field.fill(typed);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(field).toHaveAttribute("data-pending", "");
  await expect(field).not.toHaveAttribute("data-pending", "");
  await expect(field).toHaveValue(typed);
  await expect(pane(page).getByRole("alert")).toHaveCount(0);
  expect(sent).toHaveLength(1);
});

test("five quick edits all count, while the server is slow", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Quick"]);
  const number = numbers[0]!;
  await page.goto(url(number));
  const sent = await slowly(page);
  const choose = (label: string) => pane(page).getByLabel(label, { exact: true });
  await choose("Priority").selectOption("high");
  await choose("Status").selectOption({ label: "Pending" });
  await choose("Assignee").selectOption({ index: 1 });
  await choose("Team").selectOption({ index: 1 });
  await choose("Priority").selectOption("urgent");
  // What was chosen shows at once.
  await expect(choose("Priority")).toHaveValue("urgent");
  await expect(toasts(page)).toContainText("Assigned to");
  await expect.poll(() => sent.length).toBe(5);
  await expect(choose("Priority")).not.toHaveAttribute("data-pending", "");
  await expect(pane(page).getByRole("alert")).toHaveCount(0);
  const stored = await page.request.get(`/api/v1/tickets/${number}`, { headers: { authorization: `Bearer ${DEMO.secretKey}` } });
  const ticket = await stored.json();
  expect([ticket.priority, ticket.status]).toEqual(["urgent", "pending"]);
  expect(ticket.assignee && ticket.team).toBeTruthy();
});

test("another's change of the same is a conflict with both values, of something else is none", async ({ page, watch }) => {
  watch.allow(/409/);
  await login(page);
  const { numbers, url } = await customer(page, ["Both"]);
  const number = numbers[0]!;
  // Told of nothing meanwhile, as one who is cut off for a moment.
  await page.route("**/live?*", () => {});
  await page.goto(url(number));
  await others(page, `/api/v1/tickets/${number}`, { subject: "Something else" });
  const priority = pane(page).getByLabel("Priority", { exact: true });
  await priority.selectOption("low");
  await expect(page.locator(".toasts")).toContainText("Priority set to Low");
  await expect(pane(page).getByRole("alert")).toHaveCount(0);

  await others(page, `/api/v1/tickets/${number}`, { priority: "urgent" });
  await priority.selectOption("high");
  const alert = pane(page).getByRole("alert");
  await expect(alert).toContainText("changed this to “Urgent” meanwhile");
  await expect(alert).toContainText("Yours: “High”");
  await expect(priority).toHaveValue("high");
  await axe(page, ".pane.ticket");
  await alert.getByRole("button", { name: "Keep mine" }).click();
  await expect(alert).toHaveCount(0);
  await expect(priority).toHaveValue("high");

  await others(page, `/api/v1/tickets/${number}`, { priority: "normal" });
  await priority.selectOption("low");
  await alert.getByRole("button", { name: "Take theirs" }).click();
  await expect(alert).toHaveCount(0);
  await expect(priority).not.toHaveValue("low");
});

test("what is typed in a property goes with Escape", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Escape"]);
  await page.goto(url(numbers[0]!));
  await pane(page).getByText("All properties").click();
  const field = pane(page).getByLabel("Plan at submit");
  await field.fill("Enterprise");
  await page.keyboard.press("Escape");
  await expect(field).toHaveValue("");
  await page.reload();
  await expect(pane(page).getByLabel("Plan at submit")).toHaveValue("");
});

test("closing is taken back from the message, by its button and by a key", async ({ page }) => {
  await login(page);
  const { numbers, url } = await customer(page, ["Undo"]);
  await page.goto(url(numbers[0]!));
  const status = pane(page).getByLabel("Status", { exact: true });
  const shown = () => status.locator("option:checked");
  await expect(shown()).toHaveText("New");
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Close ticket" }).click();
  await expect(shown()).toHaveText("Closed");
  await toasts(page).getByRole("button", { name: "Undo" }).click();
  await expect(shown()).toHaveText("New");
  await expect(toasts(page).getByRole("button")).toHaveCount(0);

  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Mark as spam" }).click();
  await expect(pane(page).locator(".state-bar")).toContainText("Marked as spam.");
  await axe(page, ".toasts");
  await page.keyboard.press("z");
  await expect(pane(page).locator(".state-bar")).toHaveCount(0);
  await expect(shown()).toHaveText("New");
});

test("a merge leads to the ticket that took the other in, and is undone from there", async ({ page }) => {
  await login(page);
  const { numbers, url, mark } = await customer(page, ["One", "Two"]);
  const [one, two] = numbers as [number, number];
  await page.goto(url(two));
  await pane(page).getByLabel("More actions").click();
  await pane(page).getByRole("button", { name: "Merge into…" }).click();
  const field = page.getByRole("combobox", { name: "Ticket of the same customer" });
  await expect(field).toBeFocused();
  await page.keyboard.type("One");
  await expect(page.getByRole("dialog").getByRole("option")).toHaveText([new RegExp(`#${one} One ${mark}`)]);
  await axe(page, "dialog[open]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue(`#${one}`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${url(one)}$`));
  await expect(pane(page).getByRole("article")).toHaveCount(2);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(pane(page).locator(".menu[open]")).toHaveCount(0);
  await expect(toasts(page)).toContainText(`Merged #${two} into #${one}`);
  await toasts(page).getByRole("button", { name: "Undo" }).click();
  await expect(pane(page).getByRole("article")).toHaveCount(1);
});

test("a refused details form leads to the field that is wrong, and asks before it closes", async ({ page, watch }) => {
  watch.allow(/422/);
  await login(page);
  const { name, profile } = await customer(page, []);
  await page.goto(profile);
  await about(page, name).getByRole("link", { name: "Edit details" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit details" });
  await dialog.getByLabel("City").fill("Cork");
  await dialog.getByLabel("E-mails").fill("nonsense");
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog.getByLabel("E-mails")).toBeFocused();
  await expect(dialog.getByLabel("E-mails")).toBeInViewport();
  await page.keyboard.press("Escape");
  const ask = dialog.getByRole("alertdialog");
  await expect(ask.getByRole("button", { name: "Keep editing" })).toBeFocused();
  await axe(page, "dialog[open]");
  await page.keyboard.press("Escape");
  await expect(ask).toHaveCount(0);
  await expect(dialog.getByLabel("E-mails")).toBeFocused();
  await page.mouse.click(5, 5);
  await expect(ask).toBeVisible();
  await ask.getByRole("button", { name: "Discard it" }).click();
  await expect(dialog).toBeHidden();
  await about(page, name).getByRole("link", { name: "Edit details" }).click();
  await expect(dialog.getByLabel("City")).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("details left by Back are still there, and two agents' fields do not collide", async ({ page, watch }) => {
  watch.allow(/409/);
  await login(page);
  const { name, profile, id } = await customer(page, []);
  await page.goto("/customers");
  await page.goto(profile);
  const open = () => about(page, name).getByRole("link", { name: "Edit details" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit details" });
  await about(page, name).getByRole("link", { name: "Sessions" }).click();
  await open();
  await dialog.getByLabel("City").fill("Cork");
  await page.goBack();
  await page.reload();
  await open();
  await expect(dialog.getByLabel("City")).toHaveValue("Cork");
  await expect(dialog).toContainText("What you typed before is still here.");
  await others(page, `/api/v1/customers/${id}`, { company: "Initech", city: "Graz" });
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog.getByLabel("City")).toBeFocused();
  await expect(dialog).toContainText("changed this to “Graz” meanwhile");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog).toBeHidden();
  // Opened again at once, it starts from what was just saved, the colleague's field with it.
  await open();
  await expect(dialog.getByLabel("City")).toHaveValue("Cork");
  await expect(dialog.getByLabel("Company")).toHaveValue("Initech");
  await dialog.getByLabel("City").fill("Bern");
  await dialog.getByRole("button", { name: "Save details" }).click();
  await expect(dialog).toBeHidden();
});

test("a note's draft survives another ticket, Back and a reload, and ⌘↵ adds it", async ({ page }) => {
  await login(page);
  const { name, numbers, url } = await customer(page, ["One", "Two"]);
  const [one, two] = numbers as [number, number];
  await page.goto(url(one));
  const note = about(page, name).getByLabel("New note");
  await note.fill("Prefers the phone");
  await page.keyboard.press("Escape");
  await expect(note).not.toBeFocused();
  await page.getByRole("complementary", { name: "Tickets" }).or(page.locator(".pane.tickets")).getByRole("link", { name: new RegExp(`#${two}`) }).first().click();
  await expect(pane(page)).toContainText("Text of Two");
  await expect(note).toHaveValue("Prefers the phone");
  await page.goBack();
  await page.reload();
  await expect(note).toHaveValue("Prefers the phone");
  await note.press("Control+Enter");
  await expect(about(page, name).locator(".note-item")).toContainText("Prefers the phone");
  await expect(note).toHaveValue("");
  await page.reload();
  await expect(note).toHaveValue("");
});

test("a new ticket and a new customer keep what was typed while one looks elsewhere", async ({ page }) => {
  await login(page);
  const { profile, mark } = await customer(page, ["Old"]);
  await page.goto(`${profile}?new=ticket`);
  await page.getByLabel("Subject").fill(`Call back ${mark}`);
  await page.getByRole("link", { name: "Customers" }).first().click();
  await page.getByRole("link", { name: "New customer" }).click();
  await page.getByLabel("Name", { exact: true }).fill(`Nora ${mark}`);
  await page.goBack();
  await page.goBack();
  await expect(page.getByLabel("Subject")).toHaveValue(`Call back ${mark}`);
  await page.goForward();
  await page.goForward();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(`Nora ${mark}`);
  await page.getByRole("button", { name: "Create customer" }).click();
  await expect(page).toHaveURL(/\/customers\/cus_/);
  await page.goto("/customers?new=customer");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("");
});

test("a wrong password keeps the address and where the login leads", async ({ page, watch }) => {
  watch.allow(/401/);
  await page.goto("/login?next=/customers");
  await page.getByLabel("E-mail").fill("nobody@acme.example");
  await page.getByLabel("Password").fill("guess-guess");
  const answer = page.waitForResponse((r) => r.url().endsWith("/login") && r.request().method() === "POST");
  await page.getByRole("button", { name: "Log in" }).click();
  expect((await answer).status()).toBe(401);
  await expect(page.getByRole("alert")).toContainText("E-mail or password is wrong.");
  await expect(page.getByLabel("E-mail")).toHaveValue("nobody@acme.example");
  await expect(page.getByLabel("Password")).toBeFocused();
  await page.getByLabel("E-mail").fill(DEMO.email);
  await page.getByLabel("Password").fill(DEMO.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(/\/customers$/);
});
