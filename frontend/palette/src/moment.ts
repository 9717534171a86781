// Times as people type them: "fri 14:00", "tomorrow", "3d", "Dec 12 9am".

/** When a day begins for whoever names no time. */
const MORNING = 9;
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/** Further away nobody means it. */
const MOST_YEARS = 5;

/** Which of the names a word begins, by three letters at least; -1 for none. */
const named = (names: string[], word: string) => (word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word)));

type Found = { day?: Date; hour?: number; minute?: number; exactly?: Date };

/** How the reader's times are, as the server put it on the page: in which zone, and what begins a week. */
const reader = () => (typeof document === "undefined" ? {} : document.documentElement.dataset) as { zone?: string; dates?: string };

/** Milliseconds by which the clock of the reader's zone is ahead of this browser's. */
function aheadOfHere(at: Date): number {
  const { zone } = reader();
  if (zone === undefined) return 0;
  try {
    // Swedes write 2026-11-24 10:41:00.
    const wall = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(at);
    return new Date(wall.replace(" ", "T")).getTime() - Math.floor(at.getTime() / 1000) * 1000;
  } catch {
    return 0;
  }
}

/** The time to come that was typed, by the reader's clock; undefined where it is none. */
export function moment(typed: string, now: Date): Date | undefined {
  const wall = read(typed, new Date(now.getTime() + aheadOfHere(now)));
  if (!wall) return undefined;
  const at = new Date(wall.getTime() - aheadOfHere(wall));
  // Between both the clocks may change.
  return new Date(wall.getTime() - aheadOfHere(at));
}

function read(typed: string, now: Date): Date | undefined {
  const words = typed.toLowerCase().replace(/,/g, " ").split(/\s+/).filter((word) => word !== "" && !FILLING.has(word));
  const found: Found = {};
  if (words.length === 0 || words.length > 5) return undefined;
  while (words.length > 0) {
    let taken = 0;
    // The first that can read them.
    READERS.some((read) => (taken = read(words, found, now)) > 0);
    if (taken === 0) return undefined;
    words.splice(0, taken);
  }
  const at = found.exactly ?? whole(found, now);
  return at > now && at.getFullYear() <= now.getFullYear() + MOST_YEARS ? at : undefined;
}

const FILLING = new Set(["at", "in", "on", "until", "for", "the", "of"]);

const MINUTES = new Map([["m", 1], ["min", 1], ["mins", 1], ["minute", 1], ["minutes", 1], ["h", 60], ["hrs", 60], ["hour", 60], ["hours", 60]]);
const UNIT_DAYS = new Map([["d", 1], ["day", 1], ["days", 1], ["w", 7], ["week", 7], ["weeks", 7]]);
const MONTH_WORDS = new Set(["mo", "month", "months"]);

/** Reads what the words begin with into `found`, and says how many words that were. */
type Read = (words: string[], found: Found, now: Date) => number;

const READERS: Read[] = [next, span, noon, dottedDay, clock, namedDay, isoDay, dayOfMonth];

/** `2h`, `30 min`, `3 days`, `2w`. */
function span(words: string[], found: Found, now: Date) {
  const joined = /^(\d{1,3})([a-z]+)$/.exec(words[0] ?? "");
  const [count, unit] = joined ? [joined[1], joined[2]] : [words[0], words[1]];
  if (!/^\d{1,3}$/.test(count ?? "") || !unit || found.day || found.exactly) return 0;
  const many = Number(count);
  const [minutes, days] = [MINUTES.get(unit), UNIT_DAYS.get(unit)];
  if (minutes !== undefined) found.exactly = new Date(now.getTime() + many * minutes * 60_000);
  else if (days !== undefined) found.day = ahead(now, many * days);
  else if (MONTH_WORDS.has(unit)) found.day = monthsAhead(now, many);
  else return 0;
  return joined ? 1 : 2;
}

/** `next week` is the day that begins it, `next month` the same day of it; before a day it says nothing. */
function next(words: string[], found: Found, now: Date) {
  if (words[0] !== "next" || words.length < 2 || found.day) return 0;
  if (words[1] === "week") found.day = ahead(now, ((firstDay() + 7 - now.getDay()) % 7) || 7);
  else if (words[1] === "month") found.day = monthsAhead(now, 1);
  else return 1;
  return 2;
}

/** The day that begins the reader's week, Sunday being 0. */
const firstDay = () => (Number(reader().dates?.split("|")[9] ?? 0) + 1) % 7;

function noon(words: string[], found: Found) {
  if ((words[0] !== "noon" && words[0] !== "midday") || found.hour !== undefined) return 0;
  found.hour = 12;
  return 1;
}

/** `31.12.`, `31.12.2026`: the day first, as where days have dots. */
function dottedDay(words: string[], found: Found, now: Date) {
  const read = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/.exec(words[0] ?? "");
  if (!read || found.day) return 0;
  const at = inYear(read[3], now, (year) => real(year, Number(read[2]) - 1, Number(read[1])));
  if (!at) return 0;
  found.day = at;
  return 1;
}

/** `14:00`, `9am`, `9`. */
function clock(words: string[], found: Found) {
  const read = /^(\d{1,2})(?:[:.](\d{2}))?(am|pm)?$/.exec(words[0] ?? "");
  // "12 dec" is a day.
  if (!read || found.hour !== undefined || (!read[2] && !read[3] && named(MONTHS, words[1] ?? "") >= 0)) return 0;
  const half = read[3] ?? (["am", "pm"].includes(words[1] ?? "") ? words[1] : undefined);
  const [hour, minute] = [Number(read[1]), Number(read[2] ?? 0)];
  if (minute > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return 0;
  found.hour = half ? (hour % 12) + (half === "pm" ? 12 : 0) : hour;
  found.minute = minute;
  return half && !read[3] ? 2 : 1;
}

/** `today`, `tomorrow`, `fri`. */
function namedDay(words: string[], found: Found, now: Date) {
  const word = words[0] ?? "";
  if (found.day) return 0;
  if (word === "today" || word === "tonight") found.day = ahead(now, 0);
  else if (word === "tmrw" || (word.length >= 3 && "tomorrow".startsWith(word))) found.day = ahead(now, 1);
  else {
    const day = named(DAYS, word);
    if (day < 0) return 0;
    // Never today: "fri" on a Friday is the next one.
    found.day = ahead(now, ((day - now.getDay() + 6) % 7) + 1);
  }
  if (word === "tonight") found.hour ??= 20;
  return 1;
}

/** `2026-12-12`. */
function isoDay(words: string[], found: Found) {
  const read = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words[0] ?? "");
  const day = read && real(Number(read[1]), Number(read[2]) - 1, Number(read[3]));
  if (!day || found.day) return 0;
  found.day = day;
  return 1;
}

/** `dec 12`, `12 dec`, `12 december 2027`. */
function dayOfMonth(words: string[], found: Found, now: Date) {
  const [one = "", two = "", year = ""] = words;
  const [month, day] = named(MONTHS, one) >= 0 ? [one, two] : [two, one];
  const [index, read] = [named(MONTHS, month), /^(\d{1,2})(?:st|nd|rd|th|\.)?$/.exec(day)];
  if (index < 0 || !read || found.day) return 0;
  const told = /^\d{4}$/.test(year);
  const at = inYear(told ? year : undefined, now, (year) => real(year, index, Number(read[1])));
  if (!at) return 0;
  found.day = at;
  return told ? 3 : 2;
}

/** A day in the year that was said, else the next such day. */
function inYear(told: string | undefined, now: Date, of: (year: number) => Date | undefined) {
  if (told !== undefined) return of(Number(told));
  const thisYear = of(now.getFullYear());
  return thisYear && thisYear < ahead(now, 0) ? of(now.getFullYear() + 1) : thisYear;
}

/** The same day of a later month, or its last. */
function monthsAhead(now: Date, months: number) {
  const last = new Date(now.getFullYear(), now.getMonth() + months + 1, 0);
  return new Date(last.getFullYear(), last.getMonth(), Math.min(now.getDate(), last.getDate()));
}

/** Midnight of a day that the calendar has. */
function real(year: number, month: number, day: number): Date | undefined {
  const at = new Date(year, month, day);
  return at.getMonth() === month && at.getDate() === day ? at : undefined;
}

/** Midnight, so many days from now. */
function ahead(now: Date, days: number) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

/** A time alone is the next such time; a day alone its morning. */
function whole({ day, hour, minute }: Found, now: Date): Date {
  const on = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour ?? MORNING, minute ?? 0);
  if (day) return on(day);
  const today = on(now);
  return today > now ? today : on(ahead(now, 1));
}

/** `Fri, Dec 4, 14:00`, with the year where it is another one. */
export function inWords(at: Date): string {
  const year = at.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return at.toLocaleString("en-US", { timeZone: reader().zone, weekday: "short", month: "short", day: "numeric", year, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
