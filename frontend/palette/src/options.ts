// What the palette offers for what was typed.
import { commands, go, run, say, type Command } from "./page";
import { showHelp } from "./help";
import { inWords, moment } from "./moment";

export type Option = {
  title: string;
  detail: string;
  icon: string;
  key: string;
  choose: (newTab: boolean) => void;
  /** What has to be said before. */
  step?: Step;
};
export type Group = { name: string; options: Option[] };

/** One more thing to say before something can be done. */
export type Step = {
  title: string;
  placeholder: string;
  /** What stands in an empty list. */
  nothing: string;
  /** What is offered for what was typed. */
  offer: (typed: string) => Group[];
};

/** The group of what can be done. */
export const ACTIONS = "Actions";
/** Most actions that are shown for what was typed. */
const MOST_ACTIONS = 8;

const words = (text: string) => text.toLowerCase().split(/[\s:…]+/).filter(Boolean);

/** Whether every word that was typed begins a word of the text. */
export function fits(text: string, typed: string) {
  const has = words(text);
  return words(typed).every((word) => has.some((own) => own.startsWith(word)));
}

/** A preference is stored by its own page, which works without the browser half too. */
function prefer(name: string, value: string) {
  const body = new URLSearchParams({ do: "choose", [name]: value });
  document.documentElement.dataset[name] = value;
  fetch("/settings/preferences", { method: "POST", body }).then(
    (answer) => answer.ok || say("Not saved. Reload the page and try again."),
    () => say("Not saved: the server cannot be reached."),
  );
}

type Doing = Omit<Command, "id"> & { run: (value: string) => void };

function everywhere(): Doing[] {
  const plain = { key: "", text: null, now: null, until: null, choices: [] as [string, string][] };
  return [
    {
      ...plain,
      what: "Theme …",
      icon: "sun",
      choices: [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]],
      run: (value) => prefer("theme", value),
    },
    {
      ...plain,
      what: "Density …",
      icon: "menu",
      choices: [["comfortable", "Comfortable"], ["compact", "Compact"]],
      run: (value) => prefer("density", value),
    },
    // Away or back, and out: what the account menu offers.
    ...[...document.querySelectorAll<HTMLFormElement>(".rail-menu form")].map((form) => ({
      ...plain,
      what: form.textContent.trim(),
      icon: form.querySelector("use")?.getAttribute("href")?.split("#")[1] ?? "user",
      run: () => form.requestSubmit(),
    })),
    { ...plain, what: "Keyboard shortcuts", key: "?", icon: "keyboard", run: showHelp },
  ];
}

function all(): Doing[] {
  const own = commands().map((command) => ({ ...command, run: (value: string) => run(command.id, value) }));
  // The newest registration is the one that counts; what closes things is no action.
  const counts = new Map(own.map((command) => [command.what, command.id]));
  const able = own.filter(({ id, what, key }) => key !== "Escape" && key !== "/" && counts.get(what) === id);
  // What moves has its keys: it comes after what does something.
  const moves = (command: Doing) => "jk".includes(command.key || " ");
  return [...able.filter((command) => !moves(command)), ...able.filter(moves), ...everywhere()];
}

/** The step of a command that needs a word more. */
export function stepOf(command: Doing): Step | undefined {
  const { what, choices, text, icon, now, until } = command;
  const option = (title: string, value: string): Option => ({
    title, icon, detail: value === now ? "now" : "", key: "",
    choose: () => command.run(value),
  });
  if (text !== null) {
    const offer = (typed: string) => (typed.trim() === "" ? [] : [{ name: what, options: [option(typed.trim(), typed.trim())] }]);
    return { title: what, placeholder: text, nothing: text, offer };
  }
  if (choices.length === 0) return undefined;
  const offer = (typed: string) => {
    const options = choices.filter(([, label]) => fits(label, typed)).slice(0, 50).map(([value, label]) => option(label, value));
    const at = until === null ? undefined : moment(typed, new Date());
    // The time that was typed comes first: "9" is a time, and no part of "For 90 minutes".
    if (at) options.unshift(option(`Until ${inWords(at)}`, until + at.toISOString()));
    return [{ name: what, options }];
  };
  const placeholder = until === null ? "Choose, or type part of its name" : "Choose, or type a time: fri 14:00, 3d, Dec 12";
  const nothing = until === null ? "No match" : "No time to come. Try tomorrow 9:30, mon, 2h, 3 weeks or Dec 12 14:00";
  return { title: what, placeholder, nothing, offer };
}

/** The step of what a key asked for. */
export function stepOfCommand(id: number): Step | undefined {
  const found = commands().find((command) => command.id === id);
  return found && stepOf({ ...found, run: (value) => run(id, value) });
}

/** What can be done; with something typed, a choice is offered as a whole: "Assign to Sam". */
export function actions(typed: string): Group {
  const options: Option[] = [];
  for (const command of all()) {
    const { what, key, icon } = command;
    if (fits(what, typed)) {
      options.push({ title: what, detail: "", icon, key, choose: () => command.run(""), step: stepOf(command) });
    }
    if (typed.trim() === "") continue;
    const whole = (label: string) => (what.endsWith(" …") ? what.replace("…", label) : `${what}: ${label}`);
    for (const [value, label] of command.choices) {
      if (fits(whole(label), typed) && !fits(what, typed)) {
        options.push({ title: whole(label), detail: "", icon, key: "", choose: () => command.run(value) });
      }
    }
  }
  return { name: ACTIONS, options: options.slice(0, typed.trim() === "" ? 20 : MOST_ACTIONS) };
}

type Place = { title: string; detail: string; icon: string; href: string; external: boolean };

/** Where one can go, as the server knows it. */
export async function places(typed: string, signal: AbortSignal): Promise<Group[]> {
  // "Go to SLA" is a way to say it.
  const sought = typed.replace(/^go to\s+/i, "");
  // An empty parameter would be led to the address without it.
  const query = sought === "" ? "" : `?q=${encodeURIComponent(sought)}`;
  const answer = await fetch(`/search/suggestions${query}`, { signal });
  // The session is over: the login leads back here.
  if (new URL(answer.url).pathname === "/login") location.reload();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const groups = (await answer.json()) as { name: string; items: Place[] }[];
  return groups.map(({ name, items }) => ({
    name,
    options: items.map((place) => ({
      ...place, key: "",
      choose: (newTab: boolean) => go(place.href, place.external, newTab),
    })),
  }));
}
