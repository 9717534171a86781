// The official Segment clients, with nothing but their host changed.
import { Analytics } from "@segment/analytics-node";
import { createReadStream, existsSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { DEMO, expect, login, test } from "../fixtures";

const SCRIPTS = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@segment/analytics-next/dist/umd");

async function find(page: Page, q: string) {
  const answer = await page.request.get(`/api/v1/customers?q=${encodeURIComponent(q)}`, {
    headers: { authorization: `Bearer ${DEMO.secretKey}` },
  });
  return (await answer.json()).items;
}

test("the client for servers identifies, groups and tracks", async ({ page, baseURL }) => {
  const mark = `n${Date.now()}`;
  const analytics = new Analytics({ writeKey: DEMO.secretKey, host: baseURL!, flushAt: 20 });
  const errors: unknown[] = [];
  analytics.on("error", (error) => errors.push(error));
  analytics.identify({ userId: mark, traits: { name: `Nora ${mark}`, email: `${mark}@node.example` } });
  analytics.group({ userId: mark, groupId: `g-${mark}`, traits: { name: `Company ${mark}` } });
  analytics.track({ userId: mark, event: "Seat added", properties: { seats: 3 } });
  analytics.page({ userId: mark, name: "Pricing" });
  await analytics.closeAndFlush();
  expect(errors).toEqual([]);

  const [found] = await find(page, `${mark}@node.example`);
  expect(found).toMatchObject({ kind: "customer", external_id: mark, account: { name: `Company ${mark}` } });
  await login(page);
  await page.goto(`/customers/${found.id}`);
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline).toContainText("Seat added");
  await expect(timeline).toContainText("Page viewed");
});

/** A site of another origin that has nothing but the client's own files. */
async function site() {
  const server = createServer((request, response) => {
    const file = join(SCRIPTS, basename(new URL(request.url!, "http://x").pathname));
    if (file.endsWith(".js") && existsSync(file)) {
      response.writeHead(200, { "content-type": "text/javascript" });
      createReadStream(file).pipe(response);
    } else {
      response.writeHead(200, { "content-type": "text/html" });
      response.end('<!doctype html><link rel="icon" href="data:,"><title>Shop</title><script src="/index.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

test("the client for browsers makes a visitor with a timeline", async ({ page, context, baseURL }) => {
  const shop = await site();
  const mark = `b${Date.now()}`;
  const visitor = await context.newPage();
  await visitor.goto(shop.url);
  const settings = visitor.waitForResponse(/\/v1\/projects\/.*\/settings/);
  await visitor.evaluate(
    async ([writeKey, host, mark]) => {
      // @ts-expect-error: the client's own global
      const { AnalyticsBrowser } = window.AnalyticsNext;
      const own = { apiHost: `${host!.replace(/^http:\/\//, "")}/v1`, protocol: "http" };
      const analytics = AnalyticsBrowser.load({ writeKey, cdnURL: host }, { integrations: { "Segment.io": own } });
      await analytics.page("Shelf");
      await analytics.identify("somebody-else", { name: `Claims ${mark}` });
      await analytics.track("Basket filled", { mark });
    },
    [DEMO.writeKey, baseURL, mark] as const,
  );
  expect((await settings).ok()).toBe(true);
  await expect(async () => {
    const [found] = await find(page, `Claims ${mark}`);
    expect(found).toMatchObject({ kind: "visitor", external_id: null });
    await login(page);
    await page.goto(`/customers/${found.id}`);
    await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Basket filled", { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await visitor.close();
  await shop.close();
});

/** A way to the server that is busy for the first message, as a server is that is full. */
async function busyOnce(target: string) {
  const log: string[] = [];
  const server = createServer((incoming, response) => {
    const isMessage = incoming.method === "POST" && /\/v1\/[tipb]$/.test(incoming.url!);
    if (isMessage && !log.includes("503")) {
      log.push("503");
      incoming.resume();
      response.writeHead(503, { "access-control-allow-origin": "*", "retry-after": "1" });
      response.end("{}");
      return;
    }
    const onward = httpRequest(new URL(incoming.url!, target), { method: incoming.method, headers: incoming.headers }, (answer) => {
      if (isMessage) log.push(String(answer.statusCode));
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, log, close: () => new Promise((resolve) => server.close(resolve)) };
}

test("the client for browsers tries again after a busy moment, with headers of its own", async ({ context, baseURL, watch }) => {
  // The browser tells of the 503 in its console.
  watch.allow(/503/);
  const shop = await site();
  const way = await busyOnce(baseURL!);
  const visitor = await context.newPage();
  await visitor.goto(shop.url);
  await visitor.evaluate(
    async ([writeKey, host]) => {
      // @ts-expect-error: the client's own global
      const { AnalyticsBrowser } = window.AnalyticsNext;
      const own = { apiHost: `${host}/v1`, protocol: "http" };
      const analytics = AnalyticsBrowser.load({ writeKey, cdnURL: `http://${host}` }, { integrations: { "Segment.io": own } });
      await analytics.track("Coupon applied", { code: "X1" });
    },
    [DEMO.writeKey, way.host] as const,
  );
  await expect.poll(() => way.log, { timeout: 40_000 }).toEqual(["503", "200"]);
  await visitor.close();
  await way.close();
  await shop.close();
});
