// Builds the browser SDK with the esbuild of tools/.
//   node sdk/build.mjs script <file>   the script that the server hands out as /sdk.js
//   node sdk/build.mjs recorder <file> the script that this one fetches when recording starts
//   node sdk/build.mjs                 dist/ as npm takes it, with types
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const tools = createRequire(join(here, "../tools/package.json"));
const { buildSync } = tools("esbuild");
const shared = { bundle: true, target: "es2020", legalComments: "none", logLevel: "warning" };

const [what, out] = process.argv.slice(2);
if (what === "script") {
  buildSync({ ...shared, entryPoints: [join(here, "src/script.ts")], format: "iife", minify: true, outfile: out });
} else if (what === "recorder") {
  buildSync({ ...shared, entryPoints: [join(here, "src/recorder.ts")], format: "iife", minify: true, outfile: out });
} else {
  buildSync({ ...shared, entryPoints: [join(here, "src/index.ts")], format: "esm", outfile: join(here, "dist/index.js") });
  execFileSync(process.execPath, [tools.resolve("typescript/bin/tsc"), "-p", here], { stdio: "inherit" });
}
