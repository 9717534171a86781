//! When a ticket is due, in words and colour.

use crate::ui::icon::Icon;
use crate::ui::time::{TimeStyle, use_clock};
use leptos::prelude::*;
use rapport_domain::sla::{Due, Urgency};

/// `First response due in 2 h`; in a list the target is said by the title alone.
#[component]
pub fn DueMark(due: Due, #[prop(optional)] short: bool) -> impl IntoView {
    let clock = use_clock();
    let class = move || match due.urgency(clock.now.get()) {
        Urgency::Later => "due",
        Urgency::Soon => "due soon",
        Urgency::Over => "due over",
    };
    let target = due.target.label();
    let title = move || format!("{target} due {}", clock.format(due.at, TimeStyle::Full));
    view! {
        <span class=class title=title>
            <Icon name="clock" />
            <span class:visually-hidden=short>{target}" "</span>
            <span>{move || due.text(clock.now.get())}</span>
        </span>
    }
}
