//! Finds web addresses in plain text.

/// A piece of a message's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// A web address, exactly as it stands in the text.
    Link(String),
}

/// Links in one message that are made clickable; more stay text.
const LINKS_MAX: usize = 200;

/// Cuts text into plain pieces and `http(s)` addresses.
pub fn segments(text: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut plain = 0;
    let mut from = 0;
    while let Some(start) = text[from..].find("http").map(|n| from + n) {
        let link = link_at(text, start);
        from = start + link.map_or(4, str::len);
        let Some(link) = link else { continue };
        if plain < start {
            found.push(Segment::Text(text[plain..start].to_string()));
        }
        found.push(Segment::Link(link.to_string()));
        plain = from;
        if found.len() >= 2 * LINKS_MAX {
            break;
        }
    }
    if plain < text.len() {
        found.push(Segment::Text(text[plain..].to_string()));
    }
    found
}

fn link_at(text: &str, start: usize) -> Option<&str> {
    let rest = &text[start..];
    let after_word = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
    let scheme = ["https://", "http://"].into_iter().find(|s| rest.starts_with(s));
    let scheme = scheme.filter(|_| !after_word)?;
    let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
    let end = rest.find(ends).unwrap_or(rest.len());
    let mut link = &rest[..end];
    // What ends a sentence or closes a bracket opened before the address is not part of it.
    while let Some(last) = link.chars().next_back() {
        let unmatched =
            |open, close| last == close && link.matches(open).count() < link.matches(close).count();
        let closes = unmatched('(', ')') || unmatched('[', ']');
        if !closes && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '”' | '’')
        {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    (link.len() > scheme.len()).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn links(text: &str) -> Vec<String> {
        let link = |s| if let Segment::Link(l) = s { Some(l) } else { None };
        segments(text).into_iter().filter_map(link).collect()
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        for (text, link) in [
            ("see https://a.example/x.", "https://a.example/x"),
            ("(https://a.example/x)", "https://a.example/x"),
            ("https://a.example/x_(y)", "https://a.example/x_(y)"),
            ("<http://a.example>", "http://a.example"),
            ("“https://ä.example/é”, so", "https://ä.example/é"),
        ] {
            assert_eq!(links(text), [link], "{text}");
        }
        for none in
            ["javascript:alert(1)", "http", "https://", "xhttps://a.example", "ftp://a.example"]
        {
            assert!(links(none).is_empty(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_added(text in "(http|s|://|[a.) \n\"é<]){0,30}") {
            let back: String = segments(&text)
                .into_iter()
                .map(|s| match s { Segment::Text(t) | Segment::Link(t) => t })
                .collect();
            prop_assert_eq!(back, text);
        }
    }
}
