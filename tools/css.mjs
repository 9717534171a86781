// Joins the stylesheets named in style/order.txt, in that order, and minifies the result.
//   node tools/css.mjs <style-dir> <out.css>
// No browser targets are given, so light-dark(), nesting, oklch() and layers stay as written.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "lightningcss";

const [dir, out] = process.argv.slice(2);
const orderFile = join(dir, "order.txt");
if (!existsSync(orderFile)) fail(`${orderFile} is missing: it lists the stylesheets, one path a line`);

const listed = readFileSync(orderFile, "utf8")
  .split("\n")
  .map((line) => line.replace(/#.*/, "").trim())
  .filter(Boolean);
const present = readdirSync(dir, { recursive: true }).filter((file) => file.endsWith(".css"));
const unlisted = present.filter((file) => !listed.includes(file));
if (unlisted.length > 0) fail(`not in ${orderFile}: ${unlisted.join(", ")}`);
const twice = listed.filter((file, index) => listed.indexOf(file) !== index);
if (twice.length > 0) fail(`twice in ${orderFile}: ${twice.join(", ")}`);

// Each file is parsed by itself, so that an error names its file and line.
const parts = listed.map((file) => {
  const path = join(dir, file);
  if (!existsSync(path)) fail(`${orderFile} names ${file}, which is not there`);
  const code = readFileSync(path);
  try {
    transform({ filename: path, code });
  } catch (error) {
    fail(`${path}:${error.loc?.line ?? "?"}:${error.loc?.column ?? "?"}: ${error.message}`);
  }
  return code;
});

const { code, warnings } = transform({
  filename: "rapport.css",
  code: Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")])),
  minify: true,
});
for (const warning of warnings) console.warn(`warning: ${warning.message}`);
writeFileSync(out, code);

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
