// Who made what the build holds: every crate of both halves, every npm package that is bundled, and
// what lies in public/ (fonts, icons, tables), each with its licence and the text of it.
//   node tools/notices.mjs check          fails for a licence that deny.toml does not allow, and for
//                                         a package without a text of it
//   node tools/notices.mjs write <file>   the same, and writes the notices that the server shows
// Takes two seconds. Needs cargo, and the packages of tools/ and frontend/editor/.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { problemsOf } from "./notices/rules.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const NO_CODE_OF_OTHERS = /^rapport-/;
const TEXT_FILE = /^(licen[cs]e|copying|notice|copyright|unlicense)/i;

const [command, out] = process.argv.slice(2);
if (command !== "check" && !(command === "write" && out)) throw new Error("usage: node tools/notices.mjs check|write <file>");

const problems = [];
const packages = [...crates(), standardLibrary(), ...npmPackages(), ...publicFiles()];
problems.push(...problemsOf(packages, allowedLicences()));
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
if (command === "write") writeFileSync(out, render());
else console.log(`    ${packages.length} packages, each with a licence that is allowed and its text`);

function cargo(...args) {
  return execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
}

/** What is linked into either half: no build scripts, no macros, nothing of the tests. */
function crates() {
  const host = /^host: (.*)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))[1];
  const halves = { "rapport-server": host, "rapport-frontend": "wasm32-unknown-unknown" };
  const platforms = Object.values(halves).flatMap((target) => ["--filter-platform", target]);
  const known = new Map();
  for (const found of JSON.parse(cargo("metadata", "--format-version=1", "--locked", ...platforms)).packages) {
    known.set(`${found.name} v${found.version}`, found);
  }
  const linked = new Set();
  for (const [name, target] of Object.entries(halves)) {
    const tree = cargo("tree", "--locked", "-p", name, "--target", target, "-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}");
    for (const line of tree.split("\n").filter(Boolean)) linked.add(line.split(" ").slice(0, 2).join(" "));
  }
  return [...linked].filter((name) => !NO_CODE_OF_OTHERS.test(name)).sort().map((name) => {
    const found = known.get(name);
    const folder = dirname(found.manifest_path);
    return {
      name: found.name,
      version: found.version,
      licence: found.license,
      home: found.repository ?? found.homepage,
      texts: textsIn(folder, found.license_file) ?? standardText(found.name, found.authors),
    };
  });
}

/** Rust's own library is in both halves. */
function standardLibrary() {
  const home = "https://github.com/rust-lang/rust";
  const version = /^rustc (\S+)/.exec(execFileSync("rustc", ["-V"], { encoding: "utf8" }))[1];
  return { name: "std", version, licence: "MIT OR Apache-2.0", home, texts: standardText("std", []) };
}

/** The packages that esbuild takes files from when all our scripts are bundled. */
function npmPackages() {
  const { buildSync } = createRequire(join(root, "tools/package.json"))("esbuild");
  const scripts = ["frontend/editor/src", "frontend/palette/src", "frontend/player/src", "sdk/src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).filter((file) => file.endsWith(".ts")).map((file) => join(root, folder, file)),
  );
  const { metafile } = buildSync({
    absWorkingDir: root, entryPoints: scripts, bundle: true, metafile: true, write: false,
    outdir: "unwritten", format: "esm", define: { EDITOR: '"./editor.js"' }, external: ["./editor.js"], logLevel: "error",
  });
  const folders = new Set();
  for (const file of Object.keys(metafile.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (folder) folders.add(folder);
  }
  // rrweb comes with what it uses bundled already: esbuild does not see that.
  for (const folder of folders) {
    if (!/rrweb/.test(folder)) continue;
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const home = folder.slice(0, folder.lastIndexOf("node_modules/") + "node_modules/".length);
    for (const name of Object.keys(dependencies)) {
      if (!name.startsWith("@types/") && existsSync(join(root, home, name))) folders.add(home + name);
    }
  }
  return [...folders].sort().map((folder) => {
    const found = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return {
      name: found.name,
      version: found.version,
      licence: found.license,
      home: found.repository?.url ?? found.repository ?? found.homepage,
      texts: textsIn(join(root, folder)) ?? standardText(found.name, [found.author?.name ?? found.author ?? ""]),
    };
  });
}

/** Files that we copied: public/licences/ has one text for each origin, public.json what it is. */
function publicFiles() {
  const known = JSON.parse(readFileSync(join(root, "tools/notices/public.json"), "utf8"));
  const folder = join(root, "public/licences");
  for (const file of readdirSync(folder)) {
    if (!known[file]) problems.push(`public/licences/${file} is not in tools/notices/public.json`);
  }
  return Object.entries(known).map(([file, about]) => ({ ...about, texts: [readFileSync(join(folder, file), "utf8")] }));
}

/** The texts that a package brings along, beside its manifest or in a folder of their own, or nothing. */
function textsIn(folder, named) {
  const inside = (path) => readdirSync(join(folder, path), { withFileTypes: true });
  const files = inside("").flatMap((entry) => {
    if (!TEXT_FILE.test(entry.name)) return [];
    if (entry.isDirectory()) return inside(entry.name).filter((e) => e.isFile()).map((e) => join(entry.name, e.name));
    return /\.(rs|js|ts|html)$/.test(entry.name) ? [] : [entry.name];
  });
  if (named && !files.includes(named) && existsSync(join(folder, named))) files.push(named);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8")).filter((text) => text.trim());
  return texts.length > 0 ? texts : undefined;
}

/**
 * For those whose authors left the text out: looked at by hand and listed as `name licence holder`.
 * Where no holder stands it is who Cargo.toml names.
 */
function standardText(name, authors) {
  const line = readFileSync(join(root, "tools/notices/without_text.txt"), "utf8").split("\n").find((line) => line.split(" ")[0] === name);
  if (!line) return undefined;
  const [, licence, ...given] = line.split(" ");
  const named = authors.map((author) => author.replace(/ <.*>$/, "")).join(", ");
  const holder = given.join(" ") || named || `the contributors of ${name}`;
  return [readFileSync(join(root, `tools/notices/${licence}.txt`), "utf8").replace("{holder}", holder)];
}

function allowedLicences() {
  const section = /\[licenses\][^[]*allow = \[([^\]]*)\]/.exec(readFileSync(join(root, "deny.toml"), "utf8"))[1];
  return new Set([...section.matchAll(/"([^"]+)"/g)].map((found) => found[1]));
}

/** Each text once, under the names of all packages that it came with. */
function render() {
  const texts = new Map();
  for (const { name, version, texts: own } of packages) {
    for (const text of own) {
      const key = createHash("sha256").update(text.replace(/\s+/g, " ").trim()).digest("hex");
      const entry = texts.get(key) ?? { text, names: new Set() };
      entry.names.add(`${name} ${version}`);
      texts.set(key, entry);
    }
  }
  const line = "=".repeat(80);
  const address = (home) => (home ?? "").replace(/^git\+/, "").replace(/\.git$/, "");
  const list = packages.map(({ name, version, licence, home }) => `${name} ${version}: ${licence}, ${address(home)}`);
  const blocks = [...texts.values()].map(({ text, names }) => `${line}\n${[...names].join(", ")}\n${line}\n\n${text.trim()}\n`);
  return `Rapport is free software under the GNU Affero General Public License, version 3.
The source of what runs here is at /source.

It is built of what others made and gave. First who, then the text of each licence.

${list.join("\n")}

${blocks.join("\n")}`;
}
