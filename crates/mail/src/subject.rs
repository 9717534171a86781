//! What programs put before a subject.

use crate::quote::words::lower;

/// Tags that gateways and lists put before a subject: `[External] Fwd: Hinge`.
const TAGS_MAX: usize = 3;

/// Whether a subject begins with one of these words and a colon, in whatever case; French programs
/// put a space between them, and some put brackets around it all.
pub(crate) fn begins_with(subject: &str, words: &[&str]) -> bool {
    let mut rest = subject.trim_start();
    for _ in 0..TAGS_MAX {
        let Some((tag, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) else {
            break;
        };
        if tag.contains([':', '：']) {
            break;
        }
        rest = after.trim_start();
    }
    let rest = rest.strip_prefix('[').unwrap_or(rest);
    // Without a colon nothing was put before it.
    let Some(end) = rest.find([':', '：']).filter(|end| *end <= 80) else { return false };
    // Turkish has two letters for one of ours, and programs take either.
    let plain = |word: &str| lower(word).replace('ı', "i");
    let head = plain(rest[..end].trim());
    words.iter().any(|word| plain(word) == head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_before_a_colon_alone() {
        let says = |subject: &str| begins_with(subject, &["fwd", "tr", "ilt", "转发"]);
        for passed_on in [
            "Fwd: Hinge",
            "FWD : Hinge",
            "TR\u{a0}: Hinge",
            "[External] Fwd: Hinge",
            "[Fwd: Hinge]",
            "İLT: Hinge",
            "转发：Hinge",
            "[List] [EXT] tr: x",
        ] {
            assert!(says(passed_on), "{passed_on}");
        }
        for other in [
            "Re: Fwd: Hinge",
            "Fwd Hinge",
            "Trouble: x",
            "[Fwd] Hinge",
            "",
            ":",
            "[",
            "Re: [Fwd: x]",
        ] {
            assert!(!says(other), "{other}");
        }
    }
}
