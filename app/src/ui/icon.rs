//! Icons from the sprite.

use leptos::prelude::*;

/// One icon of `public/icons.svg`, at text size, hidden from screen readers:
/// whatever it stands for is said in text beside it or in a label around it.
#[component]
pub fn Icon(#[prop(into)] name: String) -> impl IntoView {
    view! {
        <svg class="i" aria-hidden="true">
            <use href=format!("/icons.svg#{name}") />
        </svg>
    }
}
