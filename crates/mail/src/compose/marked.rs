//! Markdown as the HTML of a mail: the few elements that every mail program shows alike.

use super::html::{escape, literal};
use rapport_domain::markdown::{Block, Inline, parse};
use std::fmt::Write;

pub(super) const QUOTE: &str =
    "margin:0 0 1em;padding-left:1em;border-left:3px solid #ccc;color:#555";
const CODE: &str = "font-family:monospace;background:#f3f4f6;padding:1px 4px";
const LINES: &str =
    "font-family:monospace;background:#f3f4f6;padding:8px 12px;white-space:pre-wrap";

/// Clean HTML of a Markdown text: its elements are made here, everything else is escaped.
///
/// A picture is `/files/attachments/att_…`; [`super::compose`] points it at the part that carries the file.
pub fn markdown_html(source: &str) -> String {
    let mut html = String::with_capacity(source.len() * 2);
    push_blocks(&mut html, &parse(source));
    html
}

// Writing to a String cannot fail, here and below.
fn push_blocks(html: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Paragraph(parts) => element(html, "p", "", |html| push_inlines(html, parts)),
            Block::Quote(inner) => {
                element(html, "blockquote", QUOTE, |html| push_blocks(html, inner));
            }
            Block::Code(code) => element(html, "pre", LINES, |html| html.push_str(&literal(code))),
            Block::List { ordered: false, items, .. } => {
                element(html, "ul", "", |html| push_items(html, items));
            }
            Block::List { start, items, .. } => {
                let _ = write!(html, "<ol start=\"{start}\">");
                push_items(html, items);
                html.push_str("</ol>");
            }
        }
    }
}

fn push_items(html: &mut String, items: &[Vec<Inline>]) {
    for item in items {
        element(html, "li", "", |html| push_inlines(html, item));
    }
}

fn push_inlines(html: &mut String, parts: &[Inline]) {
    for part in parts {
        match part {
            Inline::Text(text) => html.push_str(&escape(text)),
            Inline::Break => html.push_str("<br>"),
            Inline::Strong(inner) => element(html, "strong", "", |html| push_inlines(html, inner)),
            Inline::Emphasis(inner) => element(html, "em", "", |html| push_inlines(html, inner)),
            Inline::Code(code) => element(html, "code", CODE, |html| html.push_str(&escape(code))),
            Inline::Link { url, text } => {
                let _ = write!(html, "<a href=\"{}\">{}</a>", literal(url), escape(text));
            }
            Inline::Picture { file, name } => {
                let name = literal(name);
                let _ = write!(
                    html,
                    "<img src=\"/files/attachments/{file}\" alt=\"{name}\" style=\"max-width:100%\">"
                );
            }
            Inline::Mention { name, .. } => {
                let _ = write!(html, "@{}", escape(name));
            }
        }
    }
}

fn element(html: &mut String, name: &str, style: &str, content: impl FnOnce(&mut String)) {
    let _ = match style {
        "" => write!(html, "<{name}>"),
        style => write!(html, "<{name} style=\"{style}\">"),
    };
    content(html);
    let _ = write!(html, "</{name}>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_elements() {
        let html = markdown_html(
            "Hi **Alex**,\nsee [the *docs*](https://d.example/a?b=1&c=2)\n\n2. one\n3. `x<y`\n\n> was\n\n```\na  <b>\n```",
        );
        for part in [
            "<p>Hi <strong>Alex</strong>,<br>see ",
            "<a href=\"https://d.example/a?b=1&amp;c=2\">the *docs*</a>",
            "<ol start=\"2\"><li>one</li><li><code style=",
            "x&lt;y</code>",
            "<p>was</p></blockquote>",
            "a  &lt;b&gt;</pre>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn what_is_hostile_stays_text() {
        let html = markdown_html(
            "<img src=x onerror=alert(1)> [x](javascript:alert(1)) [y](https://a.example/\"onclick=x) \
            ![\"><script>](att_00000000000000000000000007) @[<b>](usr_00000000000000000000000007)",
        );
        assert_eq!(html.matches("<img ").count(), 1, "{html}");
        for bad in ["<script", "onerror=alert(1)>", "href=\"javascript", "<b>"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(
            html.contains("src=\"/files/attachments/att_00000000000000000000000007\""),
            "{html}"
        );
    }

    #[test]
    fn cleaning_it_changes_nothing_that_is_seen() {
        let html = markdown_html("**a** *b* `c`\n\n- d\n\n> e");
        let seen = |html: &str| crate::html_to_text(html);
        assert_eq!(seen(&crate::sanitize(&html)), seen(&html));
    }
}
