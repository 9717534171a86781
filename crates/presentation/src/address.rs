//! Where things are looked at.

use chrono::{DateTime, SecondsFormat, Utc};
use rapport_domain::search::FoundTicket;
use rapport_domain::timeline::Stream;
use rapport_domain::{AccountId, Cursor};

/// What has a page of its own, or an address under which it is read.
pub trait Href {
    fn href(&self) -> String;
}

impl Href for Stream {
    fn href(&self) -> String {
        match self {
            Self::Customer(id) => format!("/customers/{id}"),
            Self::Account(id) => account_href(*id),
        }
    }
}

impl Href for FoundTicket {
    /// On its customer's profile.
    fn href(&self) -> String {
        format!("/customers/{}/tickets/{}", self.customer, self.number)
    }
}

/// The page of a stream, with this event in view.
pub fn event_href(stream: Stream, at: Cursor) -> String {
    format!("{}?event={at}", stream.href())
}

/// What a customer saw at an instant: the recorded session that ran then.
pub fn seen_href(whose: Stream, at: DateTime<Utc>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    format!("{}/seen?at={at}", whose.href())
}

/// An account's page.
pub fn account_href(account: AccountId) -> String {
    format!("/accounts/{account}")
}

/// The address that calls a number; `None` when there is no digit to dial.
pub fn tel_href(phone: &str) -> Option<String> {
    let dialled: String =
        phone.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#')).collect();
    dialled.contains(|c: char| c.is_ascii_digit()).then(|| format!("tel:{dialled}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_to_call_has_digits() {
        assert_eq!(tel_href("+49 (30) 90-1820").as_deref(), Some("tel:+4930901820"));
        assert_eq!(tel_href("none"), None);
        assert_eq!(tel_href("javascript:alert()"), None);
    }
}
