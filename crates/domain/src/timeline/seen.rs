//! What a browser says of itself beside an event: where its user is, and with what.
//!
//! All of it is a stranger's word: what does not read well is left out, and spoils nothing else.

use crate::limits::{LINE_CHARS, URL_CHARS};
use crate::{locale, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What was seen of somebody at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The page's path, without the site and without what follows `?`, which may be private.
    pub page: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
}

impl Seen {
    /// Reads the protocol's `context` and a page event's properties. `None` where nothing says
    /// that a browser was there: a server reports what it did, not where somebody is.
    pub fn read(context: &Map<String, Value>, properties: &Map<String, Value>) -> Option<Self> {
        let word = |name: &str| context.get(name).and_then(Value::as_str);
        let agent = word("userAgent")?;
        let page = context.get("page").and_then(Value::as_object);
        let pages = [Some(properties), page].into_iter().flatten();
        let (browser, os) = browser_and_os(agent);
        let zone = word("timezone").filter(|zone| locale::time_zone("timezone", zone).is_ok());
        let language = word("locale").and_then(|tag| locale::language("locale", tag).ok());
        Some(Self {
            page: pages.filter_map(path).next(),
            browser,
            os,
            time_zone: zone.map(String::from),
            language,
        })
    }

    /// What is known with this one, which is newer.
    pub fn and_then(self, newer: Self) -> Self {
        Self {
            page: newer.page.or(self.page),
            browser: newer.browser.or(self.browser),
            os: newer.os.or(self.os),
            time_zone: newer.time_zone.or(self.time_zone),
            language: newer.language.or(self.language),
        }
    }
}

/// A [`Seen`] and when that was; never later than it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAt {
    pub at: DateTime<Utc>,
    pub seen: Seen,
}

/// The path of a page as `path`, or as its `url` has it.
fn path(page: &Map<String, Value>) -> Option<String> {
    let word = |name: &str| page.get(name).and_then(Value::as_str);
    let of_url = || {
        let rest = word("url")?.split_once("://")?.1;
        Some(rest.find('/').map_or("/", |at| &rest[at..]))
    };
    let path = word("path").filter(|path| path.starts_with('/')).or_else(of_url)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Some(text::excerpt(path, URL_CHARS.min(4 * LINE_CHARS))).filter(|path| !path.is_empty())
}

/// Whose mark in a user agent means which browser; those that call themselves Chrome or Safari
/// as well stand before them.
const BROWSERS: [(&str, &str); 13] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("Safari/", "Safari"),
];

/// The same for systems: iPads and Android phones name others beside themselves.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Bytes of a user agent that are looked at.
const AGENT_BYTES: usize = 1_024;

/// `Chrome 142` and `macOS`, as far as a user agent says so.
fn browser_and_os(agent: &str) -> (Option<String>, Option<String>) {
    let agent = agent.get(..AGENT_BYTES).unwrap_or(agent);
    let browser = BROWSERS.iter().find_map(|(mark, name)| {
        let version = agent.split_once(mark)?.1;
        let major: String = version.chars().take_while(char::is_ascii_digit).take(4).collect();
        // Safari's own mark counts something else.
        let known = !major.is_empty() && *mark != "Safari/";
        Some(if known { format!("{name} {major}") } else { (*name).to_string() })
    });
    let os = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark));
    (browser, os.map(|(_, name)| (*name).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_browser_says_where_its_user_is() {
        let context = map(json!({
            "userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "timezone": "Europe/Berlin", "locale": "de-DE",
            "page": {"path": "/settings", "url": "https://x.example/settings?token=1"},
        }));
        let seen = Seen::read(&context, &Map::new()).expect("a browser");
        assert_eq!(seen.page.as_deref(), Some("/settings"));
        assert_eq!(seen.browser.as_deref(), Some("Chrome 142"));
        assert_eq!(seen.os.as_deref(), Some("macOS"));
        assert_eq!(seen.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(seen.language.as_deref(), Some("de-DE"));
        let page = map(json!({"url": "https://x.example/a/b?q=secret#c"}));
        let seen = Seen::read(&context, &page).expect("a browser");
        assert_eq!(seen.page.as_deref(), Some("/a/b"), "the event's own page goes before");
    }

    #[test]
    fn browsers_are_told_apart() {
        let of = |agent| browser_and_os(agent);
        let some = |a: &str, b: &str| (Some(a.to_string()), Some(b.to_string()));
        assert_eq!(
            of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0.1"),
            some("Edge 142", "Windows")
        );
        assert_eq!(
            of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            some("Firefox 140", "Linux")
        );
        assert_eq!(
            of(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit Version/18.1 Mobile Safari/604.1"
            ),
            some("Safari 18", "iOS")
        );
        assert_eq!(
            of("Mozilla/5.0 (Linux; Android 10; K) Chrome/141.0 Mobile Safari/537.36"),
            some("Chrome 141", "Android")
        );
        assert_eq!(of("curl/8"), (None, None));
    }

    #[test]
    fn nonsense_is_left_out_and_spoils_nothing() {
        let context = map(json!({"userAgent": "x", "timezone": "Mars/Olympus", "locale": "<b>",
            "page": {"path": 7, "url": "nowhere"}}));
        assert_eq!(Seen::read(&context, &Map::new()), Some(Seen::default()));
        let server =
            map(json!({"library": {"name": "analytics-python"}, "timezone": "Europe/Berlin"}));
        assert_eq!(Seen::read(&server, &Map::new()), None);
        let long = map(
            json!({"userAgent": "x", "page": {"path": format!("/{}\u{0}\n", "a".repeat(9_000))}}),
        );
        let page = Seen::read(&long, &Map::new()).and_then(|s| s.page).expect("a page");
        assert!(page.chars().count() <= URL_CHARS && !page.contains(char::is_control));
    }

    #[test]
    fn newer_goes_before_and_what_it_leaves_out_stays() {
        let seen = |page: Option<&str>, os: Option<&str>| Seen {
            page: page.map(String::from),
            os: os.map(String::from),
            ..Seen::default()
        };
        let both = seen(Some("/a"), Some("macOS")).and_then(seen(Some("/b"), None));
        assert_eq!(both, seen(Some("/b"), Some("macOS")));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(agent in ".{0,200}", url in ".{0,100}", zone in ".{0,40}") {
            let context = map(json!({"userAgent": agent, "timezone": zone, "page": {"url": url}}));
            let seen = Seen::read(&context, &Map::new()).expect("a browser");
            prop_assert!(seen.page.is_none_or(|p| p.starts_with('/')));
        }
    }
}
