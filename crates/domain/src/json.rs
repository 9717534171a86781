//! JSON from outside, made storable: Postgres keeps neither NUL nor half a character.

use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// Digits that every double keeps, and those that none has more of when it is written shortest.
const DIGITS_SURE: usize = 15;
const DIGITS_DOUBLE: usize = 17;

/// How deep lists and objects nest; a bare value has depth 0.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// About how many bytes a value has when it is written, and never more: counted, not written.
pub fn bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(_) => 1,
        Value::String(text) => text.len() + 2,
        Value::Array(list) => 2 + list.iter().map(|item| bytes(item) + 1).sum::<usize>(),
        Value::Object(map) => object_bytes(map),
    }
}

/// The same of an object.
pub fn object_bytes(map: &Map<String, Value>) -> usize {
    2 + map.iter().map(|(key, item)| key.len() + 4 + bytes(item)).sum::<usize>()
}

/// Exactly how many bytes a value has when it is written: counted, not kept.
pub fn written_bytes(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Neither counting nor a value can fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// Replaces NUL by U+FFFD in every text and every key.
pub fn storable(value: Value) -> Value {
    // Hardly anything holds one, and to build an object anew costs as much as to read it.
    if has_nul(&value) { replace_nul(value) } else { value }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, item)| key.contains('\0') || has_nul(item)),
        _ => false,
    }
}

fn replace_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_nul(text)),
        Value::Array(list) => Value::Array(list.into_iter().map(replace_nul).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(k, v)| (without_nul(k), replace_nul(v))).collect())
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

/// A text, number or boolean as text; nothing else has one.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number_text(number)),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A number as people and other systems write it: `42.0` is 42.
pub fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(f) if number.is_f64() && f.fract() == 0.0 => format!("{f:.0}"),
        _ => number.to_string(),
    }
}

/// Makes JSON of what senders take for it, and keeps what JSON numbers lose: `NaN`, `Infinity` and
/// numbers with more digits than a machine's number has become the text of themselves.
pub fn mend_numbers(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let (mut i, mut copied) = (0, 0);
    while i < bytes.len() {
        let end = match bytes[i] {
            b'"' => {
                i = after_text(bytes, i);
                continue;
            }
            b'0'..=b'9' | b'-' | b'A'..=b'Z' | b'a'..=b'z' => token_end(bytes, i),
            _ => {
                i += 1;
                continue;
            }
        };
        if let Some(instead) = instead_of(&text[i..end]) {
            mended.push_str(&text[copied..i]);
            mended.push_str(&instead);
            copied = end;
        }
        i = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// Where the text that begins at `i` is over.
fn after_text(bytes: &[u8], mut i: usize) -> usize {
    i += 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 2,
            b'"' => return i + 1,
            _ => i += 1,
        }
    }
    i
}

/// Where the number or word that begins at `i` is over.
fn token_end(bytes: &[u8], i: usize) -> usize {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
    i + bytes[i..].iter().take_while(|b| inside(b)).count()
}

/// What stands instead of a number or word that JSON does not have, or would not keep.
fn instead_of(token: &str) -> Option<String> {
    let unsigned = token.trim_start_matches('-');
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        let none = ["nan", "inf", "infinity"].iter().any(|w| unsigned.eq_ignore_ascii_case(w));
        return match token {
            "undefined" => Some("null".into()),
            _ => none.then(|| format!("\"{token}\"")),
        };
    }
    let whole = unsigned.bytes().all(|b| b.is_ascii_digit());
    if whole && unsigned.len() <= DIGITS_SURE && !unsigned.starts_with('0') {
        return None;
    }
    let is_number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E');
    if !unsigned.bytes().all(is_number) {
        return None;
    }
    // JSON has no zero before a number; where one stands it was an id or a phone number.
    let padded = unsigned.len() > 1 && whole && unsigned.starts_with('0');
    let kept = if whole {
        !padded && (token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok())
    } else {
        let digits = unsigned.split(['e', 'E']).next().unwrap_or_default();
        let digits = digits.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count();
        digits <= DIGITS_DOUBLE && token.parse::<f64>().is_ok_and(f64::is_finite)
    };
    if kept {
        return None;
    }
    let bare = match token.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        _ => token,
    };
    Some(format!("\"{bare}\""))
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

    #[test]
    fn numbers_that_json_does_not_have_become_text() {
        let parse = |text: &str| serde_json::from_str::<Value>(&mend_numbers(text)).expect("JSON");
        for (sent, kept) in [
            ("NaN", json!("NaN")),
            ("-Infinity", json!("-Infinity")),
            ("nan", json!("nan")),
            ("undefined", Value::Null),
            ("1e999", json!("1e999")),
            ("9007199254740993", json!(9_007_199_254_740_993_u64)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!("18446744073709551616")),
            ("-92233720368547758089", json!("-92233720368547758089")),
            ("123456789012345678901.00", json!("123456789012345678901")),
            ("0.1234567890123456789", json!("0.1234567890123456789")),
            ("0.30000000000000004", json!(0.300_000_000_000_000_04)),
            ("0049301234", json!("0049301234")),
            ("0", json!(0)),
            ("0.5", json!(0.5)),
            ("-0.0", json!(-0.0)),
            ("true", json!(true)),
        ] {
            assert_eq!(parse(sent), kept, "{sent}");
            assert_eq!(
                parse(&format!(r#"{{"NaN \" NaN":[{sent}]}}"#)),
                json!({"NaN \" NaN": [kept]})
            );
        }
    }

    #[test]
    fn a_whole_number_reads_as_one() {
        let text = |value: Value| value.as_number().map(number_text);
        assert_eq!(text(json!(42.0)).as_deref(), Some("42"));
        assert_eq!(text(json!(4.917012345670e12)).as_deref(), Some("4917012345670"));
        assert_eq!(text(json!(0.5)).as_deref(), Some("0.5"));
        assert_eq!(text(json!(u64::MAX)).as_deref(), Some("18446744073709551615"));
    }

    #[test]
    fn bytes_are_counted_as_they_are_written() {
        let value = serde_json::json!({"a": [1, 2.5, null, true], "ä\"": "\u{1}€"});
        assert_eq!(written_bytes(&value), value.to_string().len());
    }

    proptest! {
        #[test]
        fn json_that_was_whole_is_not_touched(number: f64, int: i64, text: String) {
            let written = json!({ "f": number, "i": int, "t": text }).to_string();
            prop_assert!(matches!(mend_numbers(&written), Cow::Borrowed(_)), "{written}");
        }

        #[test]
        fn nothing_is_too_odd_to_mend(text in r#"[-+0-9eE.NaInf"\\,:{}\[\] é]{0,60}"#) {
            let _ = mend_numbers(&text);
        }

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
