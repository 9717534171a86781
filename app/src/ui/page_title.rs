//! The one `<Title>` of the product's pages.

use crate::ui::raw_text::raw_text;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;

/// The page's title. Subjects and names come from outside, and `leptos_meta` writes a title
/// unescaped on the server: a check in CI keeps other files from using `<Title>`.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    view! { <Title text=move || raw_text(text.get().to_string()) /> }
}
