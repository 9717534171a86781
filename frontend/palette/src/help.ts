// The list of keys, opened by `?`.
import { COMMAND_K, commands, element, written } from "./page";

let dialog: HTMLDialogElement | undefined;

export function showHelp() {
  if (dialog?.open) return;
  const keys = new Map([
    [COMMAND_K, "Search, go anywhere, do anything"],
    ["?", "Show this list"],
  ]);
  const own = commands().filter(({ key }) => key !== "");
  if (document.documentElement.dataset.plain !== undefined) keys.set("/", "Search");
  // The newest registration of a key is the one that counts.
  for (const { key, what } of own.reverse()) if (!keys.has(written(key))) keys.set(written(key), what);
  const rows = [...keys].map(([key, what]) =>
    element("div", { className: "key-row" }, element("dt", {}, element("kbd", { textContent: key })), element("dd", { textContent: what })),
  );
  const close = element("button", { className: "btn quiet", type: "button", textContent: "Close" });
  const made = element(
    "dialog",
    { className: "dialog", ariaLabel: "Keyboard shortcuts" },
    element("header", { className: "dialog-head" }, element("h2", { textContent: "Keyboard shortcuts" }), close),
    element("dl", { className: "keys" }, ...rows),
  );
  close.onclick = () => made.close();
  made.onclick = ({ target }) => target === made && made.close();
  // What lies below does not hear of it: Escape closes the innermost first.
  made.onkeydown = (event) => event.stopPropagation();
  made.onclose = () => made.remove();
  dialog = made;
  document.body.append(made);
  made.showModal();
}
