//! Where the thread begins that a program carried along, by the marks that it left in the HTML.

use super::{end_of_element, has_content, visible_chars};
use crate::html::html_to_text;
use crate::layout::{attribute, is_void};
use crate::quote::fields::{Field, field};
use crate::quote::separators::{is_rule, is_separator};
use crate::quote::words;

/// Characters of an introduction beside the quote itself.
const INTRODUCTION_CHARS: usize = 400;
/// Marks that are looked at.
const MARKS_MAX: usize = 20;

/// How far a mark reaches.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    /// Its element is the thread.
    Element,
    /// Everything from it on is.
    Rest,
    /// From it on, if headers of a mail stand in it.
    RestIfHeaders,
}

/// Where the marked thread begins and ends, if it is one for certain.
pub(crate) fn marked(clean: &str) -> Option<(usize, usize)> {
    candidates(clean)
        .into_iter()
        .find(|&(start, end, reach)| {
            !has_content(&clean[end..])
                && (reach == Reach::Element || !points_below(&clean[..start]))
                && is_thread(&clean[start..end])
        })
        .map(|(start, end, _)| (start, end))
}

/// Where a message that is passed on begins, whatever stands below it.
pub(crate) fn begins(clean: &str) -> Option<usize> {
    let marked = candidates(clean).first().map(|(start, ..)| *start);
    marked.or_else(|| clean.find("<blockquote"))
}

fn candidates(clean: &str) -> Vec<(usize, usize, Reach)> {
    let mut found = Vec::new();
    // Of each open element where it begins and where its inside does.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut seen = 0;
    let mut marks = 0;
    let mut at = 0;
    while let Some(tag) = clean[at..].find('<').map(|n| at + n) {
        if !is_blank(&clean[at..tag]) {
            seen = tag;
        }
        let Some(end) = clean[tag..].find('>').map(|n| tag + n + 1) else { break };
        let written = &clean[tag..end];
        at = end;
        if written.starts_with("</") {
            open.pop();
            continue;
        }
        if written.starts_with("<img") {
            seen = end;
        }
        if let Some(reach) = reach(written).filter(|_| marks < MARKS_MAX) {
            marks += 1;
            // What begins with the mark belongs to it.
            let first = open.iter().rev().take_while(|(_, inside)| *inside > seen || seen == 0);
            let start = first.last().map_or(tag, |(begin, _)| *begin);
            let stop = match reach {
                Reach::Element => end_of(clean, tag, end),
                _ => start + end_of_element(&clean[start..]),
            };
            let start = if reach == Reach::Element { tag } else { start };
            if reach != Reach::RestIfHeaders || has_headers(&clean[tag..end_of(clean, tag, end)]) {
                found.push((start, stop, reach));
            }
        }
        if !is_void(written) {
            open.push((tag, end));
        }
    }
    found
}

fn reach(tag: &str) -> Option<Reach> {
    let class = attribute(tag, "class").unwrap_or_default();
    let has = |names: &[&str]| class.split(' ').any(|c| names.contains(&c));
    match attribute(tag, "id") {
        Some("divRplyFwdMsg" | "appendonsend" | "OLK_SRC_BODY_SECTION") => {
            return Some(Reach::Rest);
        }
        Some("mail-editor-reference-message-container") => return Some(Reach::Element),
        _ => {}
    }
    if has(&["moz-cite-prefix", "moz-forward-container"]) {
        Some(Reach::Rest)
    } else if has(&["ruled"]) {
        Some(Reach::RestIfHeaders)
    } else if has(&[
        "gmail_quote",
        "gmail_quote_container",
        "yahoo_quoted",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra",
    ]) && !tag.starts_with("<blockquote")
    {
        Some(Reach::Element)
    } else {
        None
    }
}

/// Behind the element whose tag this is.
fn end_of(clean: &str, tag: usize, inside: usize) -> usize {
    if is_void(&clean[tag..inside]) {
        return inside;
    }
    let close = inside + end_of_element(&clean[inside..]);
    clean[close..].find('>').map_or(clean.len(), |n| close + n + 1)
}

/// Whether the marked part is thread and no more: where it quotes, nothing but an introduction
/// stands beside the quotes, for that is where people write between them.
fn is_thread(part: &str) -> bool {
    let mut beside = String::new();
    let mut quotes = false;
    let mut rest = part;
    while let Some(at) = rest.find("<blockquote") {
        beside.push_str(&rest[..at]);
        let Some(open) = rest[at..].find('>').map(|n| at + n + 1) else { break };
        rest = &rest[end_of(rest, at, open)..];
        quotes = true;
    }
    if !quotes {
        return true;
    }
    // A picture between quotes is an answer too.
    if has_content(rest) || beside.contains("<img") {
        return false;
    }
    visible_chars(&beside) <= INTRODUCTION_CHARS && {
        let text = html_to_text(&beside);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        let one = lines.join(" ");
        one.is_empty()
            || words::ends_introduction(&one)
            || lines.iter().all(|l| is_separator(l) || is_rule(l) || field(l).is_some())
            || lines.len() <= 2 && one.ends_with([':', '：'])
    }
}

fn has_headers(part: &str) -> bool {
    let text = html_to_text(part);
    let first = text.lines().find(|l| !l.trim().is_empty());
    first.and_then(field).is_some_and(|(field, _)| field == Field::From)
}

fn points_below(before: &str) -> bool {
    // The last words count: what stands right above the thread.
    let mut from = before.len().saturating_sub(4_000);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    words::points_below(&html_to_text(&before[from..]))
}

fn is_blank(text: &str) -> bool {
    text.replace("&nbsp;", "").trim().is_empty()
}

#[cfg(test)]
mod tests {
    use crate::{fold_quote, sanitize};

    fn folded(html: &str) -> Option<(String, String)> {
        let clean = sanitize(html);
        let folded = fold_quote(&clean);
        assert_eq!(sanitize(&folded), folded, "it is as clean as before");
        let (before, rest) = folded.split_once("<details><summary>Show quoted text</summary>")?;
        let (quote, after) = rest.split_once("</details>")?;
        Some((format!("{before}{after}"), quote.to_string()))
    }

    const HEADERS: &str =
        "<b>From:</b> Help<br><b>Sent:</b> Monday<br><b>To:</b> Wes<br><b>Subject:</b> Re";

    #[test]
    fn programs_mark_their_thread() {
        for html in [
            format!("<div>Yes</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">{HEADERS}</div><div>OLD</div>"),
            format!("<div>Yes<div id=\"x_divRplyFwdMsg\">{HEADERS}</div><div>OLD</div></div>"),
            format!("<div><p>Yes</p><div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p>{HEADERS}</p></div></div><p>OLD</p></div>"),
            "<div>Yes</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Ada wrote:<br></div><blockquote class=\"gmail_quote\">OLD</blockquote></div>".into(),
            "<div>Yes</div><div id=\"ydp1yahoo_quoted_7\" class=\"ydp1yahoo_quoted\"><div>On Monday, Ada wrote:</div><div>OLD</div></div>".into(),
            "<p>Yes</p><div class=\"moz-cite-prefix\">Am 23.11.26 um 08:12 schrieb Ada:<br></div><blockquote type=\"cite\">OLD</blockquote>".into(),
        ] {
            let (seen, quote) = folded(&html).unwrap_or_else(|| panic!("{html}"));
            assert!(seen.contains("Yes") && !seen.contains("OLD"), "{seen}");
            assert!(quote.contains("OLD"), "{quote}");
        }
    }

    #[test]
    fn answers_inside_a_marked_thread_stay_in_sight() {
        for html in [
            "<div>Hi</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Ada wrote:</div><blockquote>first?</blockquote><div>MINE</div><blockquote>second?</blockquote><div>MINE</div></div>",
            "<p>Hi</p><div class=\"moz-cite-prefix\">Ada wrote:</div><blockquote>first?</blockquote><p>MINE</p>",
            "<p>Hi</p><div class=\"gmail_quote\">OLD</div><p>MINE</p>",
            "<p>Hi</p><div class=\"gmail_quote\"><blockquote>first?</blockquote><img src=\"cid:1\" alt=\"MINE\"><blockquote>second?</blockquote></div>",
            "<p>See my answers below</p><div id=\"divRplyFwdMsg\"><b>From:</b> x</div><p>old</p><p>MINE</p>",
        ] {
            let seen = folded(html).map_or_else(|| html.to_string(), |(seen, _)| seen);
            assert!(seen.contains("MINE"), "{seen}");
        }
    }

    #[test]
    fn many_marks_are_looked_at_within_bounds() {
        let html =
            format!("<p>x</p>{}<p>end</p>", "<div class=\"gmail_quote\">a</div>".repeat(20_000));
        assert_eq!(folded(&html), None);
    }
}
