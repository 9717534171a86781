//! Cleaned HTML as text.

use crate::layout;
use std::borrow::Cow;

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
        let marks = (has("pre-wrap"), has("MsoNormal"));
        if !layout::is_void(inside) {
            self.open.push(marks);
        }
        marks
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
