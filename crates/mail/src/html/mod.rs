//! HTML from strangers: cleaned to an allow-list, and turned into text ([`html_to_text`]).

mod to_text;

pub use to_text::html_to_text;

use crate::layout;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Tags whose content says nothing once the tag is gone, or switches the parser's mode:
/// foreign content and raw text are where sanitisers and browsers disagree (mutation XSS).
const DROPPED_WITH_CONTENT: [&str; 18] = [
    "script", "style", "svg", "math", "iframe", "frame", "frameset", "object", "embed", "form",
    "noscript", "noembed", "noframes", "title", "template", "textarea", "select", "xmp",
];

/// Elements inside each other, at the most. A parser searches the open ones for each new one,
/// so 400,000 nested ones (2 MB) would keep a core busy for an hour.
const DEPTH_MAX: usize = 500;

/// How often the cleaner may change its own output before we stop trusting it.
const PASSES_MAX: usize = 4;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder();
    builder.attribute_filter(keep_attribute);
    builder
});

/// The allow-list, without a say on the values of attributes.
pub(crate) fn builder<'a>() -> Builder<'a> {
    let mut builder = Builder::default();
    let tags: HashSet<&str> =
        builder.clone_tags().into_iter().filter(|t| !["area", "map"].contains(t)).collect();
    builder
        .tags(tags)
        .add_tags(["font"])
        .add_tag_attributes("font", ["color", "size"])
        .clean_content_tags(DROPPED_WITH_CONTENT.into())
        .url_schemes(["http", "https", "mailto", "tel", "cid", "data"].into())
        .url_relative(UrlRelative::Deny)
        .add_generic_attributes(["dir", "class", "id"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    builder
}

/// Links lead to pages, mail and phone. Remote images are kept, but shown only by
/// [`crate::show_pictures`]: opening a message tells nobody that it was opened.
pub(crate) fn keep_attribute<'a>(
    tag: &str,
    attribute: &str,
    value: &'a str,
) -> Option<Cow<'a, str>> {
    let scheme = value.split_once(':').map_or("", |(s, _)| s).trim().to_ascii_lowercase();
    let allowed = match (tag, attribute) {
        (_, "class") => {
            return Some(layout::classes(value)).filter(|c| !c.is_empty()).map(Cow::Owned);
        }
        (_, "id") => return layout::id(value).map(Cow::Borrowed),
        (_, "dir") => ["ltr", "rtl", "auto"].iter().any(|d| value.trim().eq_ignore_ascii_case(d)),
        (_, "href" | "cite") => matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel"),
        ("img", "src") => matches!(scheme.as_str(), "cid" | "http" | "https") || is_picture(value),
        _ => true,
    };
    allowed.then_some(Cow::Borrowed(value))
}

/// A picture inside the address, of a kind that cannot hold scripts (SVG can).
fn is_picture(value: &str) -> bool {
    let lower: String =
        value.trim_start().chars().take(30).collect::<String>().to_ascii_lowercase();
    ["png", "jpeg", "gif", "webp"]
        .iter()
        .any(|k| lower.starts_with(&format!("data:image/{k};base64,")))
}

/// Cleans HTML to an allow-list; cleaning twice changes nothing.
///
/// Badly nested markup can be read differently once it was written out again, which is how
/// mutation XSS works: so the result is cleaned until it stays as it is, or becomes plain text.
///
/// Absurdly nested HTML is not parsed at all: only its text is kept.
pub fn sanitize(html: &str) -> String {
    if too_deep(html) {
        return ammonia::clean_text(&mail_parser::decoders::html::html_to_text(html));
    }
    let mut clean = open_pre(&layout::clean(html));
    for _ in 0..PASSES_MAX {
        let again = clean_once(&clean);
        if again == clean {
            return clean;
        }
        clean = again;
    }
    ammonia::clean_text(&html_to_text(&clean))
}

/// Whether elements are nested absurdly deep, told in one pass and without a parser.
///
/// Void elements and those that close themselves (paragraphs, items, cells) do not count;
/// formatting that is never closed does, as a parser opens it again in each new block.
fn too_deep(html: &str) -> bool {
    const FLAT: [&str; 22] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead",
    ];
    const FORMATTING: [&str; 14] = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    let is = |list: &[&str], name: &str| list.iter().any(|l| l.eq_ignore_ascii_case(name));
    let mut open: Vec<&str> = Vec::new();
    let mut never_closed = 0;
    for tag in html.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = &name[..end];
        if name.is_empty() || is(&FLAT, name) {
            continue;
        }
        if !tag.starts_with('/') {
            open.push(name);
        } else if let Some(at) = open.iter().rposition(|o| o.eq_ignore_ascii_case(name)) {
            never_closed += open.drain(at..).skip(1).filter(|o| is(&FORMATTING, o)).count();
        }
        if open.len() + never_closed > DEPTH_MAX {
            return true;
        }
    }
    false
}

fn clean_once(html: &str) -> String {
    open_pre(&CLEANER.clean(html).to_string())
}

/// A parser drops a line break right after `<pre>`, each time one more.
fn open_pre(clean: &str) -> String {
    let mut parts = clean.split("<pre");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        out.push_str("<pre");
        match part.split_once('>') {
            Some((attributes, text)) => {
                out.push_str(attributes);
                out.push('>');
                out.push_str(text.trim_start_matches(['\n', '\r']));
            }
            None => out.push_str(part),
        }
    }
    out
}

/// The charset that HTML itself says it is written in: `<meta charset=…>`, or what stands for it.
pub(crate) fn charset(html: &[u8]) -> Option<&str> {
    const WORD: &[u8] = b"charset=";
    let head = &html[..html.len().min(2_048)];
    let meta = head.windows(5).position(|w| w.eq_ignore_ascii_case(b"<meta"))?;
    let at = head[meta..].windows(WORD.len()).position(|w| w.eq_ignore_ascii_case(WORD))?;
    let value = &head[meta + at + WORD.len()..];
    let value = value.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_:.".contains(b)));
    let label = std::str::from_utf8(&value[..end.unwrap_or(value.len())]).ok()?;
    // It is read as letters of one byte here: then it is not in letters of two.
    (!label.is_empty() && !label.to_ascii_lowercase().starts_with("utf-16")).then_some(label)
}

#[cfg(test)]
mod tests;
