//! Parts of a line: emphasis, code, links, pictures, people.

use super::Inline;
use crate::{AttachmentId, UserId};

/// Bytes of a link's address.
const URL_BYTES: usize = 2_000;
/// What a link may start with: nothing that runs code or leaves the web and mail.
pub(super) const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Strong,
    Emphasis,
}

impl Mark {
    fn sign(self) -> &'static str {
        match self {
            Self::Strong => "**",
            Self::Emphasis => "*",
        }
    }
}

/// Reads one paragraph's text. `open` holds the marks that wait for their end, outermost
/// first, each with what stood before it; a mark is never opened twice, so it is short.
struct Inliner<'a> {
    text: &'a str,
    at: usize,
    done: Vec<Inline>,
    open: Vec<(Mark, Vec<Inline>)>,
    /// Where the next `]`, `)`, backtick and pair of backticks are; only ever moves forward.
    bracket: usize,
    paren: usize,
    tick: usize,
    ticks: usize,
}

pub(super) fn inlines(text: &str) -> Vec<Inline> {
    let (done, open) = (Vec::new(), Vec::new());
    let mut reader = Inliner { text, at: 0, done, open, bracket: 0, paren: 0, tick: 0, ticks: 0 };
    while reader.at < text.len() {
        reader.step();
    }
    while !reader.open.is_empty() {
        reader.undo_mark();
    }
    reader.done
}

impl<'a> Inliner<'a> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else { return };
        let taken = match c {
            '\n' => {
                self.done.push(Inline::Break);
                Some(1)
            }
            '\\' => self.escape(rest),
            '`' => self.code(rest),
            '[' => self.link(),
            '!' => self.picture(rest),
            '@' => self.mention(rest),
            '*' => self.mark(rest),
            'h' | 'm' if !self.before().is_some_and(char::is_alphanumeric) => self.bare_link(rest),
            _ => None,
        };
        match taken {
            Some(bytes) => self.at += bytes,
            None => {
                push_text(&mut self.done, c);
                self.at += c.len_utf8();
            }
        }
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn escape(&mut self, rest: &str) -> Option<usize> {
        let next = rest[1..].chars().next().filter(char::is_ascii_punctuation)?;
        push_text(&mut self.done, next);
        Some(2)
    }

    /// `` `a` ``, or with two backticks around code that has one itself.
    fn code(&mut self, rest: &str) -> Option<usize> {
        let pair = rest.starts_with("``");
        let (pointer, sign) = if pair { (&mut self.ticks, "``") } else { (&mut self.tick, "`") };
        let start = self.at + sign.len();
        let end = seek(self.text, pointer, start, sign)?;
        if end == start {
            return None;
        }
        let code = &self.text[start..end];
        let code = if pair { code.trim_matches(' ') } else { code };
        self.done.push(Inline::Code(code.replace('\n', " ")));
        Some(end + sign.len() - self.at)
    }

    /// `[label](target)`, with the bracket at `open`: label, target, and where it ends.
    fn bracketed(&mut self, open: usize) -> Option<(&'a str, &'a str, usize)> {
        let close = seek(self.text, &mut self.bracket, open + 1, "]")?;
        let label = &self.text[open + 1..close];
        let start = close + 2;
        if !self.text[close..].starts_with("](") || label.trim().is_empty() {
            return None;
        }
        // Looked for only where an address starts, so that it is found before long.
        let prefixes = [AttachmentId::PREFIX, UserId::PREFIX];
        let known = |s: &&str| self.text[start..].starts_with(*s);
        SCHEMES.into_iter().chain(prefixes).find(known)?;
        let end = seek(self.text, &mut self.paren, start, ")")?;
        Some((label, &self.text[start..end], end + 1))
    }

    fn link(&mut self) -> Option<usize> {
        let (label, url, end) = self.bracketed(self.at)?;
        let scheme = SCHEMES.iter().find(|s| url.starts_with(**s))?;
        if url.len() > URL_BYTES || url.len() == scheme.len() || url.contains(is_outside_url) {
            return None;
        }
        self.done.push(Inline::Link { url: url.into(), text: label_text(label) });
        Some(end - self.at)
    }

    fn picture(&mut self, rest: &str) -> Option<usize> {
        rest.starts_with("![").then_some(())?;
        let (label, target, end) = self.bracketed(self.at + 1)?;
        let file = target.parse().ok()?;
        self.done.push(Inline::Picture { file, name: label_text(label) });
        Some(end - self.at)
    }

    fn mention(&mut self, rest: &str) -> Option<usize> {
        rest.starts_with("@[").then_some(())?;
        let (label, target, end) = self.bracketed(self.at + 1)?;
        let user = target.parse().ok()?;
        self.done.push(Inline::Mention { user, name: label_text(label) });
        Some(end - self.at)
    }

    /// An address that stands in the text as it is.
    fn bare_link(&mut self, rest: &str) -> Option<usize> {
        let scheme = SCHEMES.iter().find(|s| rest.starts_with(**s))?;
        // Checked before the search for the end, so that a search never comes to nothing.
        rest[scheme.len()..].chars().next().filter(|c| c.is_alphanumeric())?;
        let outside = rest.char_indices().find(|(i, c)| *i > URL_BYTES || is_outside_url(*c));
        let end = outside.map_or(rest.len(), |(i, _)| i);
        if end > URL_BYTES {
            return None;
        }
        let url = rest[..end].trim_end_matches(|c: char| ".,;:!?)]}'*".contains(c));
        let text = url.strip_prefix("mailto:").unwrap_or(url);
        self.done.push(Inline::Link { url: url.into(), text: text.into() });
        Some(url.len())
    }

    /// `**` or `*`: ends the open one of its kind, else opens one where a word starts.
    fn mark(&mut self, rest: &str) -> Option<usize> {
        let strong = rest.starts_with("**")
            // Of three the outer one is the emphasis, as the composer writes it.
            && (!rest.starts_with("***") || rest.starts_with("****") || !self.open.is_empty());
        let mark = if strong { Mark::Strong } else { Mark::Emphasis };
        let len = mark.sign().len();
        let before = self.before();
        let after = rest[len..].chars().next();
        // 3*4*5 is a product.
        let product = [before, after].iter().all(|c| c.is_some_and(|c| c.is_ascii_digit()));
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        if self.open.iter().any(|(m, _)| *m == mark) {
            if is_space(before) || product {
                return None;
            }
            while self.open.last().is_some_and(|(m, _)| *m != mark) {
                self.undo_mark();
            }
            self.close_mark();
            return Some(len);
        }
        let stars = if strong { after } else { before };
        if is_space(after) || product || stars == Some('*') {
            return None;
        }
        self.open.push((mark, std::mem::take(&mut self.done)));
        Some(len)
    }

    fn close_mark(&mut self) {
        let Some((mark, outer)) = self.open.pop() else { return };
        let inner = std::mem::replace(&mut self.done, outer);
        self.done.push(match mark {
            Mark::Strong => Inline::Strong(inner),
            Mark::Emphasis => Inline::Emphasis(inner),
        });
    }

    /// A mark that nothing ended is text.
    fn undo_mark(&mut self) {
        let Some((mark, outer)) = self.open.pop() else { return };
        let inner = std::mem::replace(&mut self.done, outer);
        mark.sign().chars().for_each(|c| push_text(&mut self.done, c));
        for part in inner {
            match (part, self.done.last_mut()) {
                (Inline::Text(t), Some(Inline::Text(last))) => last.push_str(&t),
                (part, _) => self.done.push(part),
            }
        }
    }
}

fn is_outside_url(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`')
}

/// The words of a label: one line, its escapes undone.
fn label_text(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    let line = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        text.push(if escapes { chars.next().unwrap_or(c) } else { c });
    }
    text
}

/// Moves `pointer` to the next `wanted` at or after `from` that no backslash escapes.
fn seek(text: &str, pointer: &mut usize, from: usize, wanted: &str) -> Option<usize> {
    let mut at = (*pointer).max(from);
    let (bytes, wanted) = (text.as_bytes(), wanted.as_bytes());
    let escaped = |at: usize| wanted == b"]" && at > 0 && bytes[at - 1] == b'\\';
    while at < bytes.len() && (!bytes[at..].starts_with(wanted) || escaped(at)) {
        at += 1;
    }
    *pointer = at;
    (at < bytes.len()).then_some(at)
}

fn push_text(out: &mut Vec<Inline>, c: char) {
    match out.last_mut() {
        Some(Inline::Text(text)) => text.push(c),
        _ => out.push(Inline::Text(c.into())),
    }
}
