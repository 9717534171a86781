// Writes public/icons.svg, one sprite of the Lucide icons named in public/icons.txt.
//   node scripts/icons.mjs     (5 seconds; needs npm, which fetches the icons to a temporary folder)
// The stroke's width is left to the stylesheet. Use: <svg class="i" aria-hidden="true"><use href="/icons.svg#mail"/></svg>
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "lucide-static@1.62.0";
const publicDir = fileURLToPath(new URL("../public/", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "icons-"));

try {
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", temporary, PACKAGE], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const source = join(temporary, "node_modules", "lucide-static");
  const names = readFileSync(join(publicDir, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  const symbols = [...new Set(names)].sort().map((name) => symbol(source, name));
  writeFileSync(
    join(publicDir, "icons.svg"),
    `<!-- Lucide icons, ISC licence: see licences/lucide.txt. Written by scripts/icons.mjs. -->\n` +
      `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
  writeFileSync(join(publicDir, "licences", "lucide.txt"), readFileSync(join(source, "LICENSE")));
  console.log(`public/icons.svg: ${symbols.length} icons`);
} finally {
  rmSync(temporary, { recursive: true });
}

function symbol(source, name) {
  const file = join(source, "icons", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`Lucide has no icon named ${name}`);
  const svg = readFileSync(file, "utf8");
  const shapes = svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/\s*\n\s*/g, "")
    .replaceAll(" />", "/>");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
    `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`
  );
}
