//! The machine's part of a report: groups of `Name: value` lines.

use super::{REASON_CHARS, RECIPIENTS_MAX};
use rapport_domain::text;

pub(super) type Group = Vec<(String, String)>;

/// Groups of `Name: value` lines between empty ones, names in lower case, unfolded.
pub(super) fn fields(text: &str) -> Vec<Group> {
    let mut groups = vec![Group::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            if groups.len() <= RECIPIENTS_MAX && groups.last().is_some_and(|g| !g.is_empty()) {
                groups.push(Group::new());
            }
            continue;
        }
        let Some(group) = groups.last_mut() else { break };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut().filter(|(_, v)| v.len() < 2_000) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':').filter(|_| group.len() < 50) {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
        }
    }
    groups.retain(|g| !g.is_empty());
    groups
}

pub(super) fn value(group: &Group, name: &str) -> Option<String> {
    let found = group.iter().find(|(n, v)| n == name && !v.is_empty())?;
    Some(text::excerpt(&found.1, REASON_CHARS))
}
