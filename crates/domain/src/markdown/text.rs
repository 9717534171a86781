//! What a text says without its marks, and what it names.

use super::{Block, Inline, parse};
use crate::{AttachmentId, UserId};

/// The text without its marks, for excerpts and search.
pub fn plain(text: &str) -> String {
    plain_blocks(&parse(text))
}

fn plain_blocks(blocks: &[Block]) -> String {
    let block = |block: &Block| match block {
        Block::Paragraph(parts) => line(parts, false),
        Block::List { items, .. } => {
            items.iter().map(|item| line(item, false)).collect::<Vec<_>>().join("\n")
        }
        Block::Quote(inner) => plain_blocks(inner),
        Block::Code(code) => code.clone(),
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// The text as a mail without HTML shows it: lists and quotes keep their signs, links say where
/// they lead.
pub fn readable(text: &str) -> String {
    readable_blocks(&parse(text))
}

fn readable_blocks(blocks: &[Block]) -> String {
    let blocks: Vec<_> = blocks.iter().map(readable_block).collect();
    blocks.join("\n\n")
}

fn readable_block(block: &Block) -> String {
    let quoted = |line: &str| format!("> {line}").trim_end().to_string();
    match block {
        Block::Paragraph(parts) => line(parts, true),
        Block::List { ordered, start, items } => {
            let sign = |n: usize| match ordered {
                true => format!("{}. ", *start as usize + n),
                false => "- ".to_string(),
            };
            let item = |(n, item): (usize, &Vec<Inline>)| {
                sign(n) + &line(item, true).replace('\n', "\n  ")
            };
            items.iter().enumerate().map(item).collect::<Vec<_>>().join("\n")
        }
        Block::Quote(inner) => {
            readable_blocks(inner).lines().map(quoted).collect::<Vec<_>>().join("\n")
        }
        Block::Code(code) => code.clone(),
    }
}

fn line(parts: &[Inline], with_addresses: bool) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Break => out.push('\n'),
            Inline::Strong(inner) | Inline::Emphasis(inner) => {
                out.push_str(&line(inner, with_addresses));
            }
            Inline::Link { url, text } => {
                out.push_str(text);
                let address = url.strip_prefix("mailto:").unwrap_or(url);
                if with_addresses && text != address {
                    out.push_str(&format!(" <{address}>"));
                }
            }
            Inline::Picture { name, .. } => out.push_str(&format!("[{name}]")),
            Inline::Mention { name, .. } => out.push_str(&format!("@{name}")),
        }
    }
    out
}

/// The pictures that a text shows, each once, in order.
pub fn pictures(text: &str) -> Vec<AttachmentId> {
    let mut found = Vec::new();
    each(&parse(text), &mut |part| match part {
        Inline::Picture { file, .. } if !found.contains(file) => found.push(*file),
        _ => {}
    });
    found
}

/// The people whom a text names, each once, in order.
pub fn mentions(text: &str) -> Vec<UserId> {
    let mut found = Vec::new();
    each(&parse(text), &mut |part| match part {
        Inline::Mention { user, .. } if !found.contains(user) => found.push(*user),
        _ => {}
    });
    found
}

/// Text as it has to stand inside a line of Markdown to stay what it is.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

fn each(blocks: &[Block], see: &mut impl FnMut(&Inline)) {
    for block in blocks {
        match block {
            Block::Paragraph(parts) => each_part(parts, see),
            Block::List { items, .. } => items.iter().for_each(|item| each_part(item, see)),
            Block::Quote(inner) => each(inner, see),
            Block::Code(_) => {}
        }
    }
}

fn each_part(parts: &[Inline], see: &mut impl FnMut(&Inline)) {
    for part in parts {
        see(part);
        if let Inline::Strong(inner) | Inline::Emphasis(inner) = part {
            each_part(inner, see);
        }
    }
}
