//! What servers say in words alone.

use super::{Action, REASON_CHARS, Recipient, enhanced, shown};
use mail_parser::Message;
use rapport_domain::text;

/// A line of an SMTP dialogue: `550 5.1.1 User unknown`, `host mx said: 552-5.2.2 full`. A number
/// alone is none: people have telephones and prices.
pub(super) fn code_line(text: &str) -> Option<String> {
    text.lines().find(|line| is_refusal(line, true)).map(|l| text::excerpt(l, REASON_CHARS))
}

fn is_refusal(line: &str, daemon: bool) -> bool {
    let line = line.trim();
    let lower = line.to_lowercase();
    let code = |word: &str| {
        word.len() == 3 && word.starts_with('5') && word.bytes().all(|b| b.is_ascii_digit())
    };
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').collect();
    let is_enhanced = |w: &&str| w.starts_with("5.") && enhanced(w.trim_end_matches('.')).is_some();
    // The second is qmail, when it tried for a week.
    if daemon && (words.iter().any(is_enhanced) || lower.contains("not going to try again")) {
        return true;
    }
    let starts = words.first().is_some_and(|w| code(w))
        && lower.as_bytes().get(3).is_some_and(|b| matches!(b, b' ' | b'-'));
    let marks = [
        "said:",
        "smtp",
        "error",
        "host ",
        "rcpt",
        "server",
        "responded",
        "response",
        "diagnostic",
    ];
    let refused = [
        "unknown",
        "mailbox",
        "user",
        "recipient",
        "rejected",
        "denied",
        "full",
        "exist",
        "invalid",
        "unavailable",
        "relay",
        "blocked",
        "not found",
        "no such",
        "spam",
        "quota",
    ];
    let has = |list: &[&str]| list.iter().any(|w| lower.contains(w));
    words.iter().any(|w| code(w)) && (starts && has(&refused) || has(&marks) && has(&refused))
}

/// How servers say it that name no number.
fn says_undelivered(line: &str) -> bool {
    const SAID: [&str; 12] = [
        "was not delivered to",
        "not listed in domino directory",
        "following recipients failed",
        "following recipient failed",
        "recipients could not be reached",
        "recipient(s) could not be reached",
        "recipient(s) cannot be reached",
        "unknown user",
        "user unknown",
        "mailbox voll",
        "mailbox full",
        "retry timeout exceeded",
    ];
    let lower = line.to_lowercase();
    SAID.iter().any(|text| lower.contains(text))
}

/// A bounce that has no report: a server's refusal and, beside it, the address it is about. Where
/// no server is the sender, a number such as 5.1.1 alone is of a product or a room.
pub(super) fn in_words(message: &Message<'_>, daemon: bool) -> Vec<Recipient> {
    let text = shown(message);
    let lines: Vec<&str> = text.lines().collect();
    let refused = |line: &&str| is_refusal(line, daemon) || daemon && says_undelivered(line);
    let Some(at) = lines.iter().position(refused) else {
        return Vec::new();
    };
    // Servers name the address above their words, or in them; seldom below.
    let near = lines[at.saturating_sub(8)..=at].iter().rev();
    let below = lines[at + 1..lines.len().min(at + 4)].iter();
    let email = near.chain(below).find_map(|line| named_in(line));
    let Some(email) = email else { return Vec::new() };
    let diagnostic = Some(text::excerpt(lines[at], REASON_CHARS));
    let action = Action::Failed;
    vec![Recipient { email: Some(email), original: None, action, status: None, diagnostic }]
}

fn named_in(line: &str) -> Option<String> {
    line.split(|c: char| c.is_whitespace() || "<>(),;:\"'[]".contains(c))
        .filter(|word| word.contains('@'))
        .find_map(|word| text::email("recipient", word.trim_matches(['.', ':'])).ok())
}
