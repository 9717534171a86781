//! Words in addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What may stand in a query value as it is; a slash keeps addresses in it readable.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// `text` as the value of a query parameter, or as a file name of RFC 6266.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The first value of a parameter in a query string, with or without its `?`.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|(n, _)| *n == name)?.1.replace('+', " ");
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_value() {
        assert_eq!(encode("a b&c=d#é/x?"), "a%20b%26c%3Dd%23%C3%A9/x%3F");
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let query = format!("?x=1&find={}&find=2", encode("a+b &=é%"));
        assert_eq!(query_value(&query, "find").as_deref(), Some("a+b &=é%"));
        assert_eq!(query_value("find=a+b", "find").as_deref(), Some("a b"));
        assert_eq!(query_value("?find", "find"), None);
    }
}
