//! What programs put before a subject.

use crate::quote::words::lower;

/// Tags that gateways and lists put before a subject: `[External] Fwd: Hinge`.
const TAGS_MAX: usize = 3;

/// Whether a subject begins with one of these words and a colon, in whatever case; French programs
/// put a space between them, and some put brackets around it all.
pub(crate) fn begins_with(subject: &str, words: &[&str]) -> bool {
    let rest = untagged(subject);
    let rest = rest.strip_prefix('[').unwrap_or(rest);
    head(rest).is_some_and(|head| words.iter().any(|word| is(head, word)))
}

/// What a machine may have put before a subject: the words before its colon, in pieces where they
/// are several (`Resposta automática - Fora do Escritório`, `Out of Office Re`), and what stands in
/// brackets at its very begin (`[Auto-Reply] Parcel`, `【自動返信】荷物`).
pub(crate) fn heads(subject: &str) -> impl Iterator<Item = &str> {
    const BRACKETS: [(char, char); 4] = [('[', ']'), ('(', ')'), ('【', '】'), ('（', '）')];
    let begin = subject.trim_start();
    let bracketed = BRACKETS.iter().find_map(|(open, close)| {
        Some(begin.strip_prefix(*open)?.split_once(*close)?.0).filter(|tag| tag.len() <= 80)
    });
    let before = head(untagged(subject)).unwrap_or_default();
    // A dash stands inside of `out-of-office` too.
    let parts = before.split(['(', ')', '[', ']', '–']).flat_map(|part| part.split(" - "));
    let parts = parts.map(|part| {
        let part = part.trim();
        part.strip_suffix(" Re").or_else(|| part.strip_suffix(" RE")).unwrap_or(part)
    });
    bracketed.into_iter().chain(parts).filter(|part| !part.is_empty())
}

/// Whether words are one that programs put before a subject. Turkish has two letters for one of
/// ours, and programs take either.
pub(crate) fn is(words: &str, word: &str) -> bool {
    let plain = |word: &str| lower(word.trim()).replace('ı', "i");
    plain(words) == plain(word)
}

/// Whether a subject is an answer's: `Re:`, `AW:`, `SV:`.
pub(crate) fn is_answer(subject: &str) -> bool {
    begins_with(subject, &["re", "aw", "sv", "antw", "odp", "ynt", "回复", "回覆", "答复"])
}

/// A subject without the tags in front of it.
fn untagged(subject: &str) -> &str {
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
    rest
}

/// The words before a colon. Without one nothing was put before the subject.
fn head(subject: &str) -> Option<&str> {
    let end = subject.find([':', '：']).filter(|end| *end <= 80)?;
    Some(subject[..end].trim())
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
