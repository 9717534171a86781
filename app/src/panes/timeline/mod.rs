use leptos::prelude::*;

#[component]
pub fn TimelinePane() -> impl IntoView {
    view! { <section class="pane centre" aria-label="Timeline"></section> }
}
