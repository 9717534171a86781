// Class names that two panes mean differently: a sheet that styles `.name` by itself styles it on every
// page, so no other pane's sheet may use the name for something of its own. A folder is one pane's.
//   node tools/classes.mjs      prints them; fails when there are any
import { readdirSync, readFileSync } from "node:fs";

/** What all pages share may be used everywhere. */
const SHARED = new Set(["tokens.css", "base.css", "frame.css", "ui"]);
/** Parts that another page shows too, and fits in there. */
const SHOWN_ELSEWHERE = new Set(["event", "opened", "field", "fields", "pair", "note-item", "info-card", "card-preview", "file", "files", "editor", "config-page", "config-form", "log-pager", "ticket", "uploads", "inbox-row", "composer", "new-ticket", "arrivals"]);

const own = new Map(); // class → the sheet that styles it by itself
const uses = new Map(); // class → sheets that name it
for (const path of readdirSync("style", { recursive: true }).filter((name) => name.endsWith(".css"))) {
  const file = path.split("/")[0];
  if (SHARED.has(file)) continue;
  const css = readFileSync(`style/${path}`, "utf8").replace(/\/\*.*?\*\//gs, "");
  for (const [, head] of css.matchAll(/([^{}]+)\{/g)) {
    if (head.trim().startsWith("@")) continue;
    for (const selector of head.split(/,(?![^(]*\))/)) {
      for (const [, name] of selector.matchAll(/\.([a-z][\w-]*)/gi)) uses.set(name, (uses.get(name) ?? new Set()).add(file));
      const alone = /^\s*\.([\w-]+)(::?[\w-]+(\([^)]*\))?|\[[^\]]*\])*\s*$/.exec(selector);
      if (alone) own.set(alone[1], (own.get(alone[1]) ?? new Set()).add(file));
    }
  }
}
let failed = false;
for (const [name, sheets] of own) {
  const all = uses.get(name);
  if (all.size < 2 || SHOWN_ELSEWHERE.has(name)) continue;
  console.error(`.${name} is styled by itself in ${[...sheets].join(", ")} and named in ${[...all].join(", ")}`);
  failed = true;
}
process.exit(failed ? 1 : 0);
