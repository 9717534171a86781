//! A subset of Markdown, read into a typed tree.
//!
//! Paragraphs, line breaks, **strong**, *emphasis*, `code`, links, lists and quotes;
//! everything else stays the text it is. The tree holds no HTML, so showing it can
//! only ever make the elements named here. Reading takes linear time: each kind of
//! emphasis is open at most once, quotes nest to [`QUOTE_DEPTH`], and the searches
//! for a closing bracket share pointers that only move forward.

/// How deep quotes nest; deeper ones stay text.
const QUOTE_DEPTH: u8 = 3;
/// Bytes of a link's address.
const URL_BYTES: usize = 2_000;
/// What a link may start with: nothing that runs code or leaves the web and mail.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// A part that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// `ordered` counts from `start`.
    List {
        ordered: bool,
        start: u32,
        items: Vec<Vec<Inline>>,
    },
    Quote(Vec<Block>),
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Break,
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Code(String),
    /// The address has one of the schemes http, https, mailto.
    Link {
        url: String,
        text: String,
    },
}

/// Reads text; never fails, whatever the text.
pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    blocks(&lines, 0)
}

/// The text without its marks, for excerpts and search.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    for block in parse(text) {
        plain_block(&block, &mut out);
    }
    out.trim_end().to_string()
}

fn plain_block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(inlines) => plain_inlines(inlines, out),
        Block::List { items, .. } => {
            for item in items {
                plain_inlines(item, out);
                out.push('\n');
            }
        }
        Block::Quote(inner) => inner.iter().for_each(|b| plain_block(b, out)),
    }
    out.push('\n');
}

fn plain_inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(t) | Inline::Code(t) | Inline::Link { text: t, .. } => out.push_str(t),
            Inline::Break => out.push('\n'),
            Inline::Strong(inner) | Inline::Emphasis(inner) => plain_inlines(inner, out),
        }
    }
}

/// What a line starts, with the rest of the line.
enum Line<'a> {
    Blank,
    Quote(&'a str),
    Bullet(&'a str),
    Number(u32, &'a str),
    Text(&'a str),
}

fn classify(line: &str, depth: u8) -> Line<'_> {
    let trimmed = line.trim();
    if trimmed.is_empty() {
        return Line::Blank;
    }
    if depth < QUOTE_DEPTH
        && let Some(rest) = trimmed.strip_prefix('>')
    {
        return Line::Quote(rest.strip_prefix(' ').unwrap_or(rest));
    }
    for bullet in ["- ", "* ", "+ ", "• "] {
        if let Some(rest) = trimmed.strip_prefix(bullet) {
            return Line::Bullet(rest.trim_start());
        }
    }
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=9).contains(&digits)
        && let Some(rest) =
            trimmed[digits..].strip_prefix(". ").or(trimmed[digits..].strip_prefix(") "))
    {
        return Line::Number(trimmed[..digits].parse().unwrap_or(1), rest.trim_start());
    }
    Line::Text(trimmed)
}

fn blocks(lines: &[&str], depth: u8) -> Vec<Block> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        match classify(lines[i], depth) {
            Line::Blank => i += 1,
            Line::Quote(_) => {
                let mut inner = Vec::new();
                while let Some(Line::Quote(rest)) = lines.get(i).map(|l| classify(l, depth)) {
                    inner.push(rest);
                    i += 1;
                }
                out.push(Block::Quote(blocks(&inner, depth + 1)));
            }
            Line::Bullet(_) => out.push(list(lines, &mut i, depth, None)),
            Line::Number(start, _) => out.push(list(lines, &mut i, depth, Some(start))),
            Line::Text(_) => {
                let mut text = Vec::new();
                while let Some(Line::Text(line)) = lines.get(i).map(|l| classify(l, depth)) {
                    text.push(line);
                    i += 1;
                }
                out.push(Block::Paragraph(inlines(&text.join("\n"))));
            }
        }
    }
    out
}

/// Items of one kind; indented lines go on with the item above them.
fn list(lines: &[&str], i: &mut usize, depth: u8, start: Option<u32>) -> Block {
    let mut items: Vec<String> = Vec::new();
    while let Some(line) = lines.get(*i) {
        match (classify(line, depth), start) {
            (Line::Bullet(rest), None) | (Line::Number(_, rest), Some(_)) => {
                items.push(rest.into())
            }
            (Line::Text(rest), _) if line.starts_with([' ', '\t']) => {
                if let Some(item) = items.last_mut() {
                    item.push('\n');
                    item.push_str(rest);
                }
            }
            _ => break,
        }
        *i += 1;
    }
    let items = items.iter().map(|item| inlines(item)).collect();
    Block::List { ordered: start.is_some(), start: start.unwrap_or(1), items }
}

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
    /// Where the next `]`, `)` and backtick are; only ever moves forward.
    bracket: usize,
    paren: usize,
    tick: usize,
}

fn inlines(text: &str) -> Vec<Inline> {
    let done = Vec::new();
    let mut reader = Inliner { text, at: 0, done, open: Vec::new(), bracket: 0, paren: 0, tick: 0 };
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
            '`' => self.code(),
            '[' => self.link(rest),
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

    fn code(&mut self) -> Option<usize> {
        let start = self.at + 1;
        let end = seek(self.text, &mut self.tick, start, b'`')?;
        if end == start {
            return None;
        }
        self.done.push(Inline::Code(self.text[start..end].replace('\n', " ")));
        Some(end + 1 - self.at)
    }

    fn link(&mut self, rest: &str) -> Option<usize> {
        let close = seek(self.text, &mut self.bracket, self.at + 1, b']')?;
        let label = &self.text[self.at + 1..close];
        let url_start = close + 2;
        if !self.text[close..].starts_with("](") || label.trim().is_empty() {
            return None;
        }
        let scheme = SCHEMES.iter().find(|s| self.text[url_start..].starts_with(**s))?;
        let end = seek(self.text, &mut self.paren, url_start, b')')?;
        let url = &self.text[url_start..end];
        let whole =
            url.len() <= URL_BYTES && url.len() > scheme.len() && !url.contains(is_outside_url);
        if !whole || rest.len() < 2 {
            return None;
        }
        let text = label.split_whitespace().collect::<Vec<_>>().join(" ");
        self.done.push(Inline::Link { url: url.into(), text });
        Some(end + 1 - self.at)
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
        let mark = if rest.starts_with("**") { Mark::Strong } else { Mark::Emphasis };
        let len = mark.sign().len();
        let before = self.before();
        let after = rest[len..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        if self.open.iter().any(|(m, _)| *m == mark) {
            if is_space(before) || is_word(after) {
                return None;
            }
            while self.open.last().is_some_and(|(m, _)| *m != mark) {
                self.undo_mark();
            }
            self.close_mark();
            return Some(len);
        }
        if is_space(after) || is_word(before) || after == Some('*') {
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

/// Moves `pointer` to the next `wanted` byte at or after `from`.
fn seek(text: &str, pointer: &mut usize, from: usize, wanted: u8) -> Option<usize> {
    let mut at = (*pointer).max(from);
    let bytes = text.as_bytes();
    while at < bytes.len() && bytes[at] != wanted {
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

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
