//! Hides secrets in JSON as it stands: texts are changed in place, and nothing else is.

use rapport_domain::recording::scrub;
use std::borrow::Cow;

/// How deep a page may nest; nothing here is called again for each level.
const DEPTH_MAX: usize = 4_000;
/// Texts in which nothing of the customer's stands, and which are long: style sheets and pictures.
const NO_TEXT: [&str; 2] = ["\"_cssText\"", "\"rr_dataURL\""];

/// The JSON nests too deep.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

/// Appends valid JSON with the secrets of its texts hidden.
pub(super) fn scrub_into(json: &str, out: &mut Vec<u8>) -> Result<(), TooDeep> {
    let bytes = json.as_bytes();
    let (mut at, mut copied, mut depth, mut key) = (0, 0, 0usize, "");
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(TooDeep);
                }
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'"' => {
                let end = text_end(bytes, at);
                let literal = &json[at..end];
                if is_key(bytes, end) {
                    key = literal;
                } else if !NO_TEXT.contains(&key)
                    && let Some(clean) = clean(literal)
                {
                    out.extend_from_slice(&bytes[copied..at]);
                    out.extend_from_slice(clean.as_bytes());
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    Ok(())
}

/// Where the text that begins at `at` ends, behind its quote.
fn text_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

fn is_key(bytes: &[u8], end: usize) -> bool {
    bytes[end..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':')
}

/// The literal without secrets, if it holds any.
fn clean(literal: &str) -> Option<String> {
    let inner = literal.get(1..literal.len().checked_sub(1)?)?;
    if !inner.contains('\\') {
        return match scrub(inner) {
            Cow::Borrowed(_) => None,
            Cow::Owned(clean) => Some(format!("\"{clean}\"")),
        };
    }
    let text: String = serde_json::from_str(literal).ok()?;
    match scrub(&text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(clean) => serde_json::to_string(&clean).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(json: &str) -> String {
        let mut out = Vec::new();
        scrub_into(json, &mut out).expect("not deep");
        String::from_utf8(out).expect("utf-8")
    }

    #[test]
    fn texts_are_scrubbed_and_the_rest_is_as_it_was() {
        let json =
            r#"{"a": "Card 4242424242424242", "n": [1.50, true, "x\"y"], "4242424242424242": "k"}"#;
        assert_eq!(scrubbed(json), json.replacen("4242424242424242", "****************", 1));
        // However it is written.
        assert_eq!(scrubbed(r#"["4242\u00204242 4242\u00204242"]"#), r#"["**** **** **** ****"]"#);
        let styles = r#"{"_cssText": "a{x:4242424242424242}", "textContent": "token=abcdefgh"}"#;
        assert_eq!(scrubbed(styles), styles.replace("abcdefgh", "********"));
    }

    #[test]
    fn depth_has_an_end() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(scrubbed(&nested(DEPTH_MAX)), nested(DEPTH_MAX));
        assert_eq!(scrub_into(&nested(DEPTH_MAX + 1), &mut Vec::new()), Err(TooDeep));
    }
}
