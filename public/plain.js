// Pages without a browser half: menus close on Escape and on a click elsewhere,
// times are the reader's.
const open = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
      // The page below does not hear of it: it would be left (frontend/palette/src/plain.ts).
      event.preventDefault();
    }
  }
});
// What is chosen counts at once; one save at a time, so that the last choice is the one that stays.
let saving = Promise.resolve();
for (const form of document.querySelectorAll("form[data-saves]")) {
  form.addEventListener("change", () => {
    const chosen = new FormData(form);
    for (const name of ["theme", "density"]) {
      const word = chosen.get(name);
      if (word) document.documentElement.dataset[name] = word;
    }
    saving = saving.then(() => fetch(form.action, { method: "POST", body: new URLSearchParams(chosen) })).then((answer) => {
      // The page itself says what is wrong.
      if (!answer.ok) form.submit();
      else say("Saved");
    }, () => say("Not saved: the server cannot be reached"));
  });
}
// A form shows beside it what it would make, while somebody types; the newest question counts.
for (const form of document.querySelectorAll("form[data-looks]")) {
  let rest, turn = 0;
  form.addEventListener("input", () => {
    clearTimeout(rest);
    rest = setTimeout(async () => {
      const mine = ++turn;
      const sent = new URLSearchParams(new FormData(form));
      sent.set("look", "1");
      const answer = await fetch(form.action, { method: "POST", body: sent }).catch(() => null);
      if (!answer?.ok || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = page.getElementById("preview");
      if (shown && mine === turn) form.querySelector("#preview").replaceWith(shown);
    }, 250);
  });
}
// A page that waits for something looks again, while somebody looks at it, and puts in what has changed.
const waiting = document.querySelector("[data-looks-again]");
const lookAgain = async () => {
  const answer = document.hidden ? null : await fetch(location.pathname).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of waiting.querySelectorAll("[data-again]")) {
      const fresh = page.getElementById(part.id);
      if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    }
  }
  // Refused for good: somebody logged out.
  if (!answer || answer.ok) setTimeout(lookAgain, 2500);
};
if (waiting) setTimeout(lookAgain, 2500);
// What stands beside a button is copied by it; over plain http by a selection.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = button.parentElement.querySelector("input");
    field.select();
    const copied = navigator.clipboard ? await navigator.clipboard.writeText(field.value).then(() => true, () => false) : document.execCommand("copy");
    say(copied ? "Copied" : "Your browser did not allow copying. Select the text instead.");
  });
}
const say = (text) => {
  const toast = Object.assign(document.createElement("p"), { className: "toast passing", textContent: text });
  document.querySelector(".toasts").replaceChildren(toast);
};
// What opens for a field: the field takes the focus.
document.addEventListener("toggle", ({ target }) => target.open && target.matches("details.menu, details.split") && target.querySelector("input:is([type=text], [type=search], [type=email], [type=url], :not([type])), textarea")?.focus(), true);
// A Mac's command key; all others have Ctrl, as the server wrote.
if (/Mac|iP(hone|ad)/.test(navigator.platform)) for (const command of document.querySelectorAll("kbd .command")) command.textContent = "⌘";
// A reload says nothing a second time.
if (location.search.includes("done=")) history.replaceState(null, "", location.pathname);
// Times come as UTC, unless the reader chose a zone: here they become this browser's, written as
// crates/domain/src/dates writes them, by the line that the server put on the page.
const { zone: chosenZone, dates: line } = document.documentElement.dataset;
const [months, longMonths, weekdays, , dayPattern, datedPattern, , , hours] = (line ?? "").split("|");
const two = (n) => String(n).padStart(2, "0");
const now = new Date();
function filled(pattern, at) {
  const words = { d: at.getDate(), e: two(at.getDate()), b: months.split(" ")[at.getMonth()], B: longMonths.split(" ")[at.getMonth()], m: two(at.getMonth() + 1), y: at.getFullYear() };
  return pattern.replace(/%(.)/g, (_, letter) => words[letter]);
}
function written(at, style) {
  const time = (seconds) => {
    const rest = `:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
    return hours === "12" ? `${at.getHours() % 12 || 12}${rest} ${at.getHours() < 12 ? "AM" : "PM"}` : two(at.getHours()) + rest;
  };
  const [day, full] = [filled(dayPattern, at), filled(datedPattern, at)];
  const dated = at.getFullYear() === now.getFullYear() ? day : full;
  const today = at.toDateString() === now.toDateString();
  const styles = {
    clock: time(),
    full: `${full} ${time()}`,
    exact: `${full} ${time(true)}`,
    second: `${day}, ${time(true)}`,
    appointment: `${weekdays.split(" ")[(at.getDay() + 6) % 7]}, ${full}, ${time()}`,
    list: today ? time() : dated,
    row: today ? `Today ${time()}` : dated,
    day: today ? "Today" : dated,
  };
  return styles[style];
}
for (const time of chosenZone ? [] : document.querySelectorAll("time[data-time]")) {
  const at = new Date(time.dateTime);
  time.textContent = written(at, time.dataset.time);
  time.title = written(at, "full");
}
// Events are grouped by the days of UTC: here by the reader's.
const days = chosenZone ? null : document.querySelector("[data-days]");
let list;
let day;
for (const event of days?.querySelectorAll(":scope > ol > li") ?? []) {
  const at = new Date(event.querySelector("time").dateTime);
  if (day !== at.toDateString()) {
    day = at.toDateString();
    const head = document.createElement("h3");
    head.textContent = written(at, "day");
    list = document.createElement("ol");
    days.append(head, list);
  }
  list.append(event);
}
for (const empty of days?.querySelectorAll(":scope > ol:empty") ?? []) {
  empty.previousElementSibling.remove();
  empty.remove();
}
