//! The pane's filter: open, closed or all, and text. It stands in the address
//! (`?tickets=open&tq=csv`), so it works without JavaScript; with it, typing filters at once.

use crate::ui::icon::Icon;
use crate::ui::time::use_clock;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::ticket::TicketScope;
use rapport_domain::{Cursor, address, limits};
use wasm_bindgen::JsCast;

/// How long typing rests before the list is asked for, in milliseconds.
const REST_MS: u32 = 200;

/// What the list shows; starts as the address says.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    pub scope: RwSignal<TicketScope>,
    pub text: RwSignal<String>,
    /// Rows asked for; "show more" asks for more of them.
    pub rows: RwSignal<u32>,
    /// Where the page starts, for those who page without JavaScript.
    pub after: RwSignal<Option<Cursor>>,
}

impl Filter {
    pub fn from_address() -> Self {
        let params = use_query_map();
        let word = |name: &str| params.with_untracked(|p| p.get(name)).unwrap_or_default();
        Self {
            scope: RwSignal::new(TicketScope::from_word(&word("tickets"))),
            text: RwSignal::new(word("tq")),
            rows: RwSignal::new(limits::PANE_TICKETS),
            after: RwSignal::new(word("tafter").parse().ok()),
        }
    }

    /// Whether some tickets may be hidden.
    pub fn is_on(self) -> bool {
        self.scope.get() != TicketScope::All || self.text.with(|t| !t.trim().is_empty())
    }

    /// `?tickets=open&tq=csv`, or nothing; goes with every link of the pane.
    pub fn query(self) -> String {
        let mut params = Vec::new();
        params.extend(self.scope.get().word().map(|w| format!("tickets={w}")));
        let text = self.text.get();
        if !text.trim().is_empty() {
            params.push(format!("tq={}", address::encode(text.trim())));
        }
        if params.is_empty() { String::new() } else { format!("?{}", params.join("&")) }
    }

    /// Shows all tickets from the newest on.
    pub fn clear(self) {
        self.scope.set(TicketScope::All);
        self.text.set(String::new());
        self.restart();
    }

    fn restart(self) {
        self.rows.set(limits::PANE_TICKETS);
        self.after.set(None);
    }
}

/// The button with the form behind it.
#[component]
pub fn FilterMenu(filter: Filter) -> impl IntoView {
    let clock = use_clock();
    let resting = StoredValue::new(0_u32);
    let type_text = move |ev| {
        let text = event_target_value(&ev);
        let Some(turn) = resting.try_update_value(|n| {
            *n = n.wrapping_add(1);
            *n
        }) else {
            return;
        };
        Timeout::new(REST_MS, move || {
            // Only the last key of a run asks; after leaving the page nobody does.
            if resting.try_get_value() == Some(turn) {
                filter.restart();
                filter.text.set(text);
            }
        })
        .forget();
    };
    let choose_scope = move |ev: leptos::ev::Event| {
        let select = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(select) = select {
            filter.restart();
            filter.scope.set(TicketScope::from_word(&select.value()));
        }
    };
    let scope = move |s: TicketScope| filter.scope.get_untracked() == s;
    view! {
        <details class="menu ticket-filter" data-popup="fleeting" class:on=move || filter.is_on()>
            <summary class="icon-btn" aria-label="Filter tickets" title="Filter tickets"><Icon name="filter" /></summary>
            <form class="menu-items form" method="get" on:submit=move |ev| if clock.local.get_untracked() { ev.prevent_default() }>
                <label class="field-row">
                    <span class="field-label">"Show"</span>
                    <select name="tickets" on:change=choose_scope>
                        <option value="" selected=scope(TicketScope::All)>"All tickets"</option>
                        <option value="open" selected=scope(TicketScope::Open)>"Open"</option>
                        <option value="closed" selected=scope(TicketScope::Closed)>"Closed"</option>
                    </select>
                </label>
                <label class="field-row">
                    <span class="field-label">"Text or number"</span>
                    <input type="search" name="tq" value=filter.text.get_untracked() maxlength="200" autocomplete="off" on:input=type_text />
                </label>
                <button class="btn" type="submit" hidden=move || clock.local.get()>"Apply"</button>
            </form>
        </details>
    }
}
