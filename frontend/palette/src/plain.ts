// Pages without a browser half: the keys that work on every page.
import "./everywhere";
import { showHelp } from "./help";

// The same rule as in app/src/ui/shortcuts.rs.
const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]";
const COVERED = ":popover-open, dialog:modal";

// A form that came back refused begins at what is wrong with it, as it does on the other pages
// (app/src/ui/field.rs).
document.querySelector<HTMLElement>('.config-page form :is([aria-invalid="true"], .form-error)')?.focus();

/** Whether a form on the page holds something that was typed or chosen here. */
const begun = () =>
  [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main form :is(input, textarea)")].some((field) =>
    field.matches("[type=checkbox], [type=radio]") ? (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked : field.value !== field.defaultValue,
  );

window.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
  const { target } = event;
  if (document.querySelector(COVERED)) return;
  if (event.key === "Escape" && !event.repeat) {
    // Out of the field first; then off the page, unless that lost something.
    if (target instanceof HTMLElement && target.closest(FIELD)) target.blur();
    else if (!begun()) document.querySelector<HTMLElement>("main .form-actions a.btn, header .crumbs a:last-of-type")?.click();
    return;
  }
  if (target instanceof Element && target.closest(FIELD)) return;
  if (event.key === "?") {
    event.preventDefault();
    showHelp();
  } else if (event.key === "/") {
    event.preventDefault();
    document.querySelector<HTMLInputElement>("header .search input")?.focus();
  }
});
