// Takes out of rrweb's events what must not be in them, before anything else sees them. rrweb masks
// what is typed and the text of masked elements; this adds their attributes, fields whose value is
// not even as long as a star shows, addresses without the values of their parameters, and secrets
// wherever they stand.

import { scrub, withoutQueryValues } from "./scrub.js";
import type { Settings } from "./types.js";

/** Never recorded, not even how long it is. */
const NEVER =
  'input[type="password"], input[type="hidden"], input[type="file"], [autocomplete^="cc-"], [autocomplete~="one-time-code"], ' +
  '[autocomplete~="current-password"], [autocomplete~="new-password"], ' +
  ["card", "cvc", "cvv", "otp", "iban", "passw", "secret"].map((part) => `input[name*="${part}" i], input[id*="${part}" i]`).join(", ");
/** What is written in, and no field. */
const WRITTEN = '[contenteditable]:not([contenteditable="false" i])';
/** What of a masked element may say what it says. */
const TELLING = /^(title|alt|href|src|placeholder|aria-.*|data-.*|value|content|label|srcdoc|action|name|id)$/i;
const ADDRESS = /^(href|src|action|formaction|xlink:href|poster|cite|data)$/i;
/** Long texts in which nothing of the customer's stands. */
const NO_TEXT = new Set(["_cssText", "rr_dataURL", "style"]);

/** A selector list of those that this browser understands. */
export function selector(list: string[]): string {
  return list
    .filter((one) => {
      try {
        document.createDocumentFragment().querySelector(one);
        return true;
      } catch {
        return false;
      }
    })
    .join(", ");
}

export const stars = (text: string): string => text.replace(/\S/g, "*");

// biome-ignore lint/suspicious/noExplicitAny: rrweb's events are read as the JSON that they become
type Json = any;

export class Mask {
  /** Elements whose text and attributes are masked, and those that are left out. */
  readonly mask: string;
  readonly hide: string;
  readonly never = selector([NEVER]);
  private readonly show: string;

  constructor(settings: Settings, private readonly nodeOf: (id: number) => Node | null) {
    const all = settings.maskText === "all";
    this.mask = all ? "*" : selector([".rapport-mask", WRITTEN, ...settings.mask]);
    this.hide = selector([".rapport-hide", ...settings.hide]);
    this.show = all ? selector(settings.unmask) : "";
  }

  isMasked(element: Element | null): boolean {
    if (!element?.closest(this.mask)) return false;
    return !(this.show && element.closest(this.show) && !element.closest(".rapport-mask"));
  }

  text(text: string, element: Element | null): string {
    return this.isMasked(element) ? stars(text) : scrub(text);
  }

  /** What rrweb shows of a field's value. */
  value(text: string, element: Element | null): string {
    return element?.matches(this.never) ? "" : "*".repeat(Math.min(text.length, 200));
  }

  /** Cleans an event where it lies. */
  clean(event: Json): void {
    if (event.type === 4) event.data.href = withoutQueryValues(event.data.href);
    else if (event.type === 2) this.node(event.data.node);
    else if (event.type === 3) this.change(event.data);
  }

  private change(data: Json): void {
    if (data.source === 0) {
      for (const add of data.adds ?? []) this.node(add.node);
      for (const text of data.texts ?? []) {
        if (typeof text.value === "string") text.value = this.text(text.value, parent(this.nodeOf(text.id)));
      }
      for (const change of data.attributes ?? []) {
        const node = this.nodeOf(change.id);
        if (node instanceof Element) this.attributes(change.attributes, node);
      }
    } else if (data.source === 5) {
      const node = this.nodeOf(data.id);
      if (node instanceof Element && node.matches(this.never)) data.text = "";
    }
  }

  private node(node: Json): void {
    if (node.type === 2) {
      const element = this.nodeOf(node.id);
      if (node.attributes && element instanceof Element) this.attributes(node.attributes, element);
    } else if (node.type === 3 && !node.isStyle && typeof node.textContent === "string") {
      node.textContent = this.text(node.textContent, parent(this.nodeOf(node.id)));
    }
    for (const child of node.childNodes ?? []) this.node(child);
  }

  private attributes(attributes: Json, element: Element): void {
    const masked = this.isMasked(element);
    const never = element.matches(this.never);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value !== "string" || NO_TEXT.has(name)) continue;
      if (never && name === "value") attributes[name] = "";
      else if (masked && TELLING.test(name) && name !== "id" && name !== "name") attributes[name] = stars(value);
      else if (ADDRESS.test(name) && !value.startsWith("data:")) attributes[name] = withoutQueryValues(value);
      else attributes[name] = scrub(value);
    }
  }
}

const parent = (node: Node | null): Element | null => (node instanceof Element ? node : (node?.parentElement ?? null));
