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

/// Path and query of a page on this server: never another host, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// A path with one slash first: `//evil.example` and `/\\evil.example` are other servers.
    pub fn parse(text: &str) -> Option<Self> {
        let local = text.starts_with('/')
            && !text.starts_with("//")
            && !text.contains('\\')
            && !text.chars().any(char::is_control);
        local.then(|| Self(text.into()))
    }

    /// What follows the host in a whole address, as a Referer is one.
    pub fn of_address(address: &str) -> Option<Self> {
        let (_, rest) = address.split_once("://")?;
        Self::parse(&rest[rest.find('/')?..])
    }

    /// The path, to be led to.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_value() {
        assert_eq!(encode("a b&c=d#é/x?"), "a%20b%26c%3Dd%23%C3%A9/x%3F");
    }

    #[test]
    fn a_local_path_leads_to_this_server_only() {
        let local = |text: &str| LocalPath::parse(text).map(String::from);
        assert_eq!(local("/customers?q=a").as_deref(), Some("/customers?q=a"));
        for elsewhere in ["", "x", "https://evil.example", "//evil.example", "/\\evil", "/a\r\nb"] {
            assert_eq!(local(elsewhere), None, "{elsewhere:?}");
            let referer = format!("https://r.example{elsewhere}");
            let path = LocalPath::of_address(&referer).map(String::from);
            assert!(path.is_none_or(|p| !p.starts_with("//") && !p.contains('\\')), "{referer:?}");
        }
        let of = |text: &str| LocalPath::of_address(text).map(String::from);
        assert_eq!(of("https://r.example:8443/inbox?a=1").as_deref(), Some("/inbox?a=1"));
        assert_eq!(of("https://r.example"), None);
        assert_eq!(of("https://r.example//evil.example"), None);
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let query = format!("?x=1&find={}&find=2", encode("a+b &=é%"));
        assert_eq!(query_value(&query, "find").as_deref(), Some("a+b &=é%"));
        assert_eq!(query_value("find=a+b", "find").as_deref(), Some("a b"));
        assert_eq!(query_value("?find", "find"), None);
    }
}
