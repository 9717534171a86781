use super::*;
use proptest::prelude::*;

#[test]
fn known_attacks_come_out_harmless() {
    for attack in include_str!("../../tests/xss.txt").lines().filter(|l| !l.is_empty()) {
        let clean = sanitize(attack).to_ascii_lowercase();
        for bad in [
            "<script",
            "<svg",
            "<math",
            "<iframe",
            "<style",
            "<form",
            "<template",
            "<noscript",
            "<title",
            "<object",
            "<embed",
            "<link",
            "<meta",
            "<base",
            " style=",
        ] {
            assert!(!clean.contains(bad), "{attack}\n→ {clean}");
        }
        // Inside a tag, no handler and no address that runs.
        for tag in clean.split('<').skip(1).filter_map(|t| t.split_once('>')).map(|(t, _)| t) {
            assert!(!tag.contains(" on"), "{attack}\n→ {clean}");
            assert!(
                !tag.contains("javascript:") && !tag.contains("vbscript:"),
                "{attack}\n→ {clean}"
            );
            assert!(
                !tag.contains("data:text") && !tag.contains("data:image/svg"),
                "{attack}\n→ {clean}"
            );
        }
    }
}

#[test]
fn links_are_marked() {
    let clean = sanitize(
        r#"<a href="https://a.example/x">x</a><img src="ftp://t.example/p.gif" alt="p"><img src="cid:1">"#,
    );
    assert!(clean.contains(r#"rel="noopener noreferrer nofollow""#), "{clean}");
    assert!(clean.contains(r#"target="_blank""#), "{clean}");
    assert!(!clean.contains("t.example"), "{clean}");
    assert!(clean.contains("cid:1"), "{clean}");
}

#[test]
fn text_keeps_lines_lists_and_quotes() {
    let html = "<p>Hi &amp; hello,<br>all</p><ul><li>one</li><li>two</li></ul><blockquote><p>old</p></blockquote><div>end</div>";
    assert_eq!(html_to_text(&sanitize(html)), "Hi & hello,\nall\n\n• one\n• two\n\n> old\n>\nend");
}

#[test]
fn nesting_is_measured_whatever_closes_in_between() {
    assert!(too_deep(&"<div>".repeat(501)));
    assert!(too_deep(&"<div></p></x>".repeat(501)));
    assert!(too_deep(&"<div><b title=1></div>".repeat(501)));
    assert!(!too_deep(&"<div><p>text<br></div><table><tr><td><b>x</b></table>".repeat(5_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn cleaning_twice_changes_nothing(html in fragments()) {
        let once = sanitize(&html);
        prop_assert_eq!(sanitize(&once), once);
    }

    #[test]
    fn any_text_survives(html in ".{0,200}") {
        html_to_text(&sanitize(&html));
    }
}

/// Pieces of markup in any order: far likelier to break a parser than random letters.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<a href='javascript:x'>",
        "<a href=https://a.example>",
        "</a>",
        "<svg>",
        "</svg>",
        "<math><mtext>",
        "<style>",
        "</style>",
        "<title>",
        "<noscript>",
        "<table>",
        "<tr><td>",
        "<!--",
        "-->",
        "<img src=x onerror=y>",
        "<img src='cid:a'>",
        "text",
        "&lt;",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "<b",
        "</b>",
        "<template>",
        "<select>",
        "<xmp>",
        "<plaintext>",
        "\0",
        "é",
        "<pre>\n\n",
        "<li>",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|v| v.concat())
}
