// A control that is used up goes, and the focus with it: the tag that was removed, the button of a
// bar that closed. Keys would then start at the top of the page. The focus goes to the control that
// stands in its place instead.

export {};

const PARTS = "body, main, section, nav, aside, dialog";
const CONTROLS = "a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary, [contenteditable=true]";
const isControl = (element: Element) => element.matches(CONTROLS);

type Link = { node: Element; place: number; beside: (Element | null)[] };

/** What has the focus and what it stands in, up to a part of the page. */
let chain: Link[] = [];
/** What had the focus before a dialog took it. */
let opener: Element | undefined;

function chainOf(focused: Element): Link[] {
  const links: Link[] = [];
  for (let node: Element | null = focused; node !== null; node = node.parentElement) {
    const place = [...(node.parentElement?.children ?? [])].indexOf(node);
    links.push({ node, place, beside: [node.previousElementSibling, node.nextElementSibling] });
    if (node.matches(PARTS)) break;
  }
  return links;
}

const isShown = (element: Element) => element.isConnected && element.checkVisibility({ visibilityProperty: true });
const isFree = () => document.activeElement === null || document.activeElement === document.body;

function controls(within: Element): Element[] {
  const inside = [...within.querySelectorAll(CONTROLS)];
  return (isControl(within) ? [within, ...inside] : inside).filter(isShown);
}

/** The control that took the place, else the last one before it. */
function heir(): Element | undefined {
  const at = chain.findIndex(({ node }) => isShown(node));
  if (at < 1) return undefined;
  const { place, beside } = chain[at - 1];
  // A pane that shows something else by now has no such place.
  if (chain[at].node.matches(PARTS) && !beside.some((node) => node?.isConnected)) return undefined;
  const siblings = [...chain[at].node.children];
  const after = siblings.slice(place).map(controls).find((some) => some.length > 0) ?? [];
  // In a row, the same kind: for a row's link the next row's link, not its box.
  const same = after.find(({ tagName }) => tagName === chain[0].node.tagName);
  return same ?? after[0] ?? siblings.slice(0, place).flatMap(controls).at(-1);
}

function focus(element: Element | null | undefined) {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}

/** After the lists that find their own row again. */
function soon(run: () => void) {
  requestAnimationFrame(() => requestAnimationFrame(run));
}

function restore() {
  const [lost] = chain;
  if (lost === undefined || lost.node.isConnected || !isFree()) return;
  focus(heir());
  if (isFree()) chain = [];
}

document.addEventListener("focusin", ({ target }) => {
  if (!(target instanceof Element)) return;
  const dialog = target.closest("dialog");
  const before = chain[0]?.node;
  if (dialog !== null && before !== undefined && !dialog.contains(before)) opener = before;
  chain = chainOf(target);
});
document.addEventListener("focusout", ({ target }) => {
  // Left on purpose: it is still there afterwards.
  setTimeout(() => {
    const left = chain[0]?.node;
    if (left !== undefined && left === target && left.isConnected && document.activeElement !== left) chain = [];
  });
});
// The browser gives the focus back to what opened a dialog, but not to a menu that closed meanwhile.
document.addEventListener(
  "close",
  () =>
    soon(() => {
      if (opener !== undefined && isFree()) focus(isShown(opener) ? opener : opener.closest("details")?.querySelector("summary"));
      opener = undefined;
    }),
  true,
);
// What was pressed may be used up only when the server has answered.
new MutationObserver(() => {
  if (chain.length > 0 && !chain[0].node.isConnected) soon(restore);
}).observe(document.body, { childList: true, subtree: true });
