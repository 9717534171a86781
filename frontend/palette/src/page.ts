// What can be done on the open page. The browser half keeps the list (app/src/ui/shortcuts.rs) and
// is asked by events; a page without one answers nothing.

/** Something that can be done here and now. */
export type Command = {
  id: number;
  what: string;
  key: string;
  icon: string;
  /** A value for each: what is stored, what people read. */
  choices: [string, string][];
  /** What to type, where something is to be typed. */
  text: string | null;
  /** The value that holds now. */
  now: string | null;
  /** What goes before a time that is typed, where one is taken. */
  until: string | null;
};

export function commands(): Command[] {
  const detail = { list: "[]" };
  window.dispatchEvent(new CustomEvent("rapport:commands", { detail }));
  return JSON.parse(detail.list) as Command[];
}

export function run(id: number, value: string) {
  window.dispatchEvent(new CustomEvent("rapport:run", { detail: { id, value } }));
}

/** Follows a link as a click on it would: within the tab's app where the page has one. */
export function go(href: string, external: boolean, newTab: boolean) {
  if (newTab) {
    window.open(href, "_blank", "noopener");
    return;
  }
  const link = element("a", { href });
  if (external) link.rel = "external";
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Short words at the corner, where the page shows its own. */
export function say(text: string) {
  const area = document.querySelector(".toasts");
  const toast = element("p", { className: "toast passing", textContent: text });
  area?.append(toast);
  setTimeout(() => toast.remove(), 5_000);
}

/** An element with its properties; text is text, never markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function icon(name: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
/** The key that goes with K. */
export const COMMAND_K = mac ? "⌘K" : "Ctrl+K";

/** How a key is written for people. */
export const written = (key: string) => ({ Escape: "Esc", " ": "Space" })[key] ?? key;
