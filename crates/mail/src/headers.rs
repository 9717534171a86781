//! Headers in order of arrival, unfolded and storable.

use crate::parse::{Address, addresses};
use crate::repair;
use mail_parser::{HeaderValue, Message, MessageParser};
use rapport_domain::{limits, text};

/// Every header of the mail itself (not of its parts) as name and value.
pub(crate) fn all(message: &Message<'_>) -> Vec<(String, String)> {
    message
        .headers()
        .iter()
        .take(limits::HEADERS_MAX)
        .map(|header| {
            let bytes = message
                .raw_message
                .get(header.offset_start as usize..header.offset_end as usize)
                .unwrap_or_default();
            let value = text::excerpt(&String::from_utf8_lossy(bytes), limits::HEADER_CHARS);
            (text::excerpt(header.name(), 200), value)
        })
        .collect()
}

/// Decodes the encoded words of a stored header, `=?utf-8?q?Gr=C3=BC=C3=9Fe?=` → `Grüße`.
pub fn decode_header(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_string();
    }
    // Comments are unstructured text by RFC 5322, whatever stands in them.
    let mail = format!("Comments: {}\r\n\r\n", repair::value(value));
    let parsed = MessageParser::default().parse(mail.as_bytes());
    let decoded = parsed.as_ref().and_then(|m| m.comments().as_text());
    text::excerpt(decoded.unwrap_or(value), limits::HEADER_CHARS)
}

/// The addresses of a stored `To` or `Cc`, lower-cased and plain; what is none is left out.
pub fn header_addresses(value: &str) -> Vec<String> {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mail = format!("To: {line}\r\n\r\n");
    let parsed = MessageParser::default().parse(mail.as_bytes());
    let Some(found) = parsed.as_ref().and_then(|m| m.to()) else { return Vec::new() };
    let emails = found.iter().filter_map(|a| a.address()).take(limits::EMAIL_RECIPIENTS_MAX);
    emails.filter_map(|email| text::email("to", email).ok()).collect()
}

/// The people in a header's value, with their names.
pub(crate) fn people(value: &str) -> Vec<Address> {
    let mail = format!("To: {}\r\n\r\n", repair::value(value));
    let parsed = MessageParser::default().parse(mail.as_bytes());
    parsed.as_ref().map(|mail| addresses(mail.to())).unwrap_or_default()
}

/// The address somewhere in a value, and the name before it: `Ada <a@b.example>`,
/// `Ada [mailto:a@b.example]`, `a@b.example`, and how HTML repeats an address.
pub(crate) fn address_in(value: &str) -> Option<Address> {
    let word = value.split(|c: char| c.is_whitespace() || "<>[]()\"';,&:".contains(c));
    let email =
        word.filter(|w| w.contains(['@', '＠'])).find_map(|w| text::email("from", w).ok())?;
    let name = value.split(['<', '[', '(']).next().unwrap_or_default();
    let name = text::excerpt(name.trim_matches(['"', '\'', ' ', '*']), limits::NAME_CHARS);
    Some(Address { name: Some(name).filter(|n| !n.is_empty() && !n.contains('@')), email })
}

/// The message ids of a header, without angle brackets, oldest first.
pub(crate) fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let list: Vec<&str> = match value {
        HeaderValue::Text(one) => vec![one.as_ref()],
        HeaderValue::TextList(many) => many.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    // The newest names count most when a long thread lists more than we look at.
    let skip = list.len().saturating_sub(50);
    list.into_iter().skip(skip).filter_map(message_id).collect()
}

/// One message id as it is stored: no brackets, no spaces, short enough for an index.
pub(crate) fn message_id(raw: &str) -> Option<String> {
    let id = text::clean_line(raw.trim_matches(['<', '>', ' ']));
    (!id.is_empty() && id.len() <= 900).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_found_among_names_and_groups() {
        let line = "\"Doe, Kim\" <Kim@b.example>,\r\n team: a@b.example, c@d.example;, nobody";
        assert_eq!(header_addresses(line), ["kim@b.example", "a@b.example", "c@d.example"]);
        assert!(header_addresses("").is_empty());
    }

    proptest! {
        #[test]
        fn whatever_a_header_holds_its_addresses_are_such(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a@b.example", "Ada", " ", ",", ";", ":", "<", ">", "(", ")", "\"", "\\", "@", "[", "]",
                "=?utf-8?Q?=C3=A4?=", "=?", "\u{200b}", "\r\n ", "ä@müller.example", "mailto:", ".", "Team:",
            ]), 0..20)) {
            let line = pieces.concat();
            let one = address_in(&line).map(|a| a.email);
            let listed = people(&line).into_iter().map(|a| a.email);
            for email in header_addresses(&line).into_iter().chain(listed).chain(one) {
                prop_assert_eq!(text::email("to", &email), Ok(email.clone()), "{}", line);
            }
        }
    }

    #[test]
    fn encoded_words_are_decoded() {
        assert_eq!(
            decode_header("=?utf-8?q?Gr=C3=BC=C3=9Fe?= <a@b.example>"),
            "Grüße <a@b.example>"
        );
        assert_eq!(decode_header("plain"), "plain");
        assert_eq!(decode_header("=?broken"), "=?broken");
    }
}
