//! What must never be kept of a page's text: card numbers, bank accounts, keys and tokens.
//!
//! The recorder masks the same at the source (`sdk/src/recorder/scrub.ts`); both are held to
//! `fixtures/recordings/secrets.json`. What is found is replaced character by character, so that a
//! page keeps its layout.

use std::borrow::Cow;

/// Digits of a card number, and characters of an IBAN.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
/// What keys of well-known services begin with, and how long they are at least.
const TOKENS: [(&str, usize); 17] = [
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("rsk_", 20),
    ("rps_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("AKIA", 20),
    ("AIza", 30),
    ("SG.", 40),
    ("eyJ", 30),
];
/// Words before a credential, and how long that is at least.
const SCHEMES: [(&str, usize); 2] = [("bearer ", 8), ("basic ", 8)];
/// Names of parameters and fields whose value is a secret.
const SECRET_NAMES: [&str; 14] = [
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "client_secret",
    "id_token",
    "passwd",
    "password",
    "pwd",
    "refresh_token",
    "secret",
    "signature",
    "token",
];

/// The text without secrets; borrowed when it holds none.
pub fn scrub(text: &str) -> Cow<'_, str> {
    // Nothing shorter is a secret that can be told from a word.
    if text.len() < 12 {
        return Cow::Borrowed(text);
    }
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    cards(text, &mut hidden);
    ibans(text, &mut hidden);
    tokens(text, &mut hidden);
    named(text, &mut hidden);
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let covered = |at: usize| hidden.iter().any(|(from, to)| (*from..*to).contains(&at));
    let hide = |(at, c): (usize, char)| match c {
        c if covered(at) && !matches!(c, ' ' | '-' | '\u{a0}') => '*',
        c => c,
    };
    Cow::Owned(text.char_indices().map(hide).collect())
}

/// The address with the names of its parameters and without their values; secrets in its path
/// are hidden, and a name and password before the host are gone.
pub fn without_query_values(url: &str) -> String {
    let (before, fragment) = url.split_once('#').map_or((url, None), |(b, f)| (b, Some(f)));
    let (path, query) = before.split_once('?').map_or((before, None), |(p, q)| (p, Some(q)));
    let path = match path.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(host_end);
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => path.to_string(),
    };
    let mut url = scrub(&path).into_owned();
    if let Some(query) = query {
        let names = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) => format!("{name}=…"),
            None => "…".into(),
        });
        url.push('?');
        url.push_str(&names.collect::<Vec<_>>().join("&"));
    }
    // A route of a single-page app may stand there; a token that a log-in left must not.
    if let Some(route) = fragment.filter(|f| f.starts_with('/') || f.starts_with("!/")) {
        url.push('#');
        url.push_str(&scrub(route.split(['?', '=']).next().unwrap_or_default()));
    }
    url
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Length of a gap within a number: a space, a hyphen, or a space that does not break.
fn gap(rest: &[u8]) -> usize {
    match rest {
        [b' ' | b'-', ..] => 1,
        [0xc2, 0xa0, ..] => 2,
        _ => 0,
    }
}

fn cards(text: &str, hidden: &mut Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit()
            && (at == 0
                || !(is_part_of_word(bytes[at - 1]) && bytes[at - 1] < 0x80)
                    && bytes[at - 1] != b'.');
        if !begins {
            at += 1;
            continue;
        }
        let (run, ends) = digits(bytes, at);
        // The longest number that is one: what follows it may be a date of expiry or a check code.
        let found = (*CARD_DIGITS.start()..=run.len().min(*CARD_DIGITS.end())).rev().find(|n| {
            let whole = *n == run.len() || gap(&bytes[ends[*n - 1]..]) > 0;
            whole && issuer(&run) && luhn(&run[..*n])
        });
        match found {
            Some(n) => {
                hidden.push((at, ends[n - 1]));
                at = ends[n - 1];
            }
            // The next group may begin one.
            None => at += bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count(),
        }
    }
}

/// The digits from `at` on, single gaps between them, and where each ends.
fn digits(bytes: &[u8], mut at: usize) -> (Vec<u8>, Vec<usize>) {
    let (mut run, mut ends) = (Vec::new(), Vec::new());
    while run.len() < 2 * CARD_DIGITS.end() {
        match bytes.get(at) {
            Some(digit) if digit.is_ascii_digit() => {
                at += 1;
                run.push(digit - b'0');
                ends.push(at);
            }
            Some(_) => {
                let skip = gap(&bytes[at..]);
                if skip == 0 || !bytes.get(at + skip).is_some_and(u8::is_ascii_digit) {
                    break;
                }
                at += skip;
            }
            None => break,
        }
    }
    (run, ends)
}

/// Whether cards begin like this: times in milliseconds and most ids do not.
fn issuer(digits: &[u8]) -> bool {
    matches!(digits, [3..=6, ..] | [2, 2..=7, ..])
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, digit)| match n % 2 {
            0 => u32::from(*digit),
            _ => u32::from(digit * 2 / 10 + digit * 2 % 10),
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|d| *d != digits[0])
}

fn ibans(text: &str, hidden: &mut Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    for at in 0..bytes.len().saturating_sub(IBAN_CHARS.start() - 1) {
        let [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let begins = a.is_ascii_alphabetic()
            && b.is_ascii_alphabetic()
            && c.is_ascii_digit()
            && d.is_ascii_digit();
        if !begins || (at > 0 && is_part_of_word(bytes[at - 1])) {
            continue;
        }
        let (mut run, mut ends, mut to) = (Vec::new(), Vec::new(), at);
        while run.len() < *IBAN_CHARS.end() {
            match bytes.get(to) {
                Some(byte) if byte.is_ascii_alphanumeric() => {
                    to += 1;
                    run.push(byte.to_ascii_uppercase());
                    ends.push(to);
                }
                Some(_) if gap(&bytes[to..]) > 0 => to += gap(&bytes[to..]),
                _ => break,
            }
        }
        let ends_there = |n: usize| {
            let next = bytes.get(ends[n - 1]);
            !next.is_some_and(|b| b.is_ascii_alphanumeric())
        };
        let found = (*IBAN_CHARS.start()..=run.len())
            .rev()
            .find(|n| ends_there(*n) && mod97(&run[..*n]) == 1);
        if let Some(n) = found {
            hidden.push((at, ends[n - 1]));
        }
    }
}

/// The check of an IBAN: its first four characters last, letters as numbers from ten on.
fn mod97(iban: &[u8]) -> u32 {
    let digit = |rest: u32, byte: &u8| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    };
    iban[4..].iter().chain(&iban[..4]).fold(0, digit)
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

fn run_of_token(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| is_of_token(**b)).count()
}

fn tokens(text: &str, hidden: &mut Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    for (mark, least) in TOKENS {
        for (at, _) in text.match_indices(mark) {
            let to = run_of_token(bytes, at);
            let begins = at == 0 || !is_part_of_word(bytes[at - 1]);
            let is_jwt = mark != "eyJ" || text[at..to].matches('.').count() >= 2;
            if begins && is_jwt && to - at >= least {
                hidden.push((at, to));
            }
        }
    }
    let lower = text.to_ascii_lowercase();
    for (scheme, least) in SCHEMES {
        for (at, _) in lower.match_indices(scheme) {
            let from = at + scheme.len();
            let to = run_of_token(bytes, from);
            let credential = &text[from..to];
            // A sentence about a bearer goes on with a word; a credential has digits or signs in it.
            let looks = credential.bytes().any(|b| b.is_ascii_digit() || b"._-+/=".contains(&b));
            if (at == 0 || !is_part_of_word(bytes[at - 1])) && looks && to - from >= least {
                hidden.push((from, to));
            }
        }
    }
}

/// `password=…`, `"token": "…"`.
fn named(text: &str, hidden: &mut Vec<(usize, usize)>) {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    for name in SECRET_NAMES {
        for (at, _) in lower.match_indices(name) {
            if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
                continue;
            }
            let mut from = at + name.len();
            let quoted = bytes.get(from).is_some_and(|b| matches!(b, b'"' | b'\''));
            from += usize::from(quoted);
            let Some(b'=' | b':') = bytes.get(from) else { continue };
            let colon = bytes[from] == b':';
            from += 1;
            while bytes.get(from) == Some(&b' ') {
                from += 1;
            }
            let quote = bytes.get(from).copied().filter(|b| matches!(b, b'"' | b'\''));
            // A label reads "Password: at least ten characters": only what is written as a value is one.
            if colon && quote.is_none() && !quoted {
                continue;
            }
            from += usize::from(quote.is_some());
            let ends = |b: &u8| match quote {
                Some(quote) => *b == quote,
                None => matches!(b, b'&' | b' ' | b'"' | b'\'' | b'<' | b'#' | b';' | b',' | b'\n'),
            };
            let to = bytes[from..].iter().position(ends).map_or(bytes.len(), |n| from + n);
            if to > from {
                hidden.push((from, to));
            }
        }
    }
}

#[cfg(test)]
mod tests;
