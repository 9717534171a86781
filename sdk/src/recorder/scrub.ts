// What must never leave the page: card numbers, bank accounts, keys and tokens. The same rules as
// the server's (crates/domain/src/recording/scrub.rs); both are held to fixtures/recordings/secrets.json.
// No look-behind: older Safaris would not even read this file.

const TOKENS: [string, number][] = [
  ["sk_live_", 20], ["sk_test_", 20], ["rk_live_", 20], ["rsk_", 20], ["rps_", 20], ["ghp_", 20], ["gho_", 20], ["ghs_", 20],
  ["github_pat_", 22], ["glpat-", 20], ["xoxb-", 20], ["xoxp-", 20], ["xoxa-", 20], ["AKIA", 20], ["AIza", 30], ["SG.", 40], ["eyJ", 30],
];
const SCHEMES = ["bearer ", "basic "];
const NAMES = [
  "access_token", "api_key", "apikey", "auth", "authorization", "client_secret", "id_token", "passwd", "password", "pwd",
  "refresh_token", "secret", "signature", "token",
];
const MAYBE = /\d{4}|eyJ|SG\.|AKIA|AIza|gh[pos]_|pat[_-]|xox|[sr]k_|rps_|bearer |basic |[=:]/i;

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9";
const isAlnum = (c: string | undefined): boolean => c !== undefined && /[0-9a-z]/i.test(c);
const isWord = (c: string | undefined): boolean => c !== undefined && (isAlnum(c) || c === "_" || c > "\x7f");
const isGap = (c: string | undefined): boolean => c === " " || c === "-" || c === "\u00a0";
const isToken = (c: string | undefined): boolean => c !== undefined && /[0-9a-z_\-.+/=~]/i.test(c);

type Spans = [number, number][];

/** The text without secrets: each of their characters is a star. */
export function scrub(text: string): string {
  if (text.length < 12 || !MAYBE.test(text)) return text;
  const hidden: Spans = [];
  cards(text, hidden);
  ibans(text, hidden);
  tokens(text, hidden);
  named(text, hidden);
  if (!hidden.length) return text;
  return Array.from({ length: text.length }, (_, at) => {
    const c = text[at] as string;
    return !isGap(c) && hidden.some(([from, to]) => from <= at && at < to) ? "*" : c;
  }).join("");
}

function cards(text: string, hidden: Spans): void {
  let at = 0;
  while (at < text.length) {
    const before = text[at - 1];
    if (!isDigit(text[at]) || isAlnum(before) || before === "_" || before === ".") {
      at += 1;
      continue;
    }
    const digits: number[] = [];
    const ends: number[] = [];
    let to = at;
    while (digits.length < 38) {
      if (isDigit(text[to])) {
        digits.push(Number(text[to]));
        to += 1;
        ends.push(to);
      } else if (isGap(text[to]) && isDigit(text[to + 1])) to += 1;
      else break;
    }
    let found = 0;
    for (let n = Math.min(digits.length, 19); n >= 13 && !found; n -= 1) {
      const whole = n === digits.length || isGap(text[ends[n - 1] as number]);
      if (whole && issuer(digits) && luhn(digits.slice(0, n))) found = n;
    }
    if (found) {
      hidden.push([at, ends[found - 1] as number]);
      at = ends[found - 1] as number;
    } else while (isDigit(text[at])) at += 1;
  }
}

const issuer = ([a, b]: number[]): boolean => (a !== undefined && a >= 3 && a <= 6) || (a === 2 && b !== undefined && b >= 2 && b <= 7);

function luhn(digits: number[]): boolean {
  const sum = [...digits].reverse().reduce((all, digit, n) => {
    const twice = digit * 2;
    return all + (n % 2 ? (twice > 9 ? twice - 9 : twice) : digit);
  }, 0);
  return sum % 10 === 0 && digits.some((digit) => digit !== digits[0]);
}

function ibans(text: string, hidden: Spans): void {
  for (const match of text.matchAll(/[a-z]{2}[0-9]{2}/gi)) {
    const at = match.index;
    if (isWord(text[at - 1])) continue;
    let run = "";
    const ends: number[] = [];
    for (let to = at; run.length < 34; to += 1) {
      if (isAlnum(text[to])) {
        run += (text[to] as string).toUpperCase();
        ends.push(to + 1);
      } else if (!isGap(text[to])) break;
    }
    for (let n = run.length; n >= 15; n -= 1) {
      const end = ends[n - 1] as number;
      if (isAlnum(text[end]) || mod97(run.slice(0, n)) !== 1) continue;
      hidden.push([at, end]);
      break;
    }
  }
}

const mod97 = (iban: string): number =>
  [...iban.slice(4), ...iban.slice(0, 4)].reduce((rest, c) => (isDigit(c) ? rest * 10 + Number(c) : rest * 100 + c.charCodeAt(0) - 55) % 97, 0);

function each(text: string, what: string, found: (at: number) => void): void {
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) found(at);
}

function endOfToken(text: string, from: number): number {
  let to = from;
  while (isToken(text[to])) to += 1;
  return to;
}

function tokens(text: string, hidden: Spans): void {
  for (const [mark, least] of TOKENS) {
    each(text, mark, (at) => {
      const to = endOfToken(text, at);
      const jwt = mark !== "eyJ" || text.slice(at, to).split(".").length > 2;
      if (!isWord(text[at - 1]) && jwt && to - at >= least) hidden.push([at, to]);
    });
  }
  const lower = text.toLowerCase();
  for (const scheme of SCHEMES) {
    each(lower, scheme, (at) => {
      const from = at + scheme.length;
      const to = endOfToken(text, from);
      if (!isWord(text[at - 1]) && to - from >= 8 && /[0-9._\-+/=]/.test(text.slice(from, to))) hidden.push([from, to]);
    });
  }
}

/** `password=…`, `"token": "…"`. */
function named(text: string, hidden: Spans): void {
  const lower = text.toLowerCase();
  for (const name of NAMES) {
    each(lower, name, (at) => {
      if (isAlnum(lower[at - 1])) return;
      const value = /^(["']?)([=:]) *(["']?)/.exec(lower.slice(at + name.length));
      if (!value) return;
      const [all, quoted, sign, quote] = value;
      // A label reads "Password: at least ten characters": only what is written as a value is one.
      if (sign === ":" && !quote && !quoted) return;
      const from = at + name.length + all.length;
      const end = lower.slice(from).search(quote ? new RegExp(quote) : /[& "'<#;,\n]/);
      const to = end < 0 ? lower.length : from + end;
      if (to > from) hidden.push([from, to]);
    });
  }
}

/** The address with the names of its parameters and without their values. */
export function withoutQueryValues(url: string): string {
  const [before = "", fragment] = split(url, "#");
  const [address = "", query] = split(before, "?");
  const path = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
  let clean = scrub(path);
  if (query !== undefined) clean += `?${query.split("&").map((pair) => (pair.includes("=") ? `${pair.split("=")[0]}=…` : "…")).join("&")}`;
  if (fragment !== undefined && /^!?\//.test(fragment)) clean += `#${scrub(fragment.split(/[?=]/)[0] as string)}`;
  return clean;
}

function split(text: string, at: string): [string, string | undefined] {
  const n = text.indexOf(at);
  return n < 0 ? [text, undefined] : [text.slice(0, n), text.slice(n + 1)];
}
