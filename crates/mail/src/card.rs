//! What an address card (vCard) says.

use calcard::vcard::{VCard, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use rapport_domain::text;

/// Bytes of a card that are read; its picture may make it large.
const CARD_BYTES: usize = 512 * 1024;
/// Cards of one file, and lines of one card, that are told.
const CARDS_MAX: usize = 5;
const LINES_MAX: usize = 12;

/// The cards of a file in words; `None` when there is none.
pub(crate) fn describe(file: &str) -> Option<String> {
    let mut end = file.len().min(CARD_BYTES);
    while !file.is_char_boundary(end) {
        end -= 1;
    }
    let mut parser = Parser::new(&file[..end]);
    let mut lines = Vec::new();
    for _ in 0..CARDS_MAX {
        match parser.entry() {
            Entry::VCard(card) => lines.extend(one(&card)),
            Entry::Eof => break,
            _ => {}
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n\n"))
}

fn one(card: &VCard) -> Option<String> {
    let labels = [
        (VCardProperty::Org, "Company"),
        (VCardProperty::Title, "Position"),
        (VCardProperty::Email, "E-mail"),
        (VCardProperty::Tel, "Phone"),
        (VCardProperty::Url, "Web"),
    ];
    let all = |property: &VCardProperty| {
        let entries = card.entries.iter().filter(|e| e.name == *property).take(3);
        entries.filter_map(|e| read(&e.values)).collect::<Vec<_>>()
    };
    let name = all(&VCardProperty::Fn).into_iter().next();
    let name = name.or_else(|| all(&VCardProperty::Org).into_iter().next())?;
    let mut lines = vec![format!("Contact card: {name}")];
    for (property, label) in labels {
        lines.extend(all(&property).into_iter().map(|value| format!("{label}: {value}")));
    }
    lines.truncate(LINES_MAX);
    Some(lines.join("\n"))
}

fn read(values: &[VCardValue]) -> Option<String> {
    let words = values.iter().filter_map(|value| match value {
        VCardValue::Text(text) => Some(text.clone()),
        VCardValue::Component(parts) => Some(parts.join(", ")),
        _ => None,
    });
    let value = text::excerpt(&words.collect::<Vec<_>>().join(", "), 200);
    let value = value
        .strip_prefix("mailto:")
        .or(value.strip_prefix("tel:"))
        .map(String::from)
        .unwrap_or(value);
    Some(value).filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_who_and_how_to_reach_them() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:King;Ada;;;\r\nFN:Ada King\r\nORG:Northwind\r\nEMAIL;TYPE=WORK:ada@x.example\r\nTEL:+1 555 0142\r\nEND:VCARD\r\n";
        assert_eq!(
            describe(card).as_deref(),
            Some(
                "Contact card: Ada King\nCompany: Northwind\nE-mail: ada@x.example\nPhone: +1 555 0142"
            )
        );
        assert_eq!(describe("BEGIN:VCARD\r\nEND:VCARD\r\n"), None);
        assert_eq!(describe("no card"), None);
    }
}
