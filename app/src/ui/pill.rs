//! Status pills and priority bars.

use leptos::prelude::*;
use rapport_domain::ticket::{Priority, Status, StatusCategory};

/// A ticket's status with its colour.
#[component]
pub fn StatusPill(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    let tone = move || match (status.get(), status.get().category()) {
        (Status::New, _) => "pill new",
        (_, StatusCategory::Open) => "pill open",
        (_, StatusCategory::Waiting) => "pill pending",
        (_, StatusCategory::Closed) => "pill closed",
    };
    view! { <span class=tone>{move || status.get().label()}</span> }
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
