// A server of a test's own, on a database of its own: what the demo's must not do to everybody else.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";

const ROOT = resolve(import.meta.dirname, "..");
/** What its set-up asks for. */
export const SETUP_CODE = "open-sesame";
export const ADMIN = { email: "ada@empty.example", password: "a good long password" };

function psql(statement: string) {
  execFileSync("scripts/pg.sh", ["psql", "postgres", "-Xqc", statement], { cwd: ROOT });
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts one that nobody has set up yet, with these settings beside its own; `stop` removes all of it. */
export async function ownServer(more: Record<string, string> = {}) {
  const name = `rapport_own_${process.pid}_${Math.floor(Math.random() * 1e9)}`;
  psql(`create database ${name}`);
  const files = mkdtempSync(join(tmpdir(), "rapport-own-"));
  const address = `127.0.0.1:${await freePort()}`;
  const database = new URL(process.env.DATABASE_URL ?? "");
  database.pathname = `/${name}`;
  const env = {
    ...process.env,
    DATABASE_URL: database.href,
    RAPPORT_ADDR: address,
    RAPPORT_DEMO: "false",
    RAPPORT_FILES: files,
    RAPPORT_SETUP_CODE: SETUP_CODE,
    ...more,
  };
  const server = spawn(process.env.RAPPORT_PROGRAM ?? "", ["serve"], { cwd: ROOT, env, stdio: "ignore" });
  const url = `http://${address}`;
  const stop = async () => {
    const ended = new Promise((done) => server.once("exit", done));
    if (server.kill()) await ended;
    psql(`drop database if exists ${name} with (force)`);
    rmSync(files, { recursive: true, force: true });
  };
  for (let turn = 0; turn < 150; turn++) {
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) return { url, stop };
    if (server.exitCode !== null) break;
    await new Promise((later) => setTimeout(later, 200));
  }
  await stop();
  throw new Error("the server of this test did not start");
}

/** Its first page to be ready for typing, with and without a browser half. */
export async function ready(page: Page) {
  await page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });
}

/** Sets it up by the form, which logs its admin in. */
export async function setUp(context: BrowserContext) {
  const page = await context.newPage();
  await page.goto("/");
  await ready(page);
  await page.getByLabel("Set-up code").fill(SETUP_CODE);
  await page.getByLabel("Workspace").fill("Empty Ltd");
  await page.getByLabel("Your name").fill("Ada Empty");
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/get-started/);
  await ready(page);
  return page;
}
