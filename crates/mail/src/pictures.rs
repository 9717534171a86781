//! Remote pictures of a mail: whoever loads one tells its sender so.

use crate::html::builder;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Remote pictures of one mail that can be shown.
const PICTURES_MAX: usize = 200;

/// The addresses of remote pictures in cleaned HTML, each once, in a fixed order.
pub fn remote_pictures(clean: &str) -> Vec<String> {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let finds = found.clone();
    map_pictures(clean, move |address| {
        if let Ok(mut finds) = finds.lock() {
            finds.insert(address.to_string());
        }
        None
    });
    found.lock().map(|found| found.iter().take(PICTURES_MAX).cloned().collect()).unwrap_or_default()
}

/// Cleaned HTML with each remote picture at the address that `at` gives for its place in
/// [`remote_pictures`]; without one it loses its address, and shows its words alone.
pub fn show_pictures(
    clean: &str,
    at: impl Fn(usize) -> Option<String> + Send + Sync + 'static,
) -> String {
    let known = remote_pictures(clean);
    map_pictures(clean, move |address| {
        let place = known.binary_search_by(|known| known.as_str().cmp(address)).ok()?;
        at(place)
    })
}

fn map_pictures(
    clean: &str,
    at: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> String {
    let mut builder = builder();
    builder
        // What replaces them are paths of ours.
        .url_relative(ammonia::UrlRelative::PassThrough)
        .attribute_filter(move |tag, attribute, value| match (tag, attribute) {
            ("img", "src") if is_remote(value) => at(value).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        });
    builder.clean(clean).to_string()
}

fn is_remote(address: &str) -> bool {
    let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme).trim();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sanitize;

    const MAIL: &str = r#"<p>Hi</p><img src="https://b.example/2.png" alt="two"><img src="HTTP://a.example/1.png?x=1&amp;y=2">
        <img src="cid:logo"><img src="data:image/png;base64,AAAA"><img src="https://b.example/2.png">"#;

    #[test]
    fn each_remote_picture_is_known_once() {
        let known = remote_pictures(&sanitize(MAIL));
        assert_eq!(known, ["HTTP://a.example/1.png?x=1&y=2", "https://b.example/2.png"]);
    }

    #[test]
    fn pictures_show_from_here_or_not_at_all() {
        let clean = sanitize(MAIL);
        let hidden = show_pictures(&clean, |_| None);
        assert!(!hidden.contains("example"), "{hidden}");
        for kept in ["alt=\"two\"", "cid:logo", "data:image/png;base64,AAAA"] {
            assert!(hidden.contains(kept), "{hidden}");
        }
        let shown = show_pictures(&clean, |n| Some(format!("/files/{n}")));
        assert_eq!((shown.matches("/files/0").count(), shown.matches("/files/1").count()), (1, 2));
        assert!(!shown.contains("example"), "{shown}");
    }

    #[test]
    fn an_address_cannot_leave_its_attribute() {
        let clean = sanitize(r#"<img src='https://a.example/"><script>alert(1)</script>'>"#);
        let shown = show_pictures(&clean, |n| Some(format!("/files/{n}\" onload=\"x")));
        assert!(!shown.contains("<script") && !shown.contains("\" onload"), "{shown}");
    }
}
