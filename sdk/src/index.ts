// The public face: who visits, and what they do.

import { told } from "./address.js";
import { id, properties as readable } from "./plain.js";
import { Queue } from "./queue.js";
import { randomId, read, remove, write } from "./store.js";
import type { Identity, Message, Options, Properties } from "./types.js";

export type { Identity, Options, Properties } from "./types.js";

const ANONYMOUS = "rapport_anonymous";
const USER = "rapport_user";
const COOKIE_SECONDS = 31_536_000;

interface User {
  id: string;
  token?: string;
}

/** The part of the recorder that this half speaks to; it is a file of its own. */
interface Recording {
  changed(): void;
  stop(): void;
  forget(): void;
}

export class Rapport {
  private recorder: Recording | undefined;
  private recording = false;
  private readonly queue: Queue;
  private agreed: boolean;
  private anonymous: string | undefined;
  private user: User | undefined;
  private lastPage: string | undefined;

  private readonly host: string;

  constructor(private readonly key: string, private readonly options: Options = {}) {
    this.host = (options.host ?? location.origin).replace(/\/+$/, "");
    this.queue = new Queue(this.host, key, options.flushInterval ?? 2_000);
    this.agreed = options.consent ?? true;
    quietly(() => {
      if (this.agreed) this.begin();
      this.watch();
      if (options.record) this.record();
    });
  }

  /** Says who the visitor is. With a token from your server it is proven. */
  identify(userId: string | number, traits?: Properties | null, identity?: Identity | null): void {
    quietly(() => {
      const user = id(userId);
      if (!this.agreed || !user) return;
      // Somebody else at the same browser: what the one before did stays theirs.
      if (this.user && id(this.user.id) !== user) this.reset();
      const token = typeof identity?.token === "string" ? identity.token : undefined;
      this.user = { id: user, token };
      write(USER, this.user);
      if (token) this.queue.renew(user, token);
      this.send({ type: "identify", traits: readable(traits) });
      this.recorder?.changed();
    });
  }

  /** Says what the visitor did. */
  track(event: string, properties?: Properties | null): void {
    quietly(() => this.send({ type: "track", event: String(event), properties: readable(properties) }));
  }

  /** Says which page the visitor sees; by itself at each change of the address. */
  page(name?: string | null, properties?: Properties | null): void {
    quietly(() => {
      this.lastPage = location.href;
      const { href, pathname: path, search } = location;
      const own = { url: told(href), path, search: told(search), title: document.title, referrer: told(document.referrer) };
      const said = name == null ? undefined : String(name);
      this.send({ type: "page", name: said, properties: { ...own, ...readable(properties) } });
    });
  }

  /** Says which company the visitor belongs to; counts with a token only. */
  group(groupId: string | number, traits?: Properties | null): void {
    quietly(() => {
      const group = id(groupId);
      if (group) this.send({ type: "group", groupId: group, traits: readable(traits) });
    });
  }

  /** Forgets who it was: at log-out. */
  reset(): void {
    void this.queue.flush();
    this.user = undefined;
    remove(USER);
    this.setAnonymous(randomId());
    // Somebody else begins a session of their own.
    this.recorder?.changed();
  }

  /** Begins, or forgets everything and is silent. */
  consent(agreed: boolean): void {
    if (agreed === this.agreed) return;
    this.agreed = agreed;
    if (agreed) {
      this.begin();
      if (this.recording) this.record();
      this.recorder?.changed();
      return;
    }
    this.recorder?.forget();
    this.queue.clear();
    this.user = this.anonymous = undefined;
    remove(USER);
    remove(ANONYMOUS);
    if (this.options.cookie) document.cookie = `${ANONYMOUS}=; Max-Age=0; Path=/; SameSite=Lax`;
  }

  /** Records what the visitor sees, as App config › Recordings has it; loads a second script first. */
  record(): void {
    quietly(() => {
      this.recording = true;
      if (this.recorder || !this.agreed) return;
      const make = (window as Loaded).rapportRecorder;
      if (make) {
        this.recorder = make({
          host: this.host,
          key: this.key,
          anonymousId: () => this.anonymous,
          isIdentified: () => Boolean(this.user?.token),
          agreed: () => this.agreed,
        });
      } else if (!document.querySelector("script[data-rapport-recorder]")) {
        const script = document.createElement("script");
        script.dataset.rapportRecorder = "";
        script.src = `${this.host}/recorder.js`;
        script.onload = () => this.recording && this.record();
        document.head.append(script);
      }
    });
  }

  /** Ends recording on this page. */
  stopRecording(): void {
    quietly(() => {
      this.recording = false;
      this.recorder?.stop();
      this.recorder = undefined;
    });
  }

  /** Sends what waits. */
  flush(): Promise<void> {
    return this.queue.flush();
  }

  private begin(): void {
    const cookie = this.options.cookie && document.cookie.match(`(?:^|; )${ANONYMOUS}=([0-9a-f]{32})`)?.[1];
    const user = read<User>(USER);
    const known = id(user?.id);
    this.user = known ? { id: known, token: user?.token } : undefined;
    this.setAnonymous(cookie || read<string>(ANONYMOUS) || randomId());
    this.queue.adopt();
    if (this.options.autoPage ?? true) this.page();
  }

  private setAnonymous(id: string): void {
    this.anonymous = id;
    write(ANONYMOUS, id);
    if (!this.options.cookie) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${ANONYMOUS}=${id}; Max-Age=${COOKIE_SECONDS}; Path=/; SameSite=Lax${secure}`;
  }

  private send(message: Pick<Message, "type"> & Partial<Message>): void {
    if (!this.agreed || !this.anonymous) return;
    this.queue.add({
      messageId: randomId(),
      timestamp: new Date().toISOString(),
      anonymousId: this.anonymous,
      userId: this.user?.id,
      userToken: this.user?.token,
      context: context(),
      ...message,
    });
  }

  /** Follows the address and leaves with the page. */
  private watch(): void {
    const leave = () => void this.queue.flush(true);
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
    if (!(this.options.autoPage ?? true)) return;
    const moved = () =>
      setTimeout(() => {
        if (location.href !== this.lastPage) this.page();
      });
    addEventListener("popstate", moved);
    for (const name of ["pushState", "replaceState"] as const) {
      const original = history[name];
      history[name] = function (...args) {
        original.apply(this, args);
        moved();
      };
    }
  }
}

type Loaded = Window & { rapportRecorder?: (host: object) => Recording };

/** Does what it can: a page must never fail because somebody counts its visitors. */
function quietly(what: () => void): void {
  try {
    what();
  } catch (error) {
    console.debug("rapport:", error);
  }
}

/** Where the visitor is and with what: the agent sees their page and their local time. */
function context(): Properties {
  const { href, pathname: path } = location;
  return {
    library: { name: "rapport", version: "0.1.0" },
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    userAgent: navigator.userAgent,
    page: { path, url: told(href), title: document.title },
  };
}

/** Starts with a public key (`rpk_…`). */
export function init(key: string, options: Options = {}): Rapport {
  return new Rapport(key, options);
}
