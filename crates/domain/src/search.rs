//! What a search of everything finds.

use crate::account::AccountRef;
use crate::customer::CustomerRow;
use crate::ticket::Status;
use crate::{CustomerId, limits, text};
use serde::{Deserialize, Serialize};

/// Words of a search that count.
const WORDS: usize = 6;
/// From this length on the start of a word finds tickets; shorter ones begin too many.
const PREFIX_CHARS: usize = 3;

/// A ticket that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTicket {
    pub number: i64,
    pub subject: String,
    pub customer: CustomerId,
    pub customer_name: String,
    pub status: Status,
}

/// A few of each kind, the best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    pub customers: Vec<CustomerRow>,
    pub tickets: Vec<FoundTicket>,
    pub accounts: Vec<AccountRef>,
}

/// What a search asks of tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketSearch {
    /// The number, with or without `#`.
    pub number: Option<i64>,
    /// For `to_tsquery`: words that a ticket has, or the start of some. Quoted, so that they are
    /// words and never operators.
    pub words: Option<String>,
}

impl TicketSearch {
    /// Reads what was typed.
    pub fn parse(q: &str) -> Self {
        let q: String = text::clean_line(q).chars().take(limits::SEARCH_CHARS).collect();
        let number = q.trim().trim_start_matches('#').parse().ok().filter(|n| *n > 0);
        let quoted = |word: &str| {
            let start = if word.chars().count() < PREFIX_CHARS { "" } else { ":*" };
            format!("'{}'{start}", word.replace('\\', " ").replace('\'', "''"))
        };
        let has_letters = |word: &&str| word.chars().any(char::is_alphanumeric);
        let words: Vec<_> =
            q.split_whitespace().filter(has_letters).take(WORDS).map(quoted).collect();
        Self { number, words: (!words.is_empty()).then(|| words.join(" & ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_with_and_without_its_sign() {
        assert_eq!(TicketSearch::parse("#1042").number, Some(1042));
        assert_eq!(TicketSearch::parse(" 1042 ").number, Some(1042));
        for none in ["#", "-3", "1042a", "0", "99999999999999999999"] {
            assert_eq!(TicketSearch::parse(none).number, None, "{none}");
        }
    }

    #[test]
    fn words_are_no_operators() {
        let words = |q| TicketSearch::parse(q).words.unwrap_or_default();
        assert_eq!(words("it's  a|b !(c\\"), "'it''s':* & 'a|b':* & '!(c ':*");
        assert_eq!(words("to export"), "'to' & 'export':*");
        assert_eq!(words(" & | ! "), "");
    }
}
