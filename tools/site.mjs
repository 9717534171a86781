// Lays out what the server serves.
//   node tools/site.mjs publish <pkg-dir> <name> <hash-file> <js> <wasm> <css> <editor> [<other-hash-file>…]
//     copies the first three to <pkg-dir>/<name>.<hash>.<ext> and the editor to editor.<hash>.js,
//     writes the hashes in the form that Leptos reads, and removes what no hash file names any more;
//     what the two builds before had named stays, for pages that are still open
//   node tools/site.mjs hash <file>
//     prints the hash that publish gives to the file
//   node tools/site.mjs compress <dir> <pkg> <hash-file>
//     writes a .br and a .gz beside every file that compresses well; in <pkg> beside those that
//     the hash file names
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// Fonts and images are packed already.
const COMPRESSIBLE = [".js", ".wasm", ".css", ".svg", ".txt", ".json"];

// Builds whose files stay beside the newest.
const RELEASES_KEPT = 2;

const [command, ...args] = process.argv.slice(2);
if (command === "publish") publish(...args);
else if (command === "hash") console.log(hashOf(readFileSync(args[0])));
else if (command === "compress") compressSite(...args);
else throw new Error("usage: node tools/site.mjs publish|hash|compress …");

function hashOf(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 20);
}

function publish(pkg, name, hashFile, js, wasm, css, editor, ...otherHashFiles) {
  mkdirSync(pkg, { recursive: true });
  let hashes = "";
  for (const [kind, source] of Object.entries({ js, wasm, css, editor })) {
    const content = readFileSync(source);
    const hash = hashOf(content);
    const target = join(pkg, kind === "editor" ? `editor.${hash}.js` : `${name}.${hash}.${kind}`);
    if (!existsSync(target) || statSync(target).size !== content.length) writeFileSync(target, content);
    hashes += `${kind}: ${hash}\n`;
  }
  const before = existsSync(hashFile) ? readFileSync(hashFile, "utf8") : "";
  if (before !== hashes) {
    const older = before ? [before, ...blocks(`${hashFile}.before`)].filter((block) => block !== hashes) : [];
    writeFileSync(`${hashFile}.before`, older.slice(0, RELEASES_KEPT).join("\n"));
    // In one step: a running server reads it on each page.
    writeFileSync(`${hashFile}.new`, hashes);
    renameSync(`${hashFile}.new`, hashFile);
  }
  const isNamed = namedBy(...[hashFile, ...otherHashFiles].flatMap((file) => [file, `${file}.before`]));
  for (const file of readdirSync(pkg)) {
    if (!isNamed(file)) rmSync(join(pkg, file));
  }
}

/** The hash files that were written one after the other into a file, newest first. */
function blocks(file) {
  if (!existsSync(file)) return [];
  const all = readFileSync(file, "utf8").split(/\n\n/).filter(Boolean);
  return all.map((block) => (block.endsWith("\n") ? block : `${block}\n`));
}

/** Says of a file's name whether it carries one of the hashes in the given hash files. */
function namedBy(...hashFiles) {
  const present = hashFiles.filter((file) => existsSync(file));
  const hashes = present.flatMap((file) => readFileSync(file, "utf8").match(/[0-9a-f]{20}/g) ?? []);
  return (file) => hashes.some((hash) => file.includes(hash));
}

function compressSite(dir, pkg, hashFile) {
  const isNamed = namedBy(hashFile);
  for (const entry of readdirSync(dir)) {
    if (entry === pkg) {
      for (const file of readdirSync(join(dir, pkg))) if (isNamed(file)) compress(join(dir, pkg, file));
    } else {
      compress(join(dir, entry));
    }
  }
}

function compress(path) {
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path)) compress(join(path, entry));
    return;
  }
  if (!COMPRESSIBLE.includes(extname(path))) return;
  const modified = statSync(path).mtimeMs;
  const fresh = (copy) => existsSync(copy) && statSync(copy).mtimeMs >= modified;
  if (fresh(`${path}.br`) && fresh(`${path}.gz`)) return;
  const content = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
