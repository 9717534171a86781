//! The message that an answer quotes at its end, the same in the composer and in the mail.

use crate::limits;
use chrono::{DateTime, Utc};

/// The line above the quoted words.
pub fn attribution(author: &str, at: DateTime<Utc>) -> String {
    format!("On {}, {author} wrote:", at.format("%a, %-d %b %Y at %H:%M UTC"))
}

/// A text with a mark before each line. What is very long is cut, and says so.
pub fn quoted(author: &str, at: DateTime<Utc>, text: &str) -> String {
    let mut out = attribution(author, at);
    let mut words = text.trim().to_string();
    if let Some((end, _)) = words.char_indices().nth(limits::QUOTE_CHARS) {
        words.truncate(end);
        words.push_str(" […]");
    }
    for line in words.lines() {
        out.push_str(if line.is_empty() || line.starts_with('>') { "\n>" } else { "\n> " });
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_marked() {
        let at = "2026-11-03T10:12:00Z".parse().unwrap();
        let text = quoted("Alex <x>", at, "Hi,\r\n\r\n> older\nbye\n");
        assert_eq!(
            text,
            "On Tue, 3 Nov 2026 at 10:12 UTC, Alex <x> wrote:\n> Hi,\n>\n>> older\n> bye"
        );
        let long = quoted("A", at, &"é".repeat(limits::QUOTE_CHARS + 1));
        assert!(long.ends_with("é […]"));
    }
}
