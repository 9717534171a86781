use leptos::prelude::*;

#[component]
pub fn TicketDetails() -> impl IntoView {
    view! { <section class="pane centre" aria-label="Ticket"></section> }
}
