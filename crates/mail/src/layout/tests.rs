use crate::{html_to_text, sanitize};

fn text(html: &str) -> String {
    html_to_text(&sanitize(html))
}

#[test]
fn what_is_hidden_is_left_out() {
    for hidden in [
        "<div style=\"display:none;max-height:0\">Preview</div>",
        "<span hidden>Preview</span>",
        "<DIV STYLE='Display : None !important'><p>Pre<b>view</b><br></p></DIV>",
        "<p style=\"max-height:0px;overflow:hidden\">Preview</p>",
        "<div style=\"font-size:0px;line-height:0\">Preview</div>",
        "<style>.pre, td.x { color: red; display:none !important }</style><div class=\"a pre\">Preview</div>",
    ] {
        assert_eq!(text(&format!("{hidden}<p>Hello</p>")), "Hello", "{hidden}");
    }
}

#[test]
fn what_is_hidden_on_some_screens_alone_stays() {
    let html =
        "<style>@media (max-width: 9px) { .wide { display: none } }</style><p class=wide>Hello</p>";
    assert_eq!(text(html), "Hello");
    assert_eq!(text("<p style=\"display:none\">All there is"), "All there is");
    assert_eq!(text("<p style=\"opacity:0.5;height:0\">Hello"), "Hello");
    // A paragraph that is not closed ends where the next begins.
    assert_eq!(text("<p style=\"display:none\">Preview<p>Hello"), "Hello");
}

#[test]
fn line_breaks_that_count_are_kept() {
    let html = "<div style=\"white-space: pre-wrap\">one\n  two\nthree</div>four\nfive";
    assert_eq!(text(html), "one\n  two\nthree\nfour five");
}

#[test]
fn word_puts_no_space_between_its_paragraphs() {
    let html = "<p class=\"MsoNormal\">one</p><p class=\"MsoNormal\">two</p><p class=\"MsoNormal\">&nbsp;</p><p class=\"MsoNormal\">three</p>";
    assert_eq!(text(html), "one\ntwo\n\nthree");
    assert_eq!(text("<p style=\"margin:0\">one</p><p style=\"margin: 0cm\">two</p>"), "one\ntwo");
}

#[test]
fn marks_and_directions_survive_and_nothing_else() {
    let html = "<div dir=rtl class=\"a x_gmail_quote b\" id=x_x_divRplyFwdMsg style=\"color:red\">x</div><p class=\"rapport-hidden\" id=evil dir=up>y</p>";
    let clean = sanitize(html);
    assert!(clean.contains("dir=\"rtl\"") && clean.contains("class=\"gmail_quote\""), "{clean}");
    assert!(clean.contains("id=\"divRplyFwdMsg\""), "{clean}");
    for gone in ["rapport", "evil", "color", "dir=\"up\"", "style"] {
        assert!(!clean.contains(gone), "{clean}");
    }
    assert_eq!(sanitize(&clean), clean);
}

#[test]
fn a_page_from_right_to_left_stays_so_without_its_outer_elements() {
    for page in [
        "<html dir=\"rtl\"><body><p>שלום</p></body></html>",
        "<html><head></head><BODY bgcolor=white DIR = RTL><p>שלום</p></BODY></html>",
        "<body style='margin:0; direction: rtl'><p>שלום</p></body>",
    ] {
        let clean = sanitize(page);
        assert_eq!(clean, "<div dir=\"rtl\"><p>שלום</p></div>", "{page}");
        assert_eq!(sanitize(&clean), clean);
    }
    for page in ["<html dir=ltr><body><p>x</p></body></html>", "<body><p>dir=rtl</p></body>"] {
        assert_eq!(
            sanitize(page),
            page.replace("<html dir=ltr>", "")
                .replace("</html>", "")
                .replace("<body>", "")
                .replace("</body>", "")
        );
    }
}
