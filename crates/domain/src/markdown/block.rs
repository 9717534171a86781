//! Parts that stand on lines of their own: paragraphs, lists, quotes, code.

use super::Block;
use super::inline::inlines;

/// How deep quotes nest; deeper ones stay text.
pub(super) const QUOTE_DEPTH: u8 = 3;
/// What begins and ends lines of code.
const FENCE: &str = "```";

/// What a line starts, with the rest of the line.
enum Line<'a> {
    Blank,
    Quote(&'a str),
    Bullet(&'a str),
    Number(u32, &'a str),
    Fence(&'a str),
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
    if let Some(rest) = trimmed.strip_prefix(FENCE).filter(|rest| !rest.contains('`')) {
        return Line::Fence(rest.trim());
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

pub(super) fn blocks(lines: &[&str], depth: u8) -> Vec<Block> {
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
            Line::Fence(behind) => {
                let rest = &lines[i + 1..];
                // Words behind the marks are somebody's, a language's name or not: the first line.
                let end = rest.iter().position(|l| matches!(classify(l, depth), Line::Fence("")));
                let code = &rest[..end.unwrap_or(rest.len())];
                let all =
                    Some(behind).filter(|b| !b.is_empty()).into_iter().chain(code.iter().copied());
                out.push(Block::Code(all.collect::<Vec<_>>().join("\n")));
                i += 1 + code.len() + 1;
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
