use leptos::prelude::*;

#[component]
pub fn TicketPane() -> impl IntoView {
    view! { <section class="pane tickets" aria-label="Tickets"></section> }
}
