use super::*;
use proptest::prelude::*;

fn text(t: &str) -> Inline {
    Inline::Text(t.into())
}

fn link(url: &str, shown: &str) -> Inline {
    Inline::Link { url: url.into(), text: shown.into() }
}

fn line(source: &str) -> Vec<Inline> {
    match parse(source).as_slice() {
        [Block::Paragraph(inlines)] => inlines.clone(),
        other => panic!("not one paragraph: {other:?}"),
    }
}

#[test]
fn marks_become_a_tree() {
    assert_eq!(
        line("**Board** meets *every **last** Thursday*, `cron`"),
        [
            Inline::Strong(vec![text("Board")]),
            text(" meets "),
            Inline::Emphasis(vec![
                text("every "),
                Inline::Strong(vec![text("last")]),
                text(" Thursday")
            ]),
            text(", "),
            Inline::Code("cron".into()),
        ]
    );
}

#[test]
fn a_mark_without_its_end_stays_text() {
    for source in
        ["2 * 3 * 4", "2*3*4", "** not strong **", "*open", "**a *b", "a ` b", "****", "\\*no\\*"]
    {
        assert_eq!(line(source), [text(&source.replace('\\', ""))], "{source}");
    }
}

#[test]
fn only_web_and_mail_addresses_become_links() {
    assert_eq!(line("[docs](https://x.example/a)"), [link("https://x.example/a", "docs")]);
    assert_eq!(line("[write](mailto:a@b.example)"), [link("mailto:a@b.example", "write")]);
    assert_eq!(
        line("see https://x.example/a?b=1."),
        [text("see "), link("https://x.example/a?b=1", "https://x.example/a?b=1"), text(".")]
    );
    let refused = [
        "[x](javascript:alert(1))",
        "[x](data:text/html,a)",
        "[x]( https://a.example)",
        "[x](https://)",
        "[ ](https://a.example)",
        "[x](//evil.example)",
        "[x](JAVASCRIPT:a)",
        "javascript:alert(1)",
    ];
    for source in refused {
        let found = line(source)
            .iter()
            .any(|i| matches!(i, Inline::Link { text, .. } if text == "x" || text.is_empty()));
        assert!(!found, "{source}");
    }
}

#[test]
fn lists_and_quotes_are_blocks() {
    let source = "Before\n- one\n- two\n  more\n\n3. three\n4. four\n\n> said\n> > again";
    let List { items, .. } = &parse(source)[1] else { panic!("a list") };
    assert_eq!(items, &[vec![text("one")], vec![text("two"), Inline::Break, text("more")]]);
    assert!(
        matches!(&parse(source)[2], List { ordered: true, start: 3, items } if items.len() == 2)
    );
    assert_eq!(
        parse(source)[3],
        Block::Quote(vec![
            Block::Paragraph(vec![text("said")]),
            Block::Quote(vec![Block::Paragraph(vec![text("again")])])
        ])
    );
}

use Block::List;

#[test]
fn html_is_text() {
    let hostile = "</textarea><script>alert(1)</script>";
    assert_eq!(line(hostile), [text(hostile)]);
}

/// What CommonMark makes of these is not what people mean by them in a mail: docs/decisions/0017.
#[test]
fn what_other_markdown_has_is_text() {
    for source in [
        "# 3",
        "---",
        "Alex\n===",
        "&amp; &#106;",
        "[a]: https://a.example",
        "| a | b |",
        "a <b>c</b>",
        "~~no~~ _no_",
    ] {
        assert_eq!(plain(source), source, "{source}");
    }
    assert_eq!(plain("    a   1"), "a   1");
}

#[test]
fn plain_drops_the_marks() {
    assert_eq!(plain("**a** [b](https://c.example)\n- d"), "a b\nd");
}

#[test]
fn hostile_input_takes_linear_time() {
    for unit in [
        "[",
        "[a](",
        "[a](http://",
        "*a",
        "**a *",
        "`",
        "> ",
        "https://)",
        "- ",
        "\\",
        "[a](http://b ",
        "](",
        "1. ",
    ] {
        let source = unit.repeat(200_000 / unit.len());
        let began = std::time::Instant::now();
        parse(&source);
        // Quadratic reading of 200 kB would take minutes.
        assert!(began.elapsed().as_secs() < 5, "{unit:?} took {:?}", began.elapsed());
    }
}

fn depth(blocks: &[Block]) -> usize {
    blocks
        .iter()
        .map(|b| if let Block::Quote(inner) = b { 1 + depth(inner) } else { 0 })
        .max()
        .unwrap_or(0)
}

proptest! {
    #[test]
    fn any_text_is_read(source in "(\\PC|[\\[\\]()*`>\\-\\n\\\\ 1.]|https://a|mailto:b){0,200}") {
        prop_assert!(depth(&parse(&source)) <= usize::from(block::QUOTE_DEPTH));
    }

    #[test]
    fn links_have_a_safe_scheme(source in "(\\[|a|\\]\\(|javascript:|data:|http://|mailto:|\\)| |\\*|\n){0,60}") {
        fn check(inlines: &[Inline]) {
            for inline in inlines {
                match inline {
                    Inline::Link { url, .. } => assert!(inline::SCHEMES.iter().any(|s| url.starts_with(s)), "{url}"),
                    Inline::Strong(inner) | Inline::Emphasis(inner) => check(inner),
                    _ => {}
                }
            }
        }
        for block in parse(&source) {
            if let Block::Paragraph(inlines) = block {
                check(&inlines);
            }
        }
    }

    #[test]
    fn no_word_is_lost(source in "([a-z *`\n>.-]|\n```){0,120}") {
        let letters = |s: &str| s.chars().filter(char::is_ascii_lowercase).collect::<String>();
        prop_assert_eq!(letters(&plain(&source)), letters(&source));
    }
}

const FILE: &str = "att_00000000000000000000000007";
const USER: &str = "usr_00000000000000000000000009";

#[test]
fn pictures_and_people_are_named_by_id() {
    let source =
        format!("@[Sam \\] Ortiz]({USER}) see ![a b]({FILE}) and ![x](https://t.example/p.gif)");
    let parts = line(&source);
    assert_eq!(
        parts[0],
        Inline::Mention { user: USER.parse().unwrap(), name: "Sam ] Ortiz".into() }
    );
    assert_eq!(parts[2], Inline::Picture { file: FILE.parse().unwrap(), name: "a b".into() });
    assert_eq!(mentions(&source), [USER.parse().unwrap()]);
    assert_eq!(pictures(&source), [FILE.parse().unwrap()]);
    // A picture from elsewhere would tell elsewhere who reads this: it is a link.
    assert_eq!(parts[3..], [text(" and !"), link("https://t.example/p.gif", "x")]);
    assert!(matches!(line(&format!("[x]({FILE})"))[0], Inline::Text(_)));
}

#[test]
fn code_keeps_its_lines() {
    let source = "Run:\n```\n  a **b**\n\n> c\n```\nthen `` a`b `` ok\n> ```\n> x\n> ```";
    assert_eq!(
        parse(source),
        [
            Block::Paragraph(vec![text("Run:")]),
            Block::Code("  a **b**\n\n> c".into()),
            Block::Paragraph(vec![text("then "), Inline::Code("a`b".into()), text(" ok")]),
            Block::Quote(vec![Block::Code("x".into())]),
        ]
    );
    assert_eq!(parse("```\nno end"), [Block::Code("no end".into())]);
    // What stands behind the marks is shown, and only bare ones end the code.
    assert_eq!(parse("```so it says\n"), [Block::Code("so it says".into())]);
    assert_eq!(parse("```\na\n``` b\n```"), [Block::Code("a\n``` b".into())]);
}

#[test]
fn marks_may_stand_inside_words_and_together() {
    let strong = |t: &str| Inline::Strong(vec![text(t)]);
    assert_eq!(line("un**do**ing"), [text("un"), strong("do"), text("ing")]);
    assert_eq!(line("***both***"), [Inline::Emphasis(vec![strong("both")])]);
    assert_eq!(line("*a **b***"), [Inline::Emphasis(vec![text("a "), strong("b")])]);
    assert_eq!(line("3*4*5 and 2**3**4"), [text("3*4*5 and 2**3**4")]);
}

#[test]
fn a_mail_without_html_says_all() {
    let source = "Hi **Alex**,\n\n1. see [docs](https://d.example)\n2. or mailto:a@b.example\n\n> *was*\n> there\n\n```\nx = 1\n```";
    let expected =
        "Hi Alex,\n\n1. see docs <https://d.example>\n2. or a@b.example\n\n> was\n> there\n\nx = 1";
    assert_eq!(readable(source), expected);
}

/// The composer's half is tested with the same texts: frontend/editor/test.
#[test]
fn the_composer_and_we_read_alike() {
    #[derive(serde::Deserialize)]
    struct Text {
        markdown: String,
        plain: String,
    }
    let texts = include_str!("../../../../frontend/editor/test/texts.json");
    for case in serde_json::from_str::<Vec<Text>>(texts).unwrap() {
        assert_eq!(plain(&case.markdown), case.plain, "{:?}", case.markdown);
    }
}
