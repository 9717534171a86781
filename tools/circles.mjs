// Finds circles of files among the modules of a crate: `use` that leads from a file over others back to it.
// A module and its own parts may know each other, and so may the parts of one folder: a job and what plans it.
// What stands in different folders may not, and neither may the files at the top of the crate.
//   node tools/circles.mjs <src folder>…      prints each circle with its arrows; 1 where there is one
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const files = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith(".rs") ? [path] : [];
  });

/** The modules of a crate by their path: `panes::ticket::row` → its file. */
function modules(root) {
  const all = new Map();
  for (const file of files(root)) {
    const parts = relative(root, file).replace(/\.rs$/, "").split("/");
    if (["mod", "lib", "main"].includes(parts.at(-1))) parts.pop();
    all.set(parts.join("::"), file);
  }
  return all;
}

/** `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`. */
function paths(text) {
  const open = text.indexOf("{");
  if (open < 0) return [text];
  const [head, inner] = [text.slice(0, open), text.slice(open + 1, text.lastIndexOf("}"))];
  const parts = [];
  for (let depth = 0, from = 0, at = 0; at <= inner.length; at++) {
    if (inner[at] === "{") depth++;
    if (inner[at] === "}") depth--;
    if (at === inner.length || (inner[at] === "," && depth === 0)) {
      parts.push(inner.slice(from, at));
      from = at + 1;
    }
  }
  return parts.filter(Boolean).flatMap((part) => paths(head + part));
}

/** The modules that a file names. */
function named(module, source, all) {
  const code = source.replace(/\/\/[^\n]*/g, "").split("#[cfg(test)]\nmod tests")[0];
  const found = new Set();
  const uses = [...code.matchAll(/\buse ((?:crate|super|self)::[^;]+);/g)].flatMap(([, text]) => paths(text.replace(/\s+/g, "")));
  const inline = [...code.matchAll(/\b(?:crate|super)(?:::\w+)+/g)].map(([text]) => text);
  for (const path of [...uses, ...inline]) {
    let [first, ...rest] = path.replace(/\bas\w*$/, "").split("::");
    let at = module ? module.split("::") : [];
    if (first === "crate") at = [];
    if (first === "super") at.pop();
    for (; rest[0] === "super"; rest.shift()) at.pop();
    at.push(...rest.filter((part) => part !== "self"));
    while (at.length && !all.has(at.join("::"))) at.pop();
    const target = at.join("::");
    if (target !== module && all.has(target)) found.add(target);
  }
  return found;
}

/** Tarjan's strongly connected components. */
function circles(arrows) {
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (v) => {
    index.set(v, index.size);
    low.set(v, index.get(v));
    stack.push(v);
    for (const w of arrows.get(v)) {
      if (!index.has(w)) visit(w);
      if (stack.includes(w)) low.set(v, Math.min(low.get(v), low.get(w)));
    }
    if (low.get(v) === index.get(v)) {
      const circle = stack.splice(stack.indexOf(v));
      if (circle.length > 1) found.push(circle);
    }
  };
  for (const v of arrows.keys()) if (!index.has(v)) visit(v);
  return found;
}

let bad = 0;
for (const root of process.argv.slice(2)) {
  const all = modules(root);
  const arrows = new Map();
  for (const [module, file] of all) {
    const targets = [...named(module, readFileSync(file, "utf8"), all)];
    // A module with its own parts is one thing.
    const apart = (target) => target !== "" && !module.startsWith(`${target}::`) && !target.startsWith(`${module}::`);
    arrows.set(module, new Set(module === "" ? [] : targets.filter(apart)));
  }
  const folder = (module) => module.split("::").slice(0, -1).join("::");
  for (const circle of circles(arrows)) {
    const [first] = circle.map(folder);
    if (first !== "" && circle.every((module) => folder(module) === first)) continue;
    bad = 1;
    console.log(`a circle of files in ${root}:`);
    for (const v of circle) for (const w of arrows.get(v)) if (circle.includes(w)) console.log(`  ${all.get(v)} → ${all.get(w)}`);
  }
}
process.exit(bad);
