//! The one `<Title>` of the product's pages.

use crate::ui::raw_text::raw_text;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;

/// The page's title. Subjects and names come from outside, and `leptos_meta` writes a title
/// unescaped on the server: a check in CI keeps other files from using `<Title>`.
///
/// It also writes it last, on whatever thread that is, where the signals of the page may be out
/// of reach: there the words are read now.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    let text = if cfg!(feature = "ssr") { untrack(|| text.get()).to_string().into() } else { text };
    view! { <Title text=move || raw_text(text.get().to_string()) /> }
}
