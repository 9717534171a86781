//! Shows the Markdown subset: from a typed tree to elements, never through HTML text.

use leptos::prelude::*;
use rapport_domain::markdown::{Block, Inline, parse};

/// A text with its paragraphs, lists, quotes, links and emphasis.
#[component]
pub fn Markdown(#[prop(into)] text: String) -> impl IntoView {
    view! { <div class="markdown">{blocks(parse(&text))}</div> }
}

fn blocks(blocks: Vec<Block>) -> AnyView {
    blocks.into_iter().map(block).collect_view().into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(parts) => view! { <p>{inlines(parts)}</p> }.into_any(),
        Block::Quote(inner) => view! { <blockquote>{blocks(inner)}</blockquote> }.into_any(),
        Block::Code(code) => view! { <pre>{code}</pre> }.into_any(),
        Block::List { ordered, start, items } => {
            let items = items.into_iter().map(|i| view! { <li>{inlines(i)}</li> }).collect_view();
            if ordered {
                view! { <ol start=start.to_string()>{items}</ol> }.into_any()
            } else {
                view! { <ul>{items}</ul> }.into_any()
            }
        }
    }
}

fn inlines(parts: Vec<Inline>) -> AnyView {
    parts.into_iter().map(inline).collect_view().into_any()
}

fn inline(part: Inline) -> AnyView {
    match part {
        Inline::Text(text) => text.into_any(),
        Inline::Break => view! { <br /> }.into_any(),
        Inline::Strong(inner) => view! { <strong>{inlines(inner)}</strong> }.into_any(),
        Inline::Emphasis(inner) => view! { <em>{inlines(inner)}</em> }.into_any(),
        Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
        Inline::Picture { file, name } => {
            let src = format!("/files/attachments/{file}");
            let href = src.clone();
            view! { <a class="picture" href=href target="_blank" rel="noopener"><img src=src alt=name loading="lazy" /></a> }.into_any()
        }
        Inline::Mention { name, .. } => view! { <b class="mention">"@" {name}</b> }.into_any(),
        // The title shows where a link leads before it is followed.
        Inline::Link { url, text } => view! {
            <a href=url.clone() title=url target="_blank" rel="noopener noreferrer nofollow">{text}</a>
        }
        .into_any(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let owner = Owner::new();
        owner.with(|| view! { <Markdown text=text /> }.to_html())
    }

    #[test]
    fn a_hostile_note_stays_text() {
        let shown = html("</textarea><script>alert(1)</script> <img src=x onerror=alert(1)>");
        assert!(!shown.contains("<script"), "{shown}");
        assert!(!shown.contains("<img"), "{shown}");
        assert!(shown.contains("&lt;script&gt;") || shown.contains("&lt;script>"), "{shown}");
    }

    #[test]
    fn a_link_that_runs_code_is_no_link() {
        for hostile in [
            "[click](javascript:alert(1))",
            "[click](JavaScript:alert(1))",
            "[click](data:text/html;base64,PHNjcmlwdD4=)",
            "[click](vbscript:x)",
            "javascript:alert(1)",
        ] {
            assert!(!html(hostile).contains("<a"), "{hostile}");
        }
        let quoted = html("[x](https://a.example/?q=\"onmouseover=alert(1))");
        // As text it may stand there; inside the tag it would be an attribute.
        let tag = quoted.split("<a ").nth(1).and_then(|rest| rest.split('>').next());
        assert!(tag.is_some_and(|tag| !tag.contains("onmouseover")), "{quoted}");
    }

    #[test]
    fn what_is_allowed_shows_as_elements() {
        let shown = html("**bold** [docs](https://d.example)\n\n1. one\n\n> said");
        for part in [
            "<strong>bold",
            "href=\"https://d.example\"",
            "rel=\"noopener noreferrer nofollow\"",
            "<ol start=\"1\">",
            "<blockquote>",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}
