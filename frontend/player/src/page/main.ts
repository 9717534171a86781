// The player's half on the page: asks for events bit by bit, hands them to the frame, and keeps what
// stands beside in step with it.
import { Feed, Gone, Unshown } from "./feed";
import { Frame } from "./frame";
import { Lists } from "./lists";
import { draw } from "./marks";
import { notes } from "./note";
import { Preview } from "./preview";
import { clock, type Session } from "./session";

const SKIP = "rapport.player.skip";
const SPEED = "rapport.player.speed";
const STEP_MS = 5_000;
/** A stretch of this length is asked for before it is shown. */
const AHEAD_MS = 15_000;
/** So far behind a session that runs one begins to watch it. */
const BEHIND_MS = 3_000;

const root = document.querySelector<HTMLElement>("[data-player]");
if (root) start(root, JSON.parse(root.dataset.player ?? "{}") as Session);

function start(root: HTMLElement, session: Session): void {
  const find = <E extends Element>(selector: string) => root.querySelector<E>(selector) as E;
  const control = <E extends HTMLElement>(name: string) => find<E>(`[data-do="${name}"]`);
  if (!session.windows.length) return;

  const notice = find<HTMLElement>("[data-notice]");
  const say = (text: string) => {
    notice.textContent = text;
    notice.hidden = !text;
  };
  const frame = new Frame(find("[data-stage]"));
  const feed = new Feed(session.base);
  const lists = new Lists(root, session.start);
  let window = session.windows[0]!;
  let at = session.start;
  let playing = false;
  let waiting = false;
  /** All that came of a session that runs is shown, and it goes on with what comes next. */
  let atEnd = false;
  let end = Math.max(...session.windows.map((w) => w.last));

  const seek = control<HTMLInputElement>("seek");
  const speed = control<HTMLSelectElement>("speed");
  const skip = control<HTMLInputElement>("skip");
  const play = control<HTMLButtonElement>("play");
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : find<HTMLElement>(".player-main").requestFullscreen());

  const settings = () => frame.send({ do: "set", speed: Number(speed.value), skip: skip.checked });
  speed.value = localStorage.getItem(SPEED) ?? "1";
  if (!speed.value) speed.value = "1";
  skip.checked = localStorage.getItem(SKIP) !== "no";

  function show(): void {
    const second = Math.max(0, Math.round((at - session.start) / 1_000));
    find<HTMLElement>("[data-clock]").textContent = clock(second);
    find<HTMLElement>("[data-length]").textContent = clock(Math.round((end - session.start) / 1_000));
    const noted = root.querySelector("[data-second]");
    if (noted) noted.textContent = clock(second);
    const field = root.querySelector<HTMLInputElement>("[data-note] input[name=second]");
    if (field) field.value = String(second);
    seek.max = String(Math.max(1, end - session.start));
    if (document.activeElement !== seek || playing) seek.value = String(at - session.start);
    seek.setAttribute("aria-valuetext", clock(second));
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    find<HTMLElement>("[data-sign]").textContent = playing ? "❚❚" : "▶";
    lists.follow(at);
  }

  /** The window that was open at a moment: the one on show, else the one that was opened last. */
  function windowAt(moment: number) {
    const open = session.windows.filter((w) => w.first <= moment && moment <= w.last).sort((a, b) => b.first - a.first);
    return (feed.last ? open.find((w) => w.key === window.key) : undefined) ?? open[0];
  }

  /** Shows a moment; what of it is not here yet is asked for. */
  async function go(to: number, thenPlay: boolean): Promise<void> {
    at = Math.min(Math.max(to, session.start), end);
    const within = windowAt(at);
    if (within && within.key !== window.key) choose(within.key);
    playing = thenPlay;
    atEnd = false;
    show();
    if (feed.holds(window.key, at)) {
      frame.send({ do: "seek", at, play: thenPlay });
      return;
    }
    say("Loading …");
    const stretch = await feed.seek(window.key, at).catch((error: Error) => error);
    if (stretch === undefined) return; // Somebody was quicker and wants another moment.
    if (stretch instanceof Error) {
      playing = false;
      say(stretch instanceof Unshown ? stretch.message : "This part of the recording could not be fetched. Try again.");
      show();
      return;
    }
    say(feed.gap ? "Something before this moment never arrived." : "");
    lists.read(window.key);
    lists.add(stretch.said);
    frame.send({ do: "load", bytes: stretch.bytes, at, play: thenPlay });
  }

  /** Keeps a stretch ahead of what is on show. */
  async function more(): Promise<void> {
    if (waiting || !feed.isBehind(window, at + AHEAD_MS * Math.max(1, Number(speed.value)), session.live)) return;
    waiting = true;
    const stretch = await feed.more(window.key).catch((error: Error) => error);
    waiting = false;
    if (stretch instanceof Gone) {
      session.live = atEnd = playing = false;
      say("This session was deleted.");
      show();
    }
    if (!stretch || stretch instanceof Error) return;
    lists.add(stretch.said);
    if (feed.gap) say("Something is missing here: it never arrived.");
    if (feed.last > end) {
      end = feed.last;
      window.last = end;
      draw(find("[data-marks]"), session, end);
      show();
    }
    frame.send({ do: "add", bytes: stretch.bytes });
    if (!atEnd) return;
    atEnd = false;
    frame.send({ do: "seek", at, play: true });
  }

  function choose(key: string): void {
    window = session.windows.find((w) => w.key === key) ?? window;
    control<HTMLSelectElement>("window").value = window.key;
    feed.forget();
  }

  frame.on((message) => {
    switch (message.is) {
      case "ready":
        settings();
        // One that runs begins with what is going on, unless a moment was asked for.
        if (session.live && !session.at) void go(end - BEHIND_MS, true);
        else void go(session.start + session.at * 1_000, false);
        return;
      case "time":
        at = message.at;
        playing = message.playing;
        show();
        return;
      case "refused":
        playing = false;
        say(message.why);
        show();
        return;
      case "end":
        // The next stretch may be on its way still, or another window go on.
        if (feed.last < window.last) void go(Math.max(at, feed.last), true);
        else if (session.live) atEnd = true;
        else {
          playing = false;
          show();
        }
        return;
    }
  });
  setInterval(() => (playing || session.live) && void more(), 1_000);

  const toggle = () => {
    if (playing) {
      atEnd = false;
      frame.send({ do: "pause" });
    }
    else void go(at >= end - 200 ? session.start : at, true);
  };
  play.addEventListener("click", toggle);
  speed.addEventListener("change", () => {
    localStorage.setItem(SPEED, speed.value);
    settings();
  });
  skip.addEventListener("change", () => {
    localStorage.setItem(SKIP, skip.checked ? "yes" : "no");
    settings();
  });
  seek.addEventListener("input", () => void go(session.start + Number(seek.value), playing));
  control<HTMLSelectElement>("window").addEventListener("change", (event) => {
    choose((event.target as HTMLSelectElement).value);
    void go(Math.min(Math.max(at, window.first), window.last), playing);
  });
  control("full").addEventListener("click", () => void full());
  const link = async () => {
    const address = new URL(session.base, location.href);
    address.searchParams.set("t", String(Math.round((at - session.start) / 1_000)));
    await navigator.clipboard.writeText(address.href).then(
      () => say("The link is copied."),
      () => say(address.href),
    );
  };
  control("link").addEventListener("click", () => void link());

  const tip = find<HTMLElement>("[data-tip]");
  const preview = new Preview(find("[data-preview]"), session.base);
  seek.addEventListener("pointermove", (event) => {
    const { left, width } = seek.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const under = session.start + share * (end - session.start);
    tip.hidden = false;
    find<HTMLElement>("[data-tip-time]").textContent = clock(Math.round((under - session.start) / 1_000));
    tip.style.setProperty("--at", `${share * 100}%`);
    preview.show(windowAt(under)?.key ?? window.key, under);
  });
  seek.addEventListener("pointerleave", () => {
    tip.hidden = true;
    preview.hide();
  });

  const mark = (way: 1 | -1) => {
    const moments = session.marks.map((m) => m.at).filter((m) => (way > 0 ? m > at + 500 : m < at - 500));
    const next = way > 0 ? Math.min(...moments) : Math.max(...moments);
    if (Number.isFinite(next)) void go(next, playing);
  };
  addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    if (target instanceof Element && target.closest("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
    const onButton = target instanceof Element && target.closest("button, a, summary, input");
    switch (event.key) {
      case " ":
        if (onButton) return;
        toggle();
        break;
      case "ArrowRight":
      case "ArrowLeft": {
        if (target instanceof Element && target.closest("[role=tablist]")) return;
        const way = event.key === "ArrowRight" ? 1 : -1;
        if (event.shiftKey) mark(way);
        else void go(at + way * STEP_MS, playing);
        break;
      }
      case "f":
        void full();
        break;
      case "c":
        void link();
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  const form = root.querySelector<HTMLFormElement>("[data-note]");
  if (form) notes(form, frame);
  draw(find("[data-marks]"), session, end);
  lists.onList((to) => void go(to, playing));
  show();
}
