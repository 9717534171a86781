//! Cleaned HTML as it is shown: its own pictures put in, the quoted thread folded.

/// Puts a mail's pictures where its HTML names them by Content-ID. `picture` answers an address
/// that cannot end the attribute; what it does not know stays as it is and shows nothing.
pub fn place_pictures(clean: &str, picture: impl Fn(&str) -> Option<String>) -> String {
    const NAMED: &str = "src=\"cid:";
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean;
    while let Some(at) = rest.find(NAMED) {
        let (before, named) = rest.split_at(at);
        out.push_str(before);
        let id_and_rest = &named[NAMED.len()..];
        let Some((id, after)) = id_and_rest.split_once('"') else {
            rest = named;
            break;
        };
        match picture(&content_id(id)) {
            Some(address) => out.push_str(&format!("src=\"{address}\"")),
            None => out.push_str(&format!("{NAMED}{id}\"")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A Content-ID as an address has it: escaped for HTML, and `%40` for `@` (RFC 2392).
fn content_id(escaped: &str) -> String {
    let plain = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let mut bytes = Vec::with_capacity(plain.len());
    let mut rest = plain.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let decoded = hex.filter(|_| *first == b'%').and_then(|h| u8::from_str_radix(h, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Folds the last quote when nothing but closing tags follows it: answers written between or
/// below quotes stay in sight. A mail that is nothing but a quote shows it.
pub fn fold_quote(clean: &str) -> String {
    let Some((start, end)) = last_quote(clean) else { return clean.to_string() };
    let (before, quote, after) = (&clean[..start], &clean[start..end], &clean[end..]);
    if has_content(after) || !has_content(before) {
        return clean.to_string();
    }
    format!("{before}<details><summary>Show quoted text</summary>{quote}</details>{after}")
}

/// Where the last outermost quote begins and ends.
fn last_quote(clean: &str) -> Option<(usize, usize)> {
    const OPEN: &str = "<blockquote";
    const CLOSE: &str = "</blockquote>";
    let (mut depth, mut start, mut found) = (0usize, 0, None);
    let mut at = 0;
    while let Some(tag) = clean[at..].find('<').map(|n| at + n) {
        let rest = &clean[tag..];
        if rest.starts_with(CLOSE) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                found = Some((start, tag + CLOSE.len()));
            }
        } else if rest.starts_with(OPEN) {
            start = if depth == 0 { tag } else { start };
            depth += 1;
        }
        at = tag + 1;
    }
    found
}

/// Whether anybody would see anything: text, a picture, a rule.
fn has_content(html: &str) -> bool {
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        let visible = !text.replace("&nbsp;", "").trim().is_empty();
        if visible || tag.starts_with("img") || tag.starts_with("hr") {
            return true;
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    !rest.replace("&nbsp;", "").trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_by_their_id_however_it_is_written() {
        let known = |id: &str| (id == "a&b@x").then(|| "data:image/png;base64,AA".to_string());
        let html = r#"<img alt="x" src="cid:a&amp;b%40x"><img src="cid:other"><img src="cid:half"#;
        let placed = place_pictures(html, known);
        assert_eq!(
            placed,
            r#"<img alt="x" src="data:image/png;base64,AA"><img src="cid:other"><img src="cid:half"#
        );
    }

    #[test]
    fn the_thread_below_an_answer_is_folded() {
        let html = "<div>Yes</div><div>On Monday you wrote:<blockquote>Shall we?<blockquote>older</blockquote></blockquote></div><br>";
        let folded = fold_quote(html);
        assert_eq!(
            folded,
            "<div>Yes</div><div>On Monday you wrote:<details><summary>Show quoted text</summary><blockquote>Shall we?<blockquote>older</blockquote></blockquote></details></div><br>"
        );
        assert_eq!(crate::sanitize(&folded), folded, "it is as clean as before");
    }

    #[test]
    fn answers_between_quotes_stay_in_sight() {
        for whole in [
            "<blockquote>first?</blockquote><p>yes</p><blockquote>second?</blockquote><p>no</p>",
            "<blockquote>all of it is a quote</blockquote>",
            "<blockquote>x</blockquote><img src=\"cid:1\">",
            "<p>no quote</p>",
        ] {
            assert_eq!(fold_quote(whole), whole);
        }
        // The last one has an answer above it, which stays.
        let mixed = "<blockquote>first?</blockquote><p>yes</p><blockquote>rest</blockquote>";
        let folded = fold_quote(mixed);
        assert!(
            folded.starts_with("<blockquote>first?</blockquote><p>yes</p><details>"),
            "{folded}"
        );
    }
}
