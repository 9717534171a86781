//! Where the source is, and who made what this is built of: the AGPL asks for it on the screen.

use leptos::prelude::*;

#[component]
pub fn About() -> impl IntoView {
    view! {
        <p class="about">
            <a href="/source" rel="external">"Source code"</a>
            <a href="/notices" rel="external">"Notices"</a>
        </p>
    }
}
