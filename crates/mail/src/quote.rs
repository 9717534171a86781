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
    // A line that is not quoted ends every search that begins above it: each is met once.
    let mut written = 0;
    let cut = (0..lines.len()).find(|&n| starts_quote(&lines, n, &mut written));
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

/// Whether the quote starts at line `n`; no line before `written` can start one that goes on
/// to the end.
fn starts_quote(lines: &[&str], n: usize, written: &mut usize) -> bool {
    let line = lines[n].trim();
    let rule = line.len() >= 10 && line.bytes().all(|b| b == b'_');
    if is_separator(line) || is_signature(lines[n]) || is_header_block(lines, n + usize::from(rule))
    {
        return true;
    }
    let introduced = introduction(lines, n).or_else(|| is_device_line(line).then_some(1));
    let begins = match introduced {
        Some(length) => n + length,
        None if line.starts_with('>') => n,
        None => return false,
    };
    if begins < *written {
        return false;
    }
    match only_quoted(lines, begins) {
        Ok(()) => true,
        Err(at) => {
            *written = at;
            false
        }
    }
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

/// `Sent from my iPhone`: a signature that the device wrote.
fn is_device_line(line: &str) -> bool {
    let start = line.to_lowercase();
    line.chars().count() <= 80
        && [
            "sent from my ",
            "sent from mail for ",
            "get outlook for ",
            "von meinem iphone gesendet",
            "gesendet von meinem ",
            "envoyé de mon ",
            "enviado desde mi ",
            "inviato da ",
            "verzonden vanaf mijn ",
        ]
        .iter()
        .any(|s| start.starts_with(s))
}

/// Outlook's block of headers above the mail it answers: From, then Sent or To, then Subject.
fn is_header_block(lines: &[&str], n: usize) -> bool {
    let begins = |line: &str, words: &[&str]| {
        let line = line.trim_start_matches(['*', ' ']).to_lowercase();
        words.iter().any(|w| {
            line.strip_prefix(w).is_some_and(|r| r.trim_start_matches('*').starts_with(':'))
        })
    };
    // A dialogue may begin with any of these words; only the three together are a header.
    lines.get(n).is_some_and(|line| begins(line, &["from", "von", "de", "da", "van"]))
        && (n + 1..lines.len().min(n + 6)).any(|m| {
            begins(
                lines[m],
                &["sent", "date", "gesendet", "datum", "envoyé", "enviado", "inviato", "verzonden"],
            )
        })
        && (n + 1..lines.len().min(n + 8)).any(|m| {
            begins(
                lines[m],
                &["subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto"],
            )
        })
}

/// How many lines `On …, … wrote:` takes from line `n`, if it starts there.
fn introduction(lines: &[&str], n: usize) -> Option<usize> {
    let start = lines.get(n)?.trim().to_lowercase();
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

/// Whether everything from a line on is quote, blank or signature; else the line that is not.
fn only_quoted(lines: &[&str], from: usize) -> Result<(), usize> {
    // Text broken by a mail program: one stray word after a quoted line belongs to the quote.
    let mut after_quote = false;
    let mut n = from;
    while let Some(line) = lines.get(n).map(|l| l.trim()) {
        if is_signature(lines[n]) {
            return Ok(());
        }
        if line.is_empty() {
            n += 1;
            continue;
        }
        let quoted = line.starts_with('>');
        let stray = after_quote && !line.contains(' ') && line.chars().count() <= 20;
        if !quoted && !stray {
            // Below a device's line the quote has its introduction yet.
            match introduction(lines, n).filter(|_| !after_quote) {
                Some(length) => {
                    n += length;
                    continue;
                }
                None => return Err(n),
            }
        }
        after_quote = quoted;
        n += 1;
    }
    Ok(())
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
    fn outlooks_headers_begin_the_quote() {
        let body = "Works now.\n\n________________________________\nFrom: Priya <support@acme.example>\nSent: Monday\nTo: Dana\nSubject: Help\n\nHi Dana";
        let split = split_quoted(body);
        assert!(
            split.fresh.starts_with("Works now.") && !split.fresh.contains("Priya"),
            "{split:?}"
        );
        let german = "Ja\n\n*Von:* Priya\n*Gesendet:* Montag\n*Betreff:* Hilfe\n\nHallo";
        assert_eq!(fresh(german), "Ja");
        let story = "From: the start\nit went wrong";
        assert_eq!(fresh(story), story);
    }

    #[test]
    fn a_long_quote_with_an_answer_below_is_read_once() {
        let body = "> a\n".repeat(25_000) + "and this is the answer";
        let lines: Vec<&str> = body.lines().collect();
        let mut written = 0;
        assert!(!starts_quote(&lines, 0, &mut written));
        assert_eq!(written, 25_000, "no line above it is searched from again");
        assert_eq!(fresh(&body), body);
    }

    #[test]
    fn a_devices_signature_is_folded_when_nothing_follows() {
        assert_eq!(fresh("Yes\n\nSent from my iPhone"), "Yes");
        assert_eq!(fresh("Yes\n\nSent from my iPhone\n\nOn Monday, Priya wrote:\n> Hi"), "Yes");
        let kept = "Sent from my iPhone, and it failed\nHow do I fix that?";
        assert_eq!(fresh(kept), kept);
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
