//! Machine names as people read them.

/// A machine name as a sentence: `ticket.status_changed` → `Status changed`.
pub fn sentence(name: &str) -> String {
    let last = match name.split_once('.') {
        Some((first, rest)) if is_word(first) && is_word(rest) => rest,
        _ => name,
    };
    if !is_word(last) {
        return last.to_string();
    }
    let spaced = last.replace('_', " ");
    let mut chars = spaced.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
