// What every flow starts from: `import { test, expect } from "../fixtures"`.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, request, type Cookie, type Locator, type Page } from "@playwright/test";

export { expect };

export const DEMO = {
  email: "priya@acme.example",
  password: "rapport-demo",
  secretKey: "rsk_demo_secret",
  writeKey: "rpk_demo_write",
};

/** What went wrong behind a page, as one looks at it in the browser's console. */
class Watch {
  readonly problems: string[] = [];
  private allowed: RegExp[] = [];

  /** A flow that provokes an error says which: `watch.allow(/404/)`. */
  allow(pattern: RegExp) {
    this.allowed.push(pattern);
  }

  add(problem: string) {
    this.problems.push(problem);
  }

  unexpected() {
    return this.problems.filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
  }

  follow(page: Page) {
    page.on("pageerror", (error) => this.add(`page error: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      const bad = message.type() === "error" || (message.type() === "warning" && /hydrat|mismatch|panick/i.test(text));
      if (bad) this.add(`console ${message.type()}: ${text} (${message.location().url})`);
    });
    page.on("requestfailed", (failed) => {
      // Leaving a page ends what it was still loading.
      const reason = failed.failure()?.errorText ?? "";
      if (reason !== "net::ERR_ABORTED") this.add(`request failed: ${failed.url()} ${reason}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.add(`status ${response.status()}: ${response.url()}`);
    });
  }
}

export const test = base.extend<{ watch: Watch }, { session: Cookie[] }>({
  // One login a worker: logging in is slow on purpose, and limited.
  session: [
    async ({}, use, worker) => {
      const api = await request.newContext({ baseURL: worker.project.use.baseURL });
      const answer = await api.post("/login", { form: { email: DEMO.email, password: DEMO.password, next: "" } });
      expect(answer.ok(), `login answered ${answer.status()}`).toBe(true);
      const { cookies } = await api.storageState();
      expect(cookies, "login set no cookie").not.toHaveLength(0);
      await use(cookies);
      await api.dispose();
    },
    { scope: "worker" },
  ],
  watch: [
    async ({ context, javaScriptEnabled }, use) => {
      const watch = new Watch();
      // Without JavaScript the browser refuses the preloaded script, and says so as a failed request.
      if (!javaScriptEnabled) watch.allow(/^request failed: .*\/pkg\/\S+\.js csp$/);
      context.on("page", (page) => watch.follow(page));
      await use(watch);
      expect(watch.unexpected(), "problems in the browser").toEqual([]);
    },
    { auto: true },
  ],
  // Logged out by default; `login(page)` is the short way in.
  page: async ({ page, session, javaScriptEnabled }, use) => {
    sessions.set(page, session);
    // What is typed before the browser took over is a test of forms, which the flows without
    // JavaScript are: all others wait. A page without a browser half is ready as it comes.
    const ready = async () => {
      if (javaScriptEnabled !== false) await page.locator("html[data-hydrated], html[data-plain]").waitFor({ state: "attached" });
    };
    const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
    page.goto = async (url, options) => {
      const answer = await goto(url, options);
      await ready();
      return answer;
    };
    page.reload = async (options) => {
      const answer = await reload(options);
      await ready();
      return answer;
    };
    await use(page);
  },
});

const sessions = new WeakMap<Page, Cookie[]>();

/** Logs the demo's agent in, without the form. */
export async function login(page: Page) {
  await page.context().addCookies(sessions.get(page) ?? []);
}

/** The same flows as a browser without JavaScript sees them. */
export const noJs = test.extend({ javaScriptEnabled: false });

/** One flow in each colour scheme: `eachTheme("inbox", async ({ page }) => …)`. */
export function eachTheme(title: string, flow: Parameters<typeof test>[2]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(() => {
      test.use({ colorScheme });
      test(`${title} (${colorScheme})`, flow);
    });
  }
}

/** Fails on whatever axe finds serious or critical; `within` narrows it to one part of the page. */
export async function axe(page: Page, within?: string) {
  let builder = new AxeBuilder({ page });
  if (within) builder = builder.include(within);
  const { violations } = await builder.analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`);
  expect(grave, "accessibility").toEqual([]);
}

/** The number that a link of the rail says: what waits at the inbox or the bell. */
export async function waiting(link: Locator) {
  return Number(/\d+/.exec((await link.getAttribute("aria-label")) ?? "")?.[0] ?? 0);
}

/** The REST API with the demo's secret key, to make what a flow needs. */
export async function api(page: Page, path: string, data: unknown) {
  const answer = await page.request.post(path, {
    data,
    headers: { authorization: `Bearer ${DEMO.secretKey}` },
  });
  expect(answer.ok(), `${path} answered ${answer.status()}: ${await answer.text()}`).toBe(true);
  return answer.json();
}
