//! Cleaned HTML as it is shown: its own pictures put in, the quoted thread folded.

pub(crate) mod thread;

use std::collections::HashSet;

/// Puts a mail's pictures where its HTML names them by Content-ID, with `cid:` or as some
/// programs leave it, bare. `picture` answers an address that cannot end the attribute; what it
/// does not know stays as it is and shows nothing.
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
        let id_read = content_id(id);
        match picture(id_read.trim_matches(['<', '>', ' '])) {
            Some(address) => out.push_str(&format!("src=\"{address}\"")),
            None => out.push_str(&format!("{NAMED}{id}\"")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The Content-IDs by which cleaned HTML names its pictures.
pub fn picture_ids(clean: &str) -> HashSet<String> {
    let named = clean.split("src=\"cid:").skip(1).filter_map(|rest| rest.split_once('"'));
    named.map(|(id, _)| content_id(id).trim_matches(['<', '>', ' ']).to_string()).collect()
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

/// Folds the quoted thread: what a program marked as such when nothing but closing tags follows
/// it, else the last quote. Answers written between or below quotes stay in sight. A mail that is
/// nothing but a quote shows it.
pub fn fold_quote(clean: &str) -> String {
    let marked = thread::marked(clean);
    let Some((start, end)) = marked.or_else(|| last_quote(clean)) else { return clean.to_string() };
    let (before, quote, after) = (&clean[..start], &clean[start..end], &clean[end..]);
    if has_content(after) || !has_content(before) {
        return clean.to_string();
    }
    format!("{before}<details><summary>Show quoted text</summary>{quote}</details>{after}")
}

/// How a signature begins, as programs write `-- ` alone on its line.
const MARKS: [&str; 6] = [
    "-- <br>",
    "--&nbsp;<br>",
    "--<br>",
    "<span>-- </span><br>",
    "<span>--&nbsp;</span><br>",
    "<p>-- </p>",
];
/// Characters of an introduction such as `On Monday, Priya wrote:` between signature and quote.
const INTRODUCTION_CHARS: usize = 300;

/// Folds the last signature: from its mark to the end of the element that it stands in, if
/// nothing follows but the quoted thread. What is written below a signature stays in sight.
pub fn fold_signature(clean: &str) -> String {
    let starts_line = |at: usize| at == 0 || clean[..at].ends_with('>');
    let mark =
        MARKS.iter().filter_map(|mark| clean.rfind(mark)).filter(|at| starts_line(*at)).max();
    let Some(start) = mark else { return clean.to_string() };
    let end = start + end_of_element(&clean[start..]);
    let rest = &clean[end..];
    let below = match last_quote(rest) {
        Some((quote, after)) if !has_content(&rest[after..]) => &rest[..quote],
        Some(_) => return clean.to_string(),
        None => rest,
    };
    let room = if below.len() < rest.len() { INTRODUCTION_CHARS } else { 0 };
    if visible_chars(below) > room || !has_content(&clean[..start]) {
        return clean.to_string();
    }
    let (before, signature) = (&clean[..start], &clean[start..end]);
    format!("{before}<details><summary>Show signature</summary>{signature}</details>{rest}")
}

/// Where the element ends in which this markup stands: before the first tag that closes more
/// than was opened.
pub(crate) fn end_of_element(html: &str) -> usize {
    const VOID: [&str; 6] = ["br", "hr", "img", "col", "wbr", "area"];
    let (mut depth, mut at) = (0usize, 0);
    while let Some(tag) = html[at..].find('<').map(|n| at + n) {
        let inside = &html[tag + 1..];
        let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if inside.starts_with('/') {
            if depth == 0 {
                return tag;
            }
            depth -= 1;
        } else if !VOID.contains(&name) {
            depth += 1;
        }
        at = tag + 1;
    }
    html.len()
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

/// Characters of the text that stands in markup.
pub(crate) fn visible_chars(html: &str) -> usize {
    let (first, rest) = html.split_once('<').unwrap_or((html, ""));
    let texts = rest.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text);
    std::iter::once(first).chain(texts).map(|text| text.trim().chars().count()).sum()
}

/// Whether anybody would see anything: text, a picture, a rule.
pub(crate) fn has_content(html: &str) -> bool {
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
    use proptest::prelude::*;

    #[test]
    fn pictures_are_found_by_their_id_however_it_is_written() {
        let known = |id: &str| (id == "a&b@x").then(|| "data:image/png;base64,AA".to_string());
        let html = r#"<img alt="x" src="cid:a&amp;b%40x"><img src="cid:other"><img src="cid:half"#;
        let placed = place_pictures(html, known);
        assert!(picture_ids(html).contains("a&b@x"));
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

    #[test]
    fn a_signature_is_folded_inside_its_element() {
        for (html, folded) in [
            (
                "<div>Yes<br>-- <br>Alex<br><b>Northwind</b></div>",
                "<div>Yes<br><details><summary>Show signature</summary>-- <br>Alex<br><b>Northwind</b></details></div>",
            ),
            (
                "<div>Yes</div><div><span>-- </span><br><div>Alex</div></div><div>On Monday, Priya wrote:<blockquote>Hi</blockquote></div>",
                "<div>Yes</div><div><details><summary>Show signature</summary><span>-- </span><br><div>Alex</div></details></div><div>On Monday, Priya wrote:<blockquote>Hi</blockquote></div>",
            ),
        ] {
            assert_eq!(fold_signature(html), folded);
            assert_eq!(crate::sanitize(folded), folded, "it is as clean as before");
        }
    }

    proptest! {
        /// Folding adds its own tags and takes nothing away: what was there is seen or folded.
        #[test]
        fn folding_takes_nothing_away(pieces in prop::collection::vec(prop::sample::select(vec![
            "<div>", "</div>", "<p>", "</p>", "<br>", "<hr>", "<blockquote>", "</blockquote>", "Yes", "OLD", "&nbsp;",
            "-- <br>", "Ada", "<div class=\"gmail_quote\">", "<div id=\"appendonsend\"></div>",
            "<div id=\"divRplyFwdMsg\"><b>From:</b> x<br><b>Sent:</b> y<br><b>To:</b> z</div>",
            "On Mon, Ada wrote:", "<img src=\"cid:a\">", "<span>-- </span>", "<div class=\"moz-cite-prefix\">",
            "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\">",
        ]), 0..30)) {
            let clean = crate::sanitize(&pieces.concat());
            let folded = fold_quote(&fold_signature(&clean));
            let bare = ["<details><summary>Show quoted text</summary>", "<details><summary>Show signature</summary>", "</details>"]
                .iter()
                .fold(folded, |html, own| html.replace(own, ""));
            prop_assert_eq!(bare, clean);
        }
    }

    #[test]
    fn what_stands_below_a_signature_stays_in_sight() {
        for whole in [
            "<div>-- <br>Alex</div>",
            "<div>Yes</div><div>-- <br>Alex</div><p>PS: and one more thing</p>",
            "<div>a -- <br>b</div>",
            "<div>Yes</div><div>-- <br>Alex</div><blockquote>q</blockquote><p>answer</p>",
            "<p>no signature</p>",
        ] {
            assert_eq!(fold_signature(whole), whole);
        }
    }
}
