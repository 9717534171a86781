//! Tags that come or go, and no word on the others.

/// Tags more or less, whatever others the ticket has by then.
#[derive(Debug)]
pub(super) enum Tagging {
    Add(Vec<String>),
    Remove(String),
}

impl Tagging {
    pub(super) fn apply(self, tags: &[String]) -> Vec<String> {
        match self {
            Self::Add(more) => tags.iter().cloned().chain(more).collect(),
            Self::Remove(tag) => tags.iter().filter(|t| **t != tag).cloned().collect(),
        }
    }
}
