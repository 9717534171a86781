//! Tells what a person wrote from what their mail program carried along.

pub(crate) mod fields;
pub(crate) mod separators;
pub(crate) mod words;

use fields::{Field, field};
use separators::{is_rule, is_separator};
use words::{is_device_line, points_below};

/// A body in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is new in this message.
    pub fresh: String,
    /// The quoted thread and the signature, shown on demand; `None` when there is none.
    pub quoted: Option<String>,
}

/// Lines an introduction such as `On …, … wrote:` may take.
const INTRO_LINES: usize = 4;
/// Lines that headers above a message may take.
const BLOCK_LINES: usize = 16;
/// Lines and characters of a signature.
const SIGNATURE_LINES: usize = 20;
const SIGNATURE_CHARS: usize = 2_000;

/// Splits a plain-text body where everything that follows is quoted or signature.
///
/// What was written between quoted lines, below them, or below dashes that begin no signature
/// stays as it is: cutting it would hide what somebody wrote. When in doubt nothing is folded.
pub fn split_quoted(body: &str) -> Split {
    let lines: Vec<&str> = body.lines().collect();
    // A line that is not quoted ends every search that begins above it: each is met once.
    let mut written = Written::default();
    let quote = (0..lines.len()).find(|&n| starts_quote(&lines, n, &mut written));
    let cut = signature(&lines[..quote.unwrap_or(lines.len())]).or(quote);
    let whole = || Split { fresh: body.trim_end().to_string(), quoted: None };
    let Some(cut) = cut else { return whole() };
    // What the device wrote above the quote goes with it; people end what they write with a dot.
    let last = lines[..cut].iter().rposition(|line| !line.trim().is_empty());
    let is_device = |line: &str| is_device_line(line) && !line.ends_with(['.', '!', '?']);
    let cut = last.filter(|n| is_device(lines[*n].trim())).unwrap_or(cut);
    let fresh = lines[..cut].join("\n").trim_end().to_string();
    let quoted = lines[cut..].join("\n").trim().to_string();
    // A message that is nothing but a quote (a forward) shows what it is.
    if fresh.trim().is_empty() || quoted.is_empty() {
        return whole();
    }
    // Under headers of Outlook an answer inside looks like the rest; its author may say so.
    let marked = lines[cut..].iter().any(|line| line.trim_start().starts_with('>'));
    if quote.is_some() && !marked && points_below(&fresh) {
        return whole();
    }
    Split { fresh, quoted: Some(quoted) }
}

/// Lines up to which nothing begins that goes on to the end.
#[derive(Debug, Default)]
struct Written {
    /// For quotes that mark their lines.
    marked: usize,
    /// For those that begin with headers.
    plain: usize,
}

/// Whether the quote starts at line `n`.
fn starts_quote(lines: &[&str], n: usize, written: &mut Written) -> bool {
    let line = lines[n].trim();
    let headed = n + usize::from(is_rule(line));
    let begins = if is_separator(line) {
        Some(n + 1)
    } else {
        header_block(lines, headed)
            .filter(|block| headed > n || stands_alone(lines, n, block))
            .map(|block| block.end)
    };
    if let Some(begins) = begins {
        return begins >= written.plain && goes_on(lines, begins, &mut written.plain);
    }
    if let Some(begins) = introduction_on_line(line).map(|_| n + 1) {
        return begins >= written.plain && goes_on(lines, begins, &mut written.plain);
    }
    let introduced = introduction(lines, n).or_else(|| is_device_line(line).then_some(1));
    let begins = match introduced {
        Some(length) => n + length,
        None if line.starts_with('>') => n,
        None => return false,
    };
    if begins >= written.marked {
        match only_quoted(lines, begins) {
            Ok(()) => return true,
            Err(at) => written.marked = at,
        }
    }
    // Yahoo and others mark no lines: a date and an address tell such an introduction.
    let length = introduced.filter(|_| !is_device_line(line));
    length.is_some_and(|length| {
        let text = lines[n..n + length].join(" ");
        let first = lines[begins..].iter().find(|l| !l.trim().is_empty());
        let unmarked = first.is_some_and(|l| !l.trim_start().starts_with('>'));
        unmarked
            && words::says_wrote(text.trim())
            && text.contains('@')
            && text.bytes().filter(u8::is_ascii_digit).count() >= 3
            && begins >= written.plain
            && goes_on(lines, begins, &mut written.plain)
    })
}

/// `On …, Ada<ada@x.example> wrote:   Hi`: Yahoo on Android goes on in the same line.
fn introduction_on_line(line: &str) -> Option<&str> {
    let (text, quote) = line.split_once(":   ")?;
    let wrote = words::says_wrote(&format!("{text}:")) && text.contains('@');
    let dated = text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    (wrote && dated).then_some(quote)
}

/// Whether headers without a rule above them are a mail's: forms have such words too, below others
/// of their kind, or below a line that speaks of what follows.
fn stands_alone(lines: &[&str], n: usize, block: &Block<'_>) -> bool {
    if !block.from.contains(char::is_alphabetic) {
        return false;
    }
    let above = lines[..n].last().map(|line| line.trim()).unwrap_or_default();
    if !above.is_empty() && !block.from.contains('@') && field_like(above) {
        return false;
    }
    let last = lines[..n].iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
    !last.is_some_and(|line| line.ends_with([':', '：']))
}

/// `Name: Ada`
fn field_like(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| name.split_whitespace().count() <= 3)
}

/// Whether what follows unmarked is a message to its end: nobody wrote below lines that it quotes.
fn goes_on(lines: &[&str], begins: usize, written: &mut usize) -> bool {
    let quoted = lines[begins..].iter().position(|l| l.trim_start().starts_with('>'));
    let Some(first) = quoted.map(|q| begins + q) else { return true };
    if only_quoted(lines, first).is_ok() {
        return true;
    }
    *written = first + 1;
    false
}

/// Where the signature begins: behind the last dashes, if what follows looks like one.
fn signature(lines: &[&str]) -> Option<usize> {
    let dashes = lines.iter().rposition(|line| is_signature(line))?;
    let below = &lines[dashes + 1..];
    let full = || below.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    let chars: usize = full().map(|l| l.chars().count()).sum();
    let short = full().count() <= SIGNATURE_LINES && chars <= SIGNATURE_CHARS;
    (short && !full().any(is_prose)).then_some(dashes)
}

/// A line that somebody wrote to be read: a sentence, and not one of those below signatures.
fn is_prose(line: &str) -> bool {
    let asks = line.ends_with(['?', '!', '？', '！']);
    let ends = line.ends_with(['.', '…', '。', ':', ',']) || line.contains(". ");
    let count = line.split_whitespace().count();
    let wide = line.chars().filter(|c| *c >= '\u{3000}').count() > 15;
    let numbered = line.starts_with(|c: char| c.is_ascii_digit())
        && line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with([')', '.'])
        || line.to_ascii_lowercase().starts_with("ps:")
        || line.to_ascii_lowercase().starts_with("p.s.");
    (asks && count >= 3 || ends && count >= 7 || count >= 12 || wide || numbered && count >= 3)
        && !words::is_legal(line)
}

/// `-- ` alone on its line, as RFC 3676 has it; many programs lose the space.
fn is_signature(line: &str) -> bool {
    matches!(line.trim_end_matches('\r'), "-- " | "--")
}

/// The headers of a message inside a mail's text.
#[derive(Debug, Default)]
pub(crate) struct Block<'a> {
    /// The line behind them.
    pub end: usize,
    pub from: &'a str,
    pub subject: Option<&'a str>,
}

/// The block of headers that programs put above the mail they answer or pass on: who, and two of
/// when, to whom and about what. A dialogue may begin with any one of these words.
pub(crate) fn header_block<'a>(lines: &[&'a str], n: usize) -> Option<Block<'a>> {
    field(lines.get(n)?).filter(|(f, _)| *f != Field::Other)?;
    let mut block = Block { end: n, ..Block::default() };
    let (mut from, mut date, mut to, mut last) = (None, false, false, None);
    for line in &lines[n..lines.len().min(n + BLOCK_LINES)] {
        if line.trim().is_empty() {
            break;
        }
        match field(line) {
            Some((Field::From, value)) if from.is_none() => from = Some(value),
            Some((Field::Date, _)) => date = true,
            Some((Field::To, _)) => to = true,
            Some((Field::Subject, value)) if block.subject.is_none() => block.subject = Some(value),
            Some((Field::Cc | Field::Other, _)) => {}
            Some(_) => break,
            // Long lists of recipients are broken.
            None if matches!(last, Some(Field::To | Field::Cc)) && line.contains('@') => {
                block.end += 1;
                continue;
            }
            None => break,
        }
        last = field(line).map(|(f, _)| f);
        block.end += 1;
    }
    block.from = from?;
    let count = usize::from(date) + usize::from(to) + usize::from(block.subject.is_some());
    (count >= 2).then_some(block)
}

/// How many lines `On …, … wrote:` takes from line `n`, if it starts there.
fn introduction(lines: &[&str], n: usize) -> Option<usize> {
    let start = lines.get(n)?.trim();
    if start.is_empty() || start.starts_with('>') {
        return None;
    }
    // Gmail breaks lines within an address, too: `schrieb Ada <` and below it `ada@b.example>:`.
    let ends = |length: &usize| {
        let Some(last) = lines.get(n + length - 1).map(|l| l.trim()) else { return false };
        let above = lines[n..n + length - 1].last().map_or("", |l| l.trim());
        match above.ends_with('<') {
            true => words::ends_introduction(&format!("{above}{last}")),
            false => words::ends_introduction(last),
        }
    };
    let length = (1..=INTRO_LINES)
        .take_while(|length| lines.get(n + length - 1).is_some_and(|l| !l.trim().is_empty()))
        .find(ends)?;
    // It says when, or who by an address: no story that has the word in it.
    let text = lines[n..n + length].join(" ");
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    // What begins further down by itself does not begin here: this line is the answer's last.
    let later = (n + 1..n + length).any(|k| {
        let rest = lines[k..n + length].join(" ");
        opens(lines[k]) && digits(&rest) > 0 || !opens(start) && digits(&rest) > 2
    });
    let plausible = opens(start) || text.contains('@') || digits(&text) > 0;
    (!later && plausible && text.chars().count() <= 400).then_some(length)
}

/// Whether a line begins as introductions do.
fn opens(line: &str) -> bool {
    const OPENERS: [&str; 9] = ["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "w dniu "];
    let lower = line.trim_start().to_lowercase();
    OPENERS.iter().any(|o| lower.starts_with(o))
}

/// Whether everything from a line on is quote, blank or signature; else the line that is not.
fn only_quoted(lines: &[&str], from: usize) -> Result<(), usize> {
    // Text broken by a mail program: one stray word after a quoted line belongs to the quote.
    let mut after_quote = false;
    let mut n = from;
    while let Some(line) = lines.get(n).map(|l| l.trim()) {
        if is_signature(lines[n]) && signature(&lines[n..]) == Some(0) {
            return Ok(());
        }
        if line.is_empty() {
            n += 1;
            after_quote = false;
            continue;
        }
        let quoted = line.starts_with('>');
        let stray = after_quote && is_stray(lines, n);
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

/// One lower-case word between quoted lines: the end of the line above, that a program broke.
fn is_stray(lines: &[&str], n: usize) -> bool {
    let word = lines[n].trim();
    let goes_on = lines.get(n + 1).is_some_and(|l| l.trim_start().starts_with('>'));
    goes_on
        && !word.contains(' ')
        && word.chars().count() <= 20
        && word.chars().next().is_some_and(|c| c.is_lowercase() || c.is_ascii_punctuation())
        && lines[n - 1].chars().count() >= 60
}

#[cfg(test)]
mod tests;
