//! Pictures that HTML names in other ways than by `cid:`.

use crate::attachment::Attachment;
use std::collections::HashMap;

/// Characters of an address that may be one of a picture in the mail.
const NAME_CHARS: usize = 300;

/// HTML whose pictures are named by Content-ID, where it names them by an id without a scheme, by
/// their Content-Location, or by that location's last part.
pub(crate) fn by_id(html: &str, files: &[Attachment]) -> String {
    let ids = files.iter().filter_map(|f| f.content_id.clone());
    let mut known: HashMap<String, String> = HashMap::new();
    for id in ids {
        let last = id.rsplit('/').next().unwrap_or_default();
        for name in [id.as_str(), last] {
            if !name.is_empty() {
                known.entry(name.to_lowercase()).or_insert_with(|| id.clone());
            }
        }
    }
    if known.is_empty() {
        return html.to_string();
    }
    let mut out = String::with_capacity(html.len() + 100);
    let mut rest = html;
    while let Some(at) = find_source(rest) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (name, quoted) = value(after);
        match found(name, &known) {
            Some(id) => out.push_str(&format!("\"cid:{}\"", escaped(id))),
            None => out.push_str(&after[..quoted]),
        }
        rest = &after[quoted..];
    }
    out.push_str(rest);
    out
}

/// Where the value of the next `src=` begins.
fn find_source(html: &str) -> Option<usize> {
    let bytes = html.as_bytes();
    let mut from = 0;
    loop {
        let found = bytes[from..].windows(3).position(|w| w.eq_ignore_ascii_case(b"src"))?;
        let after = from + found + 3;
        let space = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let sign = after + space(after);
        if bytes.get(sign) == Some(&b'=') {
            return Some(sign + 1 + space(sign + 1));
        }
        from = sign;
    }
}

/// An attribute's value, and how long it is with its quotes.
fn value(after: &str) -> (&str, usize) {
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inside = &after[quote.map_or(0, char::len_utf8)..];
    let ends = |c: char| match quote {
        Some(quote) => c == quote,
        None => c.is_whitespace() || c == '>',
    };
    let end = inside.char_indices().take(NAME_CHARS).find(|(_, c)| ends(*c));
    match end {
        Some((end, _)) => (&inside[..end], end + quote.map_or(0, |_| 2)),
        None => ("", 0),
    }
}

fn found<'a>(name: &str, known: &'a HashMap<String, String>) -> Option<&'a String> {
    let lower = name.trim().to_lowercase();
    if lower.starts_with("data:") || lower.is_empty() {
        return None;
    }
    // In capitals, or with the id in other case than its file has.
    if let Some(id) = lower.strip_prefix("cid:") {
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
        let found = known.get(id.trim_matches(['<', '>', ' ']));
        return found.filter(|own| name.strip_prefix("cid:") != Some(own.as_str()));
    }
    let remote = lower.starts_with("http:") || lower.starts_with("https:");
    let plain = percent_encoding::percent_decode_str(&lower).decode_utf8_lossy().into_owned();
    let last = plain.rsplit('/').next().unwrap_or_default().to_string();
    let exact = known.get(&lower).or_else(|| known.get(&plain));
    // A picture of the web is one of the mail only where it says so in full.
    exact.or_else(|| known.get(&last).filter(|_| !remote))
}

fn escaped(id: &str) -> String {
    let odd = |c: char| matches!(c, '"' | '<' | '>' | '&' | '%') || c.is_whitespace();
    let mut out = String::with_capacity(id.len());
    for c in id.chars() {
        if odd(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_named_by_id_alone() {
        let file = |id: &str| Attachment {
            file_name: "x".into(),
            content_type: "image/png".into(),
            content_id: Some(id.into()),
            data: Vec::new(),
        };
        let files = [file("image001.png"), file("http://x.example/a/page1.png"), file("a b@c")];
        for (html, placed) in [
            ("<img src=\"image001.png\">", "<img src=\"cid:image001.png\">"),
            ("<IMG alt=x SRC = 'Image001.png'>", "<IMG alt=x SRC = \"cid:image001.png\">"),
            ("<img src=page1.png alt=x>", "<img src=\"cid:http://x.example/a/page1.png\" alt=x>"),
            (
                "<img src=\"http://x.example/a/page1.png\">",
                "<img src=\"cid:http://x.example/a/page1.png\">",
            ),
            (
                "<img src=\"http://y.example/page1.png\">",
                "<img src=\"http://y.example/page1.png\">",
            ),
            ("<img src='a%20b@c'>", "<img src=\"cid:a%20b@c\">"),
            (
                "<img src=\"cid:image001.png\"><img src=\"unknown",
                "<img src=\"cid:image001.png\"><img src=\"unknown",
            ),
            ("<img src='CID:IMAGE001.png'>", "<img src=\"cid:image001.png\">"),
            ("<img src=\" cid:a%20b%40c \">", "<img src=\"cid:a%20b@c\">"),
            ("<img src='cid:other@x'>", "<img src='cid:other@x'>"),
            ("src", "src"),
        ] {
            assert_eq!(by_id(html, &files), placed, "{html}");
        }
    }
}
