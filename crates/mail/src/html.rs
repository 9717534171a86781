//! HTML from strangers: cleaned to an allow-list, and turned into text.

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

/// The text of cleaned HTML: blocks become lines, quotes get `> `, links keep their words.
pub fn html_to_text(clean: &str) -> String {
    let mut out = Lines::default();
    let mut rest = clean;
    while let Some(open) = rest.find('<') {
        out.text(&rest[..open]);
        let Some(close) = rest[open..].find('>') else {
            // A bracket that ends nothing: cleaned HTML has none, so this is plain text.
            out.text(&rest[open..]);
            return out.finish();
        };
        out.tag(&rest[open + 1..open + close]);
        rest = &rest[open + close + 1..];
    }
    out.text(rest);
    out.finish()
}

#[derive(Default)]
struct Lines {
    done: String,
    line: String,
    quotes: usize,
    preformatted: usize,
    /// Of each open list: the number of its last item, where its items have numbers.
    lists: Vec<Option<i32>>,
    /// Of each open element: it keeps its line breaks, it is one of Word's paragraphs.
    open: Vec<(bool, bool)>,
}

impl Lines {
    fn text(&mut self, escaped: &str) {
        let text = unescape(escaped);
        if self.preformatted > 0 {
            for (n, part) in text.split('\n').enumerate() {
                if n > 0 {
                    self.end_line();
                }
                self.line.push_str(part.trim_end_matches('\r'));
            }
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.line.push(c);
            } else if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    fn tag(&mut self, inside: &str) {
        let closing = inside.starts_with('/');
        let name: String = inside
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let (keeps, tight) = self.element(inside, closing);
        match (name.as_str(), closing) {
            ("ol" | "ul", true) => {
                self.lists.pop();
            }
            ("ul", false) => self.lists.push(None),
            ("ol", false) => {
                let first = layout::attribute(inside, "start").and_then(|n| n.parse().ok());
                self.lists.push(Some(first.unwrap_or(1_i32).saturating_sub(1)));
            }
            _ => {}
        }
        match (name.as_str(), closing) {
            ("br", _) => self.end_line(),
            // Word ends a paragraph with a line, and leaves one empty by a space.
            ("p", true) if tight => self.end_line(),
            ("blockquote", _) => {
                self.break_line();
                self.quotes = if closing { self.quotes.saturating_sub(1) } else { self.quotes + 1 };
            }
            ("pre", _) => {
                self.break_line();
                self.preformatted = if closing {
                    self.preformatted.saturating_sub(1)
                } else {
                    self.preformatted + 1
                };
            }
            ("p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table", true) => {
                self.break_line();
                self.end_line();
            }
            ("li", false) => {
                self.break_line();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{number}. ")
                    }
                    _ => "• ".into(),
                };
                self.line.push_str(&mark);
            }
            ("td" | "th", false) if !self.line.trim().is_empty() => self.line.push_str("  "),
            ("hr", _) => {
                self.break_line();
                self.line.push_str("———");
                self.break_line();
            }
            (
                "p" | "div" | "tr" | "dt" | "dd" | "article" | "section" | "header" | "footer"
                | "center" | "table" | "ul" | "ol" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6",
                _,
            ) => {
                self.break_line();
            }
            _ => {}
        }
        if keeps && !closing {
            self.preformatted += 1;
        } else if keeps {
            self.break_line();
            self.preformatted = self.preformatted.saturating_sub(1);
        }
    }

    /// What the classes of an element say, at its begin and at its end.
    fn element(&mut self, inside: &str, closing: bool) -> (bool, bool) {
        if closing {
            return self.open.pop().unwrap_or_default();
        }
        let classes = layout::attribute(inside, "class").unwrap_or_default();
        let has = |class: &str| classes.split(' ').any(|c| c == class);
        let said = (has("pre-wrap"), has("MsoNormal"));
        if !layout::is_void(inside) {
            self.open.push(said);
        }
        said
    }

    /// Ends the line if it has anything.
    fn break_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
    }

    fn end_line(&mut self) {
        for _ in 0..self.quotes.min(10) {
            self.done.push_str("> ");
        }
        self.done.push_str(self.line.trim_end());
        self.done.push('\n');
        self.line.clear();
    }

    /// At most one empty line between two full ones.
    fn finish(mut self) -> String {
        self.break_line();
        let mut text = String::with_capacity(self.done.len());
        let mut empty = 0;
        for line in self.done.lines() {
            let bare = line.trim_start_matches(['>', ' ']).is_empty();
            empty = if bare { empty + 1 } else { 0 };
            if empty < 2 {
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text.trim().to_string()
    }
}

/// Undoes what the cleaner escapes; it writes no other entities.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let plain = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_attacks_come_out_harmless() {
        for attack in include_str!("../tests/xss.txt").lines().filter(|l| !l.is_empty()) {
            let clean = sanitize(attack).to_ascii_lowercase();
            for bad in [
                "<script",
                "<svg",
                "<math",
                "<iframe",
                "<style",
                "<form",
                "<template",
                "<noscript",
                "<title",
                "<object",
                "<embed",
                "<link",
                "<meta",
                "<base",
                " style=",
            ] {
                assert!(!clean.contains(bad), "{attack}\n→ {clean}");
            }
            // Inside a tag, no handler and no address that runs.
            for tag in clean.split('<').skip(1).filter_map(|t| t.split_once('>')).map(|(t, _)| t) {
                assert!(!tag.contains(" on"), "{attack}\n→ {clean}");
                assert!(
                    !tag.contains("javascript:") && !tag.contains("vbscript:"),
                    "{attack}\n→ {clean}"
                );
                assert!(
                    !tag.contains("data:text") && !tag.contains("data:image/svg"),
                    "{attack}\n→ {clean}"
                );
            }
        }
    }

    #[test]
    fn links_are_marked() {
        let clean = sanitize(
            r#"<a href="https://a.example/x">x</a><img src="ftp://t.example/p.gif" alt="p"><img src="cid:1">"#,
        );
        assert!(clean.contains(r#"rel="noopener noreferrer nofollow""#), "{clean}");
        assert!(clean.contains(r#"target="_blank""#), "{clean}");
        assert!(!clean.contains("t.example"), "{clean}");
        assert!(clean.contains("cid:1"), "{clean}");
    }

    #[test]
    fn text_keeps_lines_lists_and_quotes() {
        let html = "<p>Hi &amp; hello,<br>all</p><ul><li>one</li><li>two</li></ul><blockquote><p>old</p></blockquote><div>end</div>";
        assert_eq!(
            html_to_text(&sanitize(html)),
            "Hi & hello,\nall\n\n• one\n• two\n\n> old\n>\nend"
        );
    }

    #[test]
    fn nesting_is_measured_whatever_closes_in_between() {
        assert!(too_deep(&"<div>".repeat(501)));
        assert!(too_deep(&"<div></p></x>".repeat(501)));
        assert!(too_deep(&"<div><b title=1></div>".repeat(501)));
        assert!(!too_deep(&"<div><p>text<br></div><table><tr><td><b>x</b></table>".repeat(5_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn cleaning_twice_changes_nothing(html in fragments()) {
            let once = sanitize(&html);
            prop_assert_eq!(sanitize(&once), once);
        }

        #[test]
        fn any_text_survives(html in ".{0,200}") {
            html_to_text(&sanitize(&html));
        }
    }

    /// Pieces of markup in any order: far likelier to break a parser than random letters.
    fn fragments() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<p>",
            "</p>",
            "<a href='javascript:x'>",
            "<a href=https://a.example>",
            "</a>",
            "<svg>",
            "</svg>",
            "<math><mtext>",
            "<style>",
            "</style>",
            "<title>",
            "<noscript>",
            "<table>",
            "<tr><td>",
            "<!--",
            "-->",
            "<img src=x onerror=y>",
            "<img src='cid:a'>",
            "text",
            "&lt;",
            "&",
            "<",
            ">",
            "\"",
            "'",
            "<b",
            "</b>",
            "<template>",
            "<select>",
            "<xmp>",
            "<plaintext>",
            "\0",
            "é",
            "<pre>\n\n",
            "<li>",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|v| v.concat())
    }
}
