//! How a ticket stands now, beside the event that it was opened, and what was done to it since.

use crate::ui::pill::StatusPill;
use crate::ui::time::Time;
use leptos::prelude::*;
use rapport_domain::timeline::TicketNow;
use rapport_presentation::{change_text, changes_text};

/// The way to the ticket. What is past says nothing of the present, so the status says that it is
/// that of now.
#[component]
pub(super) fn ToTicket(#[prop(into)] now: Signal<TicketNow>, href: String) -> impl IntoView {
    let title = format!("Open ticket #{}", now.with_untracked(|now| now.number));
    view! {
        <a class="to-ticket" href=href title=title>
            "now "
            {move || {
                let now = now.get();
                let text = now.label.unwrap_or_else(|| now.status.label().into());
                view! { <StatusPill status=now.status text /> }
            }}
        </a>
    }
}

/// What was done to the ticket: a line that opens.
#[component]
pub(super) fn Changes(#[prop(into)] now: Signal<TicketNow>, href: String) -> impl IntoView {
    let count = move || now.with(changes_text);
    let newest = move || {
        let newest = now.with(|now| now.newest.clone()).unwrap_or_default();
        let line = |change: rapport_domain::timeline::TicketChange| {
            let text = change_text(&change);
            view! { <li><Time at=change.at />" "{text}</li> }
        };
        newest.into_iter().map(line).collect_view()
    };
    let more = move || {
        let href = href.clone();
        now.with(TicketNow::has_more)
            .then(|| view! { <a href=href>"All of them, in the ticket"</a> })
    };
    view! {
        <div class="changes" hidden=move || count().is_none()>
            <details>
                <summary>{count}</summary>
                <ol>{newest}</ol>
                {more}
            </details>
        </div>
    }
}
