// ⌘K on every page, also while typing: it is nothing that a field knows.
import "./focus";
import { ask, showPalette } from "./palette";
import { showHelp } from "./help";

// The login and the set-up know nobody to search for.
const loggedIn = () => document.querySelector("header .search") !== null;

window.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
  if (event.defaultPrevented || !loggedIn()) return;
  event.preventDefault();
  showPalette();
});
// The browser half has its own table of keys; these are two of them.
window.addEventListener("rapport:help", showHelp);
window.addEventListener("rapport:ask", (event) => ask((event as CustomEvent<number>).detail));
