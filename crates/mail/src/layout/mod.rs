//! What the look of HTML says about its words, kept as classes when the look itself is dropped:
//! what is hidden goes, line breaks that count stay, and programs' marks of a quoted thread.

use crate::html::{builder, keep_attribute};
use crate::html_view::has_content;
use ammonia::Builder;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Bytes of a mail's style sheets that are looked at.
const SHEET_BYTES: usize = 64 * 1024;
/// Classes that a style sheet hides.
const HIDDEN_MAX: usize = 50;

/// Marks of this pass. No sender can write them: they are no classes that we keep.
const HIDDEN: &str = "rapport-hidden";
const MARKED: [(&str, &str); 4] =
    [("hidden", HIDDEN), ("pre", "pre-wrap"), ("rule", "ruled"), ("tight", "MsoNormal")];

/// Classes that say something about the words inside.
const CLASSES: [&str; 15] = [
    "MsoNormal",
    "pre-wrap",
    "ruled",
    "gmail_quote",
    "gmail_quote_container",
    "gmail_attr",
    "gmail_signature",
    "yahoo_quoted",
    "moz-cite-prefix",
    "moz-forward-container",
    "moz-signature",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "elementToProof",
];
/// Ids that do.
const IDS: [&str; 5] = [
    "divRplyFwdMsg",
    "appendonsend",
    "mail-editor-reference-message-container",
    "OLK_SRC_BODY_SECTION",
    "reply-intro",
];

static LAYOUT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = marking_builder();
    builder.attribute_filter(|tag, attribute, value| mark(tag, attribute, value, None));
    builder
});

fn marking_builder<'a>() -> Builder<'a> {
    let mut builder = builder();
    builder.add_generic_attributes(["style", "hidden"]);
    builder
}

/// The classes of an element that are kept, however a program prefixes them.
pub(crate) fn classes(value: &str) -> String {
    let known = |token: &str| {
        let bare = bare(token);
        let found = CLASSES.iter().find(|c| bare.eq_ignore_ascii_case(c)).copied();
        found.or_else(|| bare.ends_with("yahoo_quoted").then_some("yahoo_quoted"))
    };
    let mut kept: Vec<&str> = value.split_ascii_whitespace().take(30).filter_map(known).collect();
    kept.dedup();
    kept.join(" ")
}

/// The id of an element, if it is kept.
pub(crate) fn id(value: &str) -> Option<&'static str> {
    let bare = bare(value.trim());
    IDS.iter().find(|id| bare.eq_ignore_ascii_case(id)).copied()
}

/// Outlook puts `x_` before what was in the mail that it answers, once more each time.
fn bare(token: &str) -> &str {
    let mut bare = token;
    while let Some(rest) = bare.strip_prefix("x_") {
        bare = rest;
    }
    bare
}

/// HTML cleaned once, without what its sender hid, its marks of layout as classes.
pub(crate) fn clean(html: &str) -> String {
    let hidden = hidden_classes(html);
    let marked = if hidden.is_empty() {
        LAYOUT.clean(html).to_string()
    } else {
        let mut builder = marking_builder();
        builder.attribute_filter(move |tag, attribute, value| {
            mark(tag, attribute, value, Some(&hidden))
        });
        builder.clean(html).to_string()
    };
    let seen = resolve(&marked, true);
    // Whoever hides all they say has a reason that we do not know.
    let seen = if has_content(&seen) { seen } else { resolve(&marked, false) };
    match from_right_to_left(html) {
        true => format!("<div dir=\"rtl\">{seen}</div>"),
        false => seen,
    }
}

/// Whether a whole page is written from right to left: its outer elements, which say so, are not kept.
fn from_right_to_left(html: &str) -> bool {
    let start = &html[..html.floor_char_boundary(SHEET_BYTES)];
    let start = start.to_ascii_lowercase();
    let says = |tag: &str| {
        let opened = start.split_once(tag).and_then(|(_, rest)| rest.split_once('>'));
        let own = opened.map(|(own, _)| own).filter(|own| own.starts_with(char::is_whitespace));
        let plain = own.unwrap_or_default().replace(['"', '\'', ' '], " ");
        let squeezed: String = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let squeezed = squeezed.replace(" =", "=").replace("= ", "=");
        squeezed.split(' ').any(|a| a == "dir=rtl")
            || squeezed.replace([' ', ';'], "").contains("direction:rtl")
    };
    says("<html") || says("<body")
}

fn mark<'a>(
    tag: &str,
    attribute: &str,
    value: &'a str,
    hidden: Option<&HashSet<String>>,
) -> Option<Cow<'a, str>> {
    match attribute {
        "style" => look(value).map(Cow::Borrowed),
        "hidden" => Some(Cow::Borrowed("")),
        "class" => {
            let is_hidden = |set: &HashSet<String>| {
                value.split_ascii_whitespace().take(30).any(|c| set.contains(c))
            };
            if hidden.is_some_and(is_hidden) {
                return Some(Cow::Borrowed(HIDDEN));
            }
            keep_attribute(tag, attribute, value)
        }
        _ => keep_attribute(tag, attribute, value),
    }
}

/// What a style says, in a word of ours.
fn look(style: &str) -> Option<&'static str> {
    let style = style.to_ascii_lowercase();
    if is_hidden(&style) {
        return Some("hidden");
    }
    let declared = |name: &str| declared(&style, name);
    if declared("white-space")
        .is_some_and(|v| matches!(v, "pre" | "pre-wrap" | "pre-line" | "break-spaces"))
    {
        return Some("pre");
    }
    // Word's rule above the headers of the mail that is answered.
    if style.contains("border-top:solid") && style.contains("padding:3.0pt") {
        return Some("rule");
    }
    let zero = |v: &str| v.split_whitespace().next().is_some_and(is_zero);
    let bottom = declared("margin-bottom").or_else(|| declared("margin"));
    bottom.is_some_and(zero).then_some("tight")
}

fn is_hidden(style: &str) -> bool {
    let zero = |name: &str| declared(style, name).is_some_and(is_zero);
    declared(style, "display") == Some("none")
        || declared(style, "visibility") == Some("hidden")
        || zero("opacity")
        || zero("font-size")
        || (zero("max-height") || zero("height")) && declared(style, "overflow") == Some("hidden")
}

/// The last value of a property in a lower-case style, without `!important`.
fn declared<'a>(style: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = style.rsplit(';').filter_map(|d| d.split_once(':'));
    let found = pairs.find(|(n, _)| n.trim() == name)?;
    Some(found.1.trim().trim_end_matches("!important").trim_end())
}

fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    !number.is_empty() && number.parse::<f32>() == Ok(0.0)
}

/// The classes that the mail's own style sheets hide on every screen.
fn hidden_classes(html: &str) -> HashSet<String> {
    let mut hidden = HashSet::new();
    let mut room = SHEET_BYTES;
    let mut rest = html;
    while let Some(at) = find_ignore_case(rest, "<style") {
        let Some(open) = rest[at..].find('>') else { break };
        let sheet = &rest[at + open + 1..];
        let end = find_ignore_case(sheet, "</style").unwrap_or(sheet.len());
        let mut cut = end.min(room);
        while !sheet.is_char_boundary(cut) {
            cut -= 1;
        }
        room -= cut;
        rules(&sheet[..cut], &mut hidden);
        rest = &sheet[end..];
    }
    hidden
}

/// Rules outside of any `@media`: what is inside holds for some screens only.
fn rules(sheet: &str, hidden: &mut HashSet<String>) {
    let mut rest = sheet;
    while let Some((selectors, after)) = rest.split_once('{') {
        if selectors.trim_start().starts_with('@') {
            // Behind the block's own end, which its rules' ends come before.
            let mut depth = 1usize;
            let end = after.char_indices().find(|(_, c)| {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            rest = end.map_or("", |(at, _)| &after[at + 1..]);
            continue;
        }
        let (body, next) = after.split_once('}').unwrap_or((after, ""));
        if is_hidden(&body.to_ascii_lowercase()) {
            for selector in selectors.split(',') {
                let simple = selector.rsplit("*/").next().unwrap_or_default().trim();
                let Some((tag, class)) = simple.split_once('.') else { continue };
                let word =
                    |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
                if word(tag) && word(class) && !class.is_empty() && hidden.len() < HIDDEN_MAX {
                    hidden.insert(class.to_string());
                }
            }
        }
        rest = next;
    }
}

/// Where ASCII letters stand in a text, in whatever case.
fn find_ignore_case(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    text.windows(wanted.len()).position(|w| w.eq_ignore_ascii_case(wanted))
}

/// Turns marks into classes. The markup is our own writing: tags are balanced, values quoted.
fn resolve(marked: &str, hide: bool) -> String {
    let mut out = String::with_capacity(marked.len());
    let mut rest = marked;
    // How many elements are open since a hidden one began; none: it is not hidden.
    let mut inside = 0usize;
    while let Some(at) = rest.find('<') {
        if inside == 0 {
            out.push_str(&rest[..at]);
        }
        let Some(end) = rest[at..].find('>').map(|n| at + n + 1) else { break };
        let tag = &rest[at..end];
        rest = &rest[end..];
        let closing = tag.starts_with("</");
        if inside > 0 {
            if closing {
                inside -= 1;
            } else if !is_void(tag) {
                inside += 1;
            }
            continue;
        }
        let look = attribute(tag, "style");
        let gone = look == Some("hidden")
            || attribute(tag, "hidden").is_some()
            || attribute(tag, "class") == Some(HIDDEN);
        if gone && hide && !closing {
            inside = usize::from(!is_void(tag));
            continue;
        }
        match (look, gone) {
            (None, false) => out.push_str(tag),
            _ => out.push_str(&classed(tag, look)),
        }
    }
    if inside == 0 {
        out.push_str(rest);
    }
    out
}

/// A tag whose mark became a class.
fn classed(tag: &str, look: Option<&str>) -> String {
    let class =
        look.and_then(|l| MARKED.iter().find(|(mark, _)| *mark == l)).map(|(_, class)| *class);
    let class = class.filter(|class| *class != HIDDEN);
    let own = attribute(tag, "class").filter(|own| *own != HIDDEN);
    let mut bare = tag.to_string();
    for name in ["style", "hidden", "class"] {
        if let Some(value) = attribute(tag, name) {
            bare = bare.replacen(&format!(" {name}=\"{value}\""), "", 1);
        }
    }
    let classes: Vec<&str> =
        own.into_iter().chain(class.filter(|c| own.is_none_or(|o| !o.contains(c)))).collect();
    if classes.is_empty() {
        return bare;
    }
    let end = bare.find([' ', '>']).unwrap_or(bare.len());
    format!("{} class=\"{}\"{}", &bare[..end], classes.join(" "), &bare[end..])
}

/// The value of an attribute in a tag of our own writing.
pub(crate) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + tag[from..].find(name)?;
        let after = &tag[at + name.len()..];
        if tag[..at].ends_with(' ')
            && let Some(value) = after.strip_prefix("=\"")
        {
            return value.split_once('"').map(|(value, _)| value);
        }
        from = at + name.len();
    }
}

/// Whether a tag opens nothing.
pub(crate) fn is_void(tag: &str) -> bool {
    const VOID: [&str; 6] = ["br", "hr", "img", "col", "wbr", "area"];
    let name = tag.trim_start_matches('<');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    VOID.contains(&&name[..end])
}

#[cfg(test)]
mod tests;
