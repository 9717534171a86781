// A picture of the page as it stands, drawn by the browser from a copy: nothing is fetched for it, and what is masked
// there is masked here.

const XHTML = "http://www.w3.org/1999/xhtml";
/** Larger ones are made smaller: it is read in a note, beside text. */
const WIDTH_MAX = 1_280;
const NODES_MAX = 40_000;
const MARKUP_MAX = 12_000_000;
/** What XML can hold as a name; a page may use others, such as `@click`. */
const NAME = /^[A-Za-z_][\w.-]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const LEFT_OUT = new Set(["style", "link", "script", "meta", "title", "rapport-left-out"]);

/** A JPEG as a `data:` address; fails where the page is too large to be drawn. */
export async function picture(frame: HTMLIFrameElement): Promise<string> {
  const page = frame.contentDocument;
  if (!page?.documentElement) throw new Error("nothing is on show");
  const [width, height] = [frame.clientWidth, frame.clientHeight];
  const copier = new Copier();
  const root = copier.copy(page.documentElement) as HTMLElement;
  const { scrollLeft, scrollTop } = page.scrollingElement ?? page.documentElement;
  root.style.margin = `${-scrollTop}px 0 0 ${-scrollLeft}px`;
  const rules = [...page.styleSheets, ...page.adoptedStyleSheets].flatMap(rulesOf).join("\n");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  const style = document.createElementNS(svg.namespaceURI, "style");
  style.textContent = rules;
  const stage = document.createElementNS(svg.namespaceURI, "foreignObject");
  stage.setAttribute("width", "100%");
  stage.setAttribute("height", "100%");
  stage.append(root);
  svg.append(style, stage);
  const markup = new XMLSerializer().serializeToString(svg).replace(NOT_XML, "");
  if (markup.length > MARKUP_MAX) throw new Error("too large");

  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const scale = Math.min(1, WIDTH_MAX / width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.88);
}

/** Rules that scripts added are in no element's text. */
function rulesOf(sheet: CSSStyleSheet): string[] {
  return [...sheet.cssRules].map((rule) => rule.cssText);
}

/** What was typed, chosen and ticked is no attribute, and a copy would not have it. */
class Copier {
  private nodes = 0;

  copy(node: Node): Node | undefined {
    this.nodes += 1;
    if (this.nodes > NODES_MAX) throw new Error("too large");
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.textContent ?? "");
    if (node.nodeType !== Node.ELEMENT_NODE) return undefined;
    const element = node as Element;
    const tag = element.localName;
    if (LEFT_OUT.has(tag)) return undefined;
    const copy = document.createElementNS(element.namespaceURI ?? XHTML, NAME.test(tag) ? tag : "div");
    for (const { name, value } of element.attributes) if (NAME.test(name)) copy.setAttribute(name, value);
    const field = element as HTMLInputElement;
    if (tag === "input") {
      copy.setAttribute("value", field.value);
      copy.toggleAttribute("checked", field.checked);
    } else if (tag === "option") copy.toggleAttribute("selected", (element as HTMLOptionElement).selected);
    if (tag === "textarea") copy.append(field.value);
    else
      for (const child of (element.shadowRoot ?? element).childNodes) {
        const made = this.copy(child);
        if (made) copy.append(made);
      }
    return copy;
  }
}
