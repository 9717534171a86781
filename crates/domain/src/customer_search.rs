//! How the text of a customer search is understood.

use crate::identity::{IdentifierKind, Key, phone};
use crate::ids::CustomerId;
use crate::{limits, text};

/// Words of a search that count; more make it no more precise.
const WORDS_MAX: usize = 6;
/// From this length on a word is found anywhere, below only where a word starts: the
/// trigram index knows both.
const SUBSTRING_CHARS: usize = 3;

/// A search: whom the text could name exactly, and what it could be a part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    pub id: Option<CustomerId>,
    pub exact: Vec<Key>,
    /// Patterns for `like`, all of which a match has.
    pub patterns: Vec<String>,
    /// A pattern for a phone number typed with other punctuation, which suffices alone.
    pub digits: Option<String>,
}

impl Search {
    /// Reads a search; one character finds too much to be of use and means no search.
    pub fn parse(q: &str) -> Option<Self> {
        let q: String = text::clean_line(q).chars().take(limits::SEARCH_CHARS).collect();
        if q.chars().count() < limits::SEARCH_CHARS_MIN {
            return None;
        }
        let words: Vec<String> =
            q.to_lowercase().split(' ').map(String::from).take(WORDS_MAX).collect();
        Some(Self {
            id: q.parse().ok(),
            exact: exact(&q),
            patterns: words.iter().map(|w| pattern(w)).collect(),
            digits: digits(&q),
        })
    }
}

/// The identifiers that the text is in full.
fn exact(q: &str) -> Vec<Key> {
    use IdentifierKind::{Email, ExternalId, Phone};
    let mut keys: Vec<Key> = [ExternalId, Email, Phone]
        .into_iter()
        .filter_map(|kind| Key::new(kind, "q", q).ok())
        .collect();
    // A number is often typed without the plus that it is stored with.
    let plus = keys.iter().find(|k| k.kind == Phone && !k.value.starts_with('+'));
    if let Some(value) = plus.map(|k| format!("+{}", k.value)) {
        keys.push(Key { kind: Phone, value });
    }
    keys
}

fn pattern(word: &str) -> String {
    let mut escaped = String::new();
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    if word.chars().count() < SUBSTRING_CHARS {
        format!("% {escaped}%")
    } else {
        format!("%{escaped}%")
    }
}

/// A pattern for what reads as a part of a phone number, in any spelling and without trunk zeros.
fn digits(q: &str) -> Option<String> {
    let number = phone("q", q).ok().or_else(|| {
        let filler = |c: char| matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/');
        let is_part = !q.contains(|c: char| !c.is_ascii_digit() && !filler(c));
        is_part.then(|| q.chars().filter(char::is_ascii_digit).collect())
    })?;
    let digits = number.trim_start_matches('+').trim_start_matches('0');
    (digits.len() >= SUBSTRING_CHARS).then(|| format!("%{digits}%"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_a_search_or_none(q in "\\PC{0,300}") {
            if let Some(search) = Search::parse(&q) {
                prop_assert!((1..=WORDS_MAX).contains(&search.patterns.len()));
            }
        }
    }

    #[test]
    fn one_character_is_no_search() {
        assert_eq!(Search::parse(" a "), None);
        assert!(Search::parse("ab").is_some());
    }

    #[test]
    fn words_are_found_anywhere_and_wildcards_are_only_text() {
        let search = Search::parse("Morgan A 50%_x").unwrap_or_default();
        assert_eq!(search.patterns, ["%morgan%", "% a%", "%50\\%\\_x%"]);
    }

    #[test]
    fn a_phone_is_found_however_it_is_written() {
        let search = Search::parse("(0415) 555-0134").unwrap_or_default();
        assert_eq!(search.digits.as_deref(), Some("%4155550134%"));
        for typed in [
            "0049 (0) 30 901820",
            "tel:+49-30-901820",
            "\u{2068}+49 30 901820\u{2069}",
            "＋４９ ３０ ９０１８２０",
        ] {
            let search = Search::parse(typed).unwrap_or_default();
            assert_eq!(search.digits.as_deref(), Some("%4930901820%"), "{typed}");
        }
        let search = Search::parse("1 415 555 0134").unwrap_or_default();
        assert!(
            search
                .exact
                .iter()
                .any(|k| k.kind == IdentifierKind::Phone && k.value == "+14155550134")
        );
    }

    #[test]
    fn an_email_or_external_id_is_looked_up_in_full() {
        let search = Search::parse("User_10@X.example").unwrap_or_default();
        let values: Vec<_> = search.exact.iter().map(|k| k.value.as_str()).collect();
        assert_eq!(values, ["user_10@x.example", "user_10@x.example"]);
    }
}
