//! The HTML half of a mail: the same words as the text, so that both say one thing.

use super::OutgoingEmail;
use super::inline::point_inside;
use super::marked::QUOTE;
use rapport_domain::message::{Segment, segments};
use std::fmt::Write;

/// The whole document: body, signature, picture.
pub fn document(mail: &OutgoingEmail<'_>) -> String {
    let mut html = String::from(
        "<!doctype html><html><head><meta charset=\"utf-8\"></head>\
        <body style=\"font:14px/1.5 sans-serif\">",
    );
    match mail.html {
        Some(body) => html.push_str(&point_inside(body, mail.files)),
        None => html.push_str(&text_html(mail.text)),
    }
    if !mail.signature.is_empty() {
        html.push_str("<div style=\"color:#666;margin-top:1em\">-- <br>");
        match mail.signature_markdown {
            true => html.push_str(&super::markdown_html(mail.signature)),
            false => push_lines(&mut html, mail.signature),
        }
        html.push_str("</div>");
    }
    if let Some((head, lines)) = mail.quoted.and_then(|quoted| quoted.split_once('\n')) {
        let words: Vec<_> = lines.lines().map(unmarked).collect();
        html.push_str("<p style=\"color:#666;margin-bottom:0\">");
        push_lines(&mut html, head);
        let _ = write!(
            html,
            "</p><blockquote style=\"{QUOTE}\">{}</blockquote>",
            text_html(&words.join("\n"))
        );
    }
    if let Some(pixel) = mail.pixel {
        let src = escape(pixel);
        // Writing to a String cannot fail.
        let _ = write!(html, "<img src=\"{src}\" alt=\"\" width=\"1\" height=\"1\">");
    }
    html.push_str("</body></html>");
    html
}

/// A quoted line without the mark before it.
fn unmarked(line: &str) -> &str {
    let rest = line.strip_prefix('>').unwrap_or(line);
    rest.strip_prefix(' ').unwrap_or(rest)
}

/// Plain text as HTML: paragraphs where a line is empty, line breaks elsewhere, links where there
/// are addresses.
pub fn text_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
        html.push_str("<p>");
        push_lines(&mut html, paragraph.trim_matches('\n'));
        html.push_str("</p>");
    }
    html
}

fn push_lines(html: &mut String, text: &str) {
    for segment in segments(text) {
        match segment {
            Segment::Text(text) => html.push_str(&escape(&text).replace('\n', "<br>")),
            Segment::Link(url) => {
                let url = escape(&url);
                let _ = write!(html, "<a href=\"{url}\">{url}</a>");
            }
        }
    }
}

/// Text as text. Spaces in a row stay: code and tables in answers depend on them.
pub(super) fn escape(text: &str) -> String {
    literal(text).replace("  ", " &nbsp;")
}

/// The same with its spaces as they are: in attributes, and where they count anyway.
pub(super) fn literal(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
