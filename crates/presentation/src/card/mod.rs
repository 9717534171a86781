//! The cards of the info pane as people read them: rows of labels and values.

mod custom;
mod facts;

pub use custom::card_value;

use chrono::{DateTime, Utc};
use rapport_domain::card::{CUSTOM, Card, CardField};
use rapport_domain::fields::{FieldOwner, FieldType, HIDDEN};
use rapport_domain::stored::HasFields;
use serde::{Deserialize, Serialize};

/// What a coloured mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Good,
    Warning,
    Bad,
    Neutral,
}

/// How a value is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum RowKind {
    Plain,
    /// Leads to a page, a site or a phone call.
    Link(String),
    Pill(Tone),
    /// A point in time, shown as the reader's clock has it.
    Moment(DateTime<Utc>),
    Tags(Vec<String>),
    /// There is a value, which its reader has to ask for.
    Hidden(HiddenValue),
}

/// Where a hidden value is, and how it is shown once somebody asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenValue {
    pub owner: FieldOwner,
    pub key: String,
    pub kind: FieldType,
}

/// A value as a card shows and copies it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardValue {
    pub text: String,
    pub kind: RowKind,
}

impl CardValue {
    pub(super) fn plain(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self { text, kind: RowKind::Plain })
    }

    fn with(text: impl Into<String>, kind: RowKind) -> Option<Self> {
        Self::plain(text).map(|value| Self { kind, ..value })
    }

    fn moment(at: Option<DateTime<Utc>>) -> Option<Self> {
        let at = at?;
        Self::with(at.format("%b %-d, %Y %H:%M UTC").to_string(), RowKind::Moment(at))
    }

    fn tags(tags: &[String]) -> Option<Self> {
        Self::with(tags.join(", "), RowKind::Tags(tags.to_vec()))
    }

    /// A site's address; one that is no web address stays text.
    pub(super) fn site(url: &str) -> Option<Self> {
        let url = url.trim();
        let shown = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
        if url.starts_with("https://") || url.starts_with("http://") {
            return Self::with(shown, RowKind::Link(url.into()));
        }
        Self::plain(url)
    }
}

/// One line of a card; `value` is `None` where there is nothing to show.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRow {
    pub key: String,
    pub label: String,
    pub value: Option<CardValue>,
}

/// What a card takes its values from.
pub trait Facts: HasFields {
    /// The value of a field that every workspace has.
    fn value(&self, key: &str) -> Option<CardValue>;
}

/// The rows of a card: the fields of the layout, in its order. Without facts all are empty;
/// fields that are gone (archived, renamed by an update) are left out.
pub fn resolve(
    card: Card,
    layout: &[String],
    custom: &[CardField],
    facts: Option<&dyn Facts>,
) -> Vec<CardRow> {
    let row = |key: &String| {
        let (label, value) = match key.strip_prefix(CUSTOM) {
            Some(name) => {
                let field = custom.iter().find(|f| f.card == card && f.key == name)?;
                let value = facts.and_then(|facts| custom_value(facts, field));
                (field.label.clone(), value)
            }
            None => {
                let (_, label) = card.fields().iter().find(|(k, _)| k == key)?;
                (label.to_string(), facts.and_then(|f| f.value(key)))
            }
        };
        Some(CardRow { key: key.clone(), label, value })
    };
    layout.iter().filter_map(row).collect()
}

/// What a custom field holds, or that it holds something.
fn custom_value(facts: &dyn Facts, field: &CardField) -> Option<CardValue> {
    if facts.hidden().contains(&field.key) {
        let (owner, key) = (facts.owner(), field.key.clone());
        return CardValue::with(
            HIDDEN,
            RowKind::Hidden(HiddenValue { owner, key, kind: field.kind }),
        );
    }
    card_value(field.kind, facts.values().get(&field.key)?)
}

/// A day as cards write it: `Nov 24, 2026`.
pub fn date_text(date: chrono::NaiveDate) -> String {
    date.format("%b %-d, %Y").to_string()
}

/// Whether a card has anything to show.
pub fn has_value(rows: &[CardRow]) -> bool {
    rows.iter().any(|row| row.value.is_some())
}

#[cfg(test)]
mod tests;
