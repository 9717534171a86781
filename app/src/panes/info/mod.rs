use leptos::prelude::*;

#[component]
pub fn InfoPane() -> impl IntoView {
    view! { <section class="pane info" aria-label="About this customer"></section> }
}
