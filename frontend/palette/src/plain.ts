// Pages without a browser half: the keys that work on every page.
import "./everywhere";
import { showHelp } from "./help";

// The same rule as in app/src/ui/shortcuts.rs.
const FIELD = "input, textarea, select, [contenteditable], dialog[open]";
const COVERED = ":popover-open, dialog:modal";

window.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
  const { target } = event;
  if ((target instanceof Element && target.closest(FIELD)) || document.querySelector(COVERED)) return;
  if (event.key === "?") {
    event.preventDefault();
    showHelp();
  } else if (event.key === "/") {
    event.preventDefault();
    document.querySelector<HTMLInputElement>("header .search input")?.focus();
  }
});
