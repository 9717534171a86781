// Pages without a browser half: menus close on Escape and on a click elsewhere, ⌘K searches,
// times are the reader's.
const open = () => document.querySelectorAll("details.menu[open], details.confirm[open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  } else if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
    event.preventDefault();
    document.querySelector("header .search input").focus();
  }
});
// A reload says nothing a second time.
if (location.search.includes("done=")) history.replaceState(null, "", location.pathname);
// Times come as UTC: here they become the reader's, but for pages that say they stay UTC.
const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]:not([data-utc] *)")) time.textContent = written.format(new Date(time.dateTime));
