//! Tells what a person wrote from what their mail program carried along.

/// A body in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is new in this message.
    pub fresh: String,
    /// The quoted thread and the signature, shown on demand; `None` when there is none.
    pub quoted: Option<String>,
}

/// Lines an introduction such as `On …, … wrote:` may take.
const INTRO_LINES: usize = 3;

/// Splits a plain-text body at the first line from which everything is quoted or signature.
///
/// Answers written between quoted lines stay as they are: cutting those would hide
/// what was written. When in doubt nothing is folded.
pub fn split_quoted(body: &str) -> Split {
    let lines: Vec<&str> = body.lines().collect();
    let cut = (0..lines.len()).find(|&n| starts_quote(&lines, n));
    let whole = || Split { fresh: body.trim_end().to_string(), quoted: None };
    let Some(cut) = cut else { return whole() };
    let fresh = lines[..cut].join("\n").trim_end().to_string();
    let quoted = lines[cut..].join("\n").trim().to_string();
    // A message that is nothing but a quote (a forward) shows what it is.
    if fresh.trim().is_empty() || quoted.is_empty() {
        return whole();
    }
    Split { fresh, quoted: Some(quoted) }
}

fn starts_quote(lines: &[&str], n: usize) -> bool {
    let line = lines[n].trim();
    if is_separator(line) || is_signature(lines[n]) {
        return true;
    }
    if let Some(length) = introduction(lines, n) {
        return only_quoted(&lines[n + length..]);
    }
    line.starts_with('>') && only_quoted(&lines[n..])
}

/// `-- ` alone on its line, as RFC 3676 has it; many programs lose the space.
fn is_signature(line: &str) -> bool {
    matches!(line.trim_end_matches('\r'), "-- " | "--")
}

/// What Outlook and others put above the message they answer.
fn is_separator(line: &str) -> bool {
    let words = line.trim_matches(['-', '_', ' ']).to_lowercase();
    let dashed = line.starts_with("--") || line.starts_with("__");
    dashed
        && [
            "original message",
            "forwarded message",
            "ursprüngliche nachricht",
            "message d'origine",
            "mensaje original",
            "messaggio originale",
            "oorspronkelijk bericht",
        ]
        .contains(&words.as_str())
}

/// How many lines `On …, … wrote:` takes from line `n`, if it starts there.
fn introduction(lines: &[&str], n: usize) -> Option<usize> {
    let start = lines[n].trim().to_lowercase();
    let openers = ["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den "];
    if !openers.iter().any(|o| start.starts_with(o)) {
        return None;
    }
    let endings = [
        "wrote:",
        "schrieb:",
        "a écrit :",
        "a écrit:",
        "escribió:",
        "ha scritto:",
        "schreef:",
        "escreveu:",
        "skrev:",
    ];
    (1..=INTRO_LINES).find(|&length| {
        let last = lines.get(n + length - 1).map_or("", |l| l.trim()).to_lowercase();
        // `Am Freitag schrieb Alex Morgan <a@b.example>:` ends with the name.
        let german = last.contains("schrieb ") && last.ends_with(':');
        german || endings.iter().any(|e| last.ends_with(e))
    })
}

/// Whether the rest is quote, blank or signature.
fn only_quoted(rest: &[&str]) -> bool {
    let end = rest.iter().position(|l| is_signature(l)).unwrap_or(rest.len());
    let mut written = rest[..end].iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    // Text broken by a mail program: one stray word after a quoted line belongs to the quote.
    let mut after_quote = false;
    written.all(|line| {
        let quoted = line.starts_with('>');
        let stray = after_quote && !line.contains(' ') && line.chars().count() <= 20;
        after_quote = quoted;
        quoted || stray
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(body: &str) -> String {
        split_quoted(body).fresh
    }

    #[test]
    fn the_quoted_thread_is_folded() {
        let body = "Thanks!\n\nOn Mon, Nov 24, 2026 at 9:14 AM Priya Raman\n<support@rapport.example> wrote:\n> Hi\n> there\n";
        let split = split_quoted(body);
        assert_eq!(split.fresh, "Thanks!");
        assert!(split.quoted.is_some_and(|q| q.starts_with("On Mon") && q.ends_with("> there")));
        assert_eq!(fresh("Ja\n\nAm 24.11.2026 um 09:14 schrieb Priya:\n> Hallo"), "Ja");
        assert_eq!(fresh("Yes\n-----Original Message-----\nFrom: x"), "Yes");
    }

    #[test]
    fn signatures_are_folded_too() {
        assert_eq!(fresh("See you\n-- \nAlex\nNorthwind Labs"), "See you");
        // An em dash in a list is not a signature.
        assert_eq!(fresh("a\n-- b\nc"), "a\n-- b\nc");
    }

    #[test]
    fn answers_between_quotes_stay() {
        let body = "> first?\nyes, that one\n> second?\nno, never";
        assert_eq!(split_quoted(body), Split { fresh: body.into(), quoted: None });
        let body = "On Monday he wrote:\nthis is a story about Monday";
        assert_eq!(fresh(body), body);
    }

    #[test]
    fn a_body_that_is_only_a_quote_shows() {
        let body = "> forwarded\n> text";
        assert_eq!(split_quoted(body).quoted, None);
        assert_eq!(fresh(body), body);
    }
}
