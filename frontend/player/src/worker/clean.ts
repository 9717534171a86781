// Recordings come from anyone. What rrweb builds stands in a frame without scripts, behind a policy
// without network, in an origin that is nobody's; and still nothing gets there that could run,
// fetch, or lead away: events are cleaned before rrweb sees them.

// biome-ignore lint/suspicious/noExplicitAny: events of strangers, read as the JSON that they are
type Json = any;

/** More nodes than a page of ours stays usable with; and levels that can be walked. */
const NODES_MAX = 150_000;
const DEPTH_MAX = 1_000;

/** Elements that run, load or lead somewhere, whatever their attributes. */
const GONE = new Set([
  "script", "noscript", "object", "embed", "applet", "portal", "base", "meta", "frame", "frameset", "fencedframe", "audio", "video",
  "source", "track", "animate", "animatemotion", "animatetransform", "set", "discard", "handler", "listener", "foreignobject:script", "param", "template",
]);
/** Attributes that are addresses, or do something by themselves. */
const DROPPED =
  /^(on.*|srcdoc|srcset|imagesrcset|imagesizes|poster|background|ping|action|formaction|manifest|http-equiv|data|code|codebase|archive|classid|longdesc|profile|usemap|cite|dynsrc|lowsrc|autofocus|autoplay|is|nonce|integrity|crossorigin|sandbox|allow|allowfullscreen|csp|target|download|rel|attributename|attributetype|values|from|to|by|begin|popovertarget|popovertargetaction|commandfor|command|form|rr_src|rr_media.*|rr_captured.*|xml:base|slot-assignment|shadowrootmode|__proto__)$/i;
const PICTURE = /^data:image\/(png|jpeg|gif|webp|avif|bmp|x-icon|svg\+xml)[;,]/i;

export class TooLarge extends Error {}

/** Whether the customer's browser prefers dark pages, while an event is cleaned. */
let dark = false;

export class Cleaner {
  private nodes = 0;
  private dark = false;

  /** The event as it may be shown; `undefined` for one that shows nothing. */
  clean(event: Json): Json | undefined {
    if (event?.type === 2) {
      const html = list(event.data?.node?.childNodes).find((child) => child?.tagName === "html");
      this.dark = html?.attributes?.["data-rapport-scheme"] === "dark";
    }
    dark = this.dark;
    if (!event || typeof event !== "object" || typeof event.timestamp !== "number" || !event.data) return undefined;
    switch (event.type) {
      case 2:
        this.nodes = 0;
        if (event.data.node?.type !== 0) return undefined;
        this.node(event.data.node, 0);
        event.data.initialOffset ??= { left: 0, top: 0 };
        return event;
      case 3:
        return this.change(event.data) ? event : undefined;
      case 4: {
        const side = (n: unknown) => Math.min(Math.max(Number(n) || 0, 1), 10_000);
        event.data = { href: "about:blank", width: side(event.data.width), height: side(event.data.height) };
        return event;
      }
      case 5:
        return event;
      default:
        return undefined;
    }
  }

  private change(data: Json): boolean {
    switch (data.source) {
      case 0:
        data.adds = list(data.adds).filter((add) => this.add(add));
        data.texts = list(data.texts).filter((text) => text && (text.value === null || typeof text.value === "string"));
        data.attributes = latest(list(data.attributes).filter((change) => change && typeof change.attributes === "object" && change.attributes));
        for (const change of data.attributes) change.attributes = attributes("", change.attributes, true);
        for (const text of data.texts) if (text.value) text.value = String(text.value);
        data.removes = list(data.removes);
        return true;
      // Moves, clicks, scrolling, sizes, input, fingers, selection, drag.
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
      case 12:
      case 14:
        return true;
      case 8:
        data.adds = list(data.adds).map((add) => ({ ...add, rule: css(String(add?.rule ?? "")) }));
        if (data.replace) data.replace = css(String(data.replace));
        if (data.replaceSync) data.replaceSync = css(String(data.replaceSync));
        return true;
      case 13:
        if (data.set) data.set.value = css(String(data.set.value ?? ""));
        return true;
      case 15:
        for (const style of list(data.styles)) {
          style.rules = list(style?.rules).map((one) => ({ ...one, rule: css(String(one?.rule ?? "")) }));
        }
        return true;
      // What a canvas shows: without scripts a canvas shows nothing, so that a picture is in its place.
      case 9: {
        const { id, rr_dataURL: src } = data;
        if (!PICTURE.test(String(src)) || typeof id !== "number") return false;
        for (const name of Object.keys(data)) delete data[name];
        Object.assign(data, { source: 0, adds: [], removes: [], texts: [], attributes: [{ id, attributes: { src } }] });
        return true;
      }
      // Media, fonts, custom elements, logs: nothing of it is shown.
      default:
        return false;
    }
  }

  private add(add: Json): boolean {
    if (!add?.node || typeof add.node !== "object") return false;
    if (add.node.type === 0) {
      // The document of a frame: shown as what a frame is, a tree of its own, which a shadow is too.
      const root = list(add.node.childNodes).find((child) => child?.type === 2);
      if (!root) return false;
      add.node = { ...root, isShadow: true };
    }
    this.node(add.node, 0);
    return true;
  }

  private node(node: Json, depth: number): void {
    this.nodes += 1;
    if (this.nodes > NODES_MAX) throw new TooLarge();
    if (node.type === 2) this.element(node);
    else if (node.type === 3) {
      node.textContent = String(node.textContent ?? "");
      if (node.isStyle) node.textContent = css(node.textContent);
    } else if (node.type === 1) node.name = "html";
    const children = list(node.childNodes).filter((child) => child && typeof child === "object" && child.type !== 0);
    if (node.childNodes || node.type === 0 || node.type === 2) node.childNodes = depth < DEPTH_MAX ? children : [];
    for (const child of node.childNodes ?? []) this.node(child, depth + 1);
  }

  private element(node: Json): void {
    const tag = String(node.tagName ?? "div").toLowerCase();
    const known = /^[a-z][a-z0-9-]*$/.test(tag) ? tag : "div";
    delete node.isCustom;
    delete node.needBlock;
    const given = typeof node.attributes === "object" && node.attributes ? node.attributes : {};
    if (known === "link" || known === "style") {
      // A style sheet that the recorder wrote down; any other link only leads away.
      node.tagName = "style";
      node.attributes = typeof given._cssText === "string" ? { _cssText: css(given._cssText) } : {};
      if (known === "link") node.childNodes = [];
      for (const child of list(node.childNodes)) if (child?.type === 3) child.isStyle = true;
      return;
    }
    if (known === "iframe") {
      const { width, height, rr_width, rr_height } = given;
      node.attributes = attributes(known, { class: given.class, style: given.style, rr_width: rr_width ?? width, rr_height: rr_height ?? height }, false);
      node.tagName = "div";
      node.isShadowHost = true;
      node.childNodes = [];
      return;
    }
    if (known === "canvas") {
      node.tagName = "img";
      node.attributes = attributes("", { ...given, src: given.rr_dataURL, width: given.width ?? "300", height: given.height ?? "150", alt: "" }, false);
      node.childNodes = [];
      return;
    }
    if (GONE.has(known)) {
      node.tagName = "rapport-left-out";
      node.attributes = {};
      node.childNodes = [];
      return;
    }
    node.tagName = node.isSVG ? String(node.tagName).replace(/[^A-Za-z0-9-]/g, "") || "g" : known;
    node.attributes = attributes(known, given, false);
  }
}

/** So many changes at once are looked through for those that only the last one of counts. */
const MANY = 1_000;

/** Of changes of one moment to the same element, the last of each attribute; they may be hundreds of thousands. */
function latest(changes: Json[]): Json[] {
  if (changes.length < MANY) return changes;
  const all = new Map<unknown, Json>();
  for (const change of changes) {
    const before = all.get(change.id);
    // A style may come as what changed of it: then each part counts.
    const parts = typeof change.attributes.style === "object" && before?.attributes.style;
    if (!before) all.set(change.id, change);
    else if (parts && typeof parts === "object") Object.assign(before.attributes, change.attributes, { style: { ...parts, ...change.attributes.style } });
    else Object.assign(before.attributes, change.attributes);
  }
  return [...all.values()];
}

/** Those attributes that neither run nor fetch nor lead away. */
function attributes(tag: string, given: Json, isChange: boolean): Json {
  const kept: Json = {};
  for (const [name, value] of Object.entries(given) as [string, Json][]) {
    const lower = name.toLowerCase();
    if (DROPPED.test(lower)) continue;
    if (value === null && isChange) kept[name] = null;
    else if (lower === "style" && value && typeof value === "object") kept[name] = styles(value);
    else if (value === null || value === undefined || typeof value === "object") continue;
    else if (lower === "style" || lower === "_csstext") kept[name] = css(String(value));
    else if (lower === "src" || lower === "rr_dataurl") {
      if (PICTURE.test(String(value))) kept[name] = value;
      else if (lower === "src" && (tag === "img" || tag === "input")) kept["data-not-fetched"] = "";
    } else if (lower === "href" || lower === "xlink:href") {
      // A link looks like one; a drawing uses what stands in the same page.
      const text = String(value);
      if (text.startsWith("#") || PICTURE.test(text)) kept[name] = text;
      else if (tag === "a" || tag === "area") kept[name] = "#";
    } else if (typeof value === "string" && /url\s*\(/i.test(value)) kept[name] = css(value);
    else kept[name] = value;
  }
  return kept;
}

function styles(value: Json): Json {
  const kept: Json = {};
  for (const [name, set] of Object.entries(value) as [string, Json][]) {
    if (name === "__proto__") continue;
    kept[name] = Array.isArray(set) ? [css(String(set[0])), set[1]] : typeof set === "string" ? css(set) : set === false ? false : "";
  }
  return kept;
}

/** A style sheet that fetches nothing. The frame's policy forbids it as well, however it is written. */
export function css(given: string): string {
  const text = /color-scheme/i.test(given) ? asTheySaw(given) : given;
  if (!/url|@import|image-set|src\s*\(|\\/i.test(text)) return text;
  // What is written in escapes is read as what it says: `u\72l(` is `url(`.
  const plain = text
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (escape, hex) => {
      const letter = Number.parseInt(hex, 16) < 128 ? String.fromCharCode(Number.parseInt(hex, 16)) : "";
      return /[a-z@(-]/i.test(letter) ? letter : escape;
    })
    .replace(/\\([g-z])/gi, "$1");
  return plain
    .replace(/@import[^;]*;?/gi, "")
    .replace(/url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)/gi, (_, a, b, c) => {
      const address = String(a ?? b ?? c ?? "").trim();
      return /^(data:(image|font|application\/(x-)?font)|#)/i.test(address) && !address.includes("\\") ? `url("${address.replace(/"/g, "%22")}")` : 'url("data:,")';
    })
    .replace(/(image-set|-webkit-image-set|\bsrc|\bimage)\s*\([^)]*\)/gi, "none");
}

/** The reader may prefer dark pages where the customer does not, or the other way round. */
function asTheySaw(text: string): string {
  return text
    .replace(/prefers-color-scheme\s*:\s*(dark|light)/gi, (_, scheme) => ((scheme.toLowerCase() === "dark") === dark ? "min-width: 0" : "max-width: 0"))
    .replace(/(^|[{;\s])color-scheme\s*:\s*(?:light\s+dark|dark\s+light)/gi, (_, before) => `${before}color-scheme: ${dark ? "dark" : "light"}`);
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);
