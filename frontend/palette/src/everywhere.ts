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
// Who meets the login is logged out in every tab, unless they only opened its address: none goes on
// showing customers. Drafts are kept.
const tabs = new BroadcastChannel("rapport:session");
if (location.pathname === "/login") tabs.postMessage("out");
tabs.onmessage = async () => {
  if (!loggedIn()) return;
  // Without a session a page leads to the login.
  const { type } = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual" });
  if (type === "opaqueredirect") location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
};

// The browser half has its own table of keys; these are two of them.
window.addEventListener("rapport:help", showHelp);
window.addEventListener("rapport:ask", (event) => ask((event as CustomEvent<number>).detail));
