//! A subset of Markdown, read into a typed tree.
//!
//! Paragraphs, line breaks, **strong**, *emphasis*, `code`, links, lists, quotes and fenced
//! code; pictures among the message's own files, and people by name; everything else stays the
//! text it is. The tree holds no HTML, so showing it can only ever make the elements named here.
//! Reading takes linear time: each kind of emphasis is open at most once, quotes nest three
//! deep, and the searches for a closing bracket share pointers that only move forward.

mod block;
mod inline;
mod text;

pub use text::{escape, mentions, pictures, plain, readable};

use crate::{AttachmentId, UserId};

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
    /// Lines as they are.
    Code(String),
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
    /// `![name](att_…)`: a picture among the files of the message.
    Picture {
        file: AttachmentId,
        name: String,
    },
    /// `@[name](usr_…)`: somebody of the team, who is told.
    Mention {
        user: UserId,
        name: String,
    },
}

/// Reads text; never fails, whatever the text.
pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    block::blocks(&lines, 0)
}

#[cfg(test)]
mod tests;
