//! The values of custom fields on a card.

use super::{CardValue, date_text};
use chrono::NaiveDate;
use rapport_domain::fields::{FieldType, display};
use serde_json::Value;

/// What a card shows for a value. One of another type, from before the field was made anew, shows as
/// what it is.
pub fn card_value(kind: FieldType, value: &Value) -> Option<CardValue> {
    match (kind, value) {
        (_, Value::Null) => None,
        (_, Value::Array(items)) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            CardValue::plain(texts.join(", "))
        }
        (FieldType::Url, Value::String(url)) => CardValue::site(url),
        (FieldType::Date, value) => {
            let text = display(value);
            CardValue::plain(match text.parse::<NaiveDate>() {
                Ok(date) => date_text(date),
                Err(_) => text,
            })
        }
        (_, value) => CardValue::plain(display(value)),
    }
}
