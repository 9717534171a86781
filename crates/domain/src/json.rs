//! JSON from outside, made storable: Postgres keeps neither NUL nor half a character.

use serde_json::Value;
use std::borrow::Cow;

/// How deep lists and objects nest; a bare value has depth 0.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Replaces NUL by U+FFFD in every text and every key.
pub fn storable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_nul(text)),
        Value::Array(list) => Value::Array(list.into_iter().map(storable).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (without_nul(k), storable(v))).collect())
        }
        other => other,
    }
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

/// Replaces `\ud83d` without its other half by `\ufffd` in JSON text: browsers write such
/// halves when they cut a string, and one of them must not spoil a whole request.
pub fn repair_surrogates(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut repaired: Option<Vec<u8>> = None;
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            i += 1;
            continue;
        }
        match (unit(bytes, i), unit(bytes, i + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => i += 12,
            (Some(0xD800..=0xDFFF), _) => {
                repaired.get_or_insert_with(|| bytes.to_vec())[i + 2..i + 6]
                    .copy_from_slice(b"fffd");
                i += 6;
            }
            // An escape of two characters at least, so that `\\ud800` stays text.
            _ => i += 2,
        }
    }
    match repaired.map(String::from_utf8) {
        Some(Ok(text)) => Cow::Owned(text),
        _ => Cow::Borrowed(text),
    }
}

/// The UTF-16 unit written as `\uXXXX` at `i`.
fn unit(bytes: &[u8], i: usize) -> Option<u16> {
    let digits = bytes.get(i..i + 6)?.strip_prefix(b"\\u")?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn half_a_character_becomes_the_replacement() {
        let parse =
            |text: &str| serde_json::from_str::<Value>(&repair_surrogates(text)).expect("JSON");
        assert_eq!(parse(r#""a\ud83d""#), json!("a\u{FFFD}"));
        assert_eq!(parse(r#""\udE00\ud83d\uD83d\ude00""#), json!("\u{FFFD}\u{FFFD}😀"));
        assert_eq!(parse(r#""\\ud83d""#), json!("\\ud83d"));
        assert!(matches!(repair_surrogates(r#""\ud83d\ude00\n""#), Cow::Borrowed(_)));
    }

    #[test]
    fn depth_counts_lists_and_objects() {
        assert_eq!(depth(&json!(1)), 0);
        assert_eq!(depth(&json!({"a": [1, {"b": []}]})), 4);
    }

    proptest! {
        #[test]
        fn what_was_json_stays_the_same(text: String) {
            let written = json!({ "k": text }).to_string();
            prop_assert!(matches!(repair_surrogates(&written), Cow::Borrowed(_)));
        }

        #[test]
        fn any_text_is_no_trouble(text in r#"[\\ud8cef0-9"\x00é]{0,40}"#) {
            let _ = repair_surrogates(&text);
        }
    }
}
