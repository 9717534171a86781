//! Status pills and priority bars.

use leptos::prelude::*;
use rapport_domain::ticket::{Priority, Status, StatusCategory};

/// A ticket's status in words with its colour.
#[component]
pub fn StatusPill(
    #[prop(into)] status: Signal<Status>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    view! { <span class=move || status_class(status.get()) title=text><span class="clip">{text}</span></span> }
}

/// The classes of what wears a status's colour.
pub fn status_class(status: Status) -> &'static str {
    match (status, status.category()) {
        (Status::New, _) => "pill new",
        (_, StatusCategory::Open) => "pill open",
        (_, StatusCategory::Waiting) => "pill pending",
        (_, StatusCategory::Closed) => "pill closed",
    }
}

/// Three bars that say how urgent a ticket is.
#[component]
pub fn PriorityBars(#[prop(into)] priority: Signal<Priority>) -> impl IntoView {
    let tone = move || format!("prio {}", priority.get().as_str());
    let label = move || format!("Priority: {}", priority.get().label());
    view! {
        <span class=tone role="img" aria-label=label title=label>
            <i></i>
            <i></i>
            <i></i>
        </span>
    }
}
