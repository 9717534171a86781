// Pages without a browser half: menus close on Escape and on a click elsewhere, ⌘K searches.
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
