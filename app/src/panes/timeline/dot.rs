//! The mark before an event.

use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::timeline::{EventKind, TimelineItem};
use std::sync::Arc;

/// The icons that exist; an event may name any other.
const ICONS: &str = include_str!("../../../../public/icons.txt");

/// The coloured dot with the event's icon.
#[component]
pub fn Dot(item: Arc<TimelineItem>) -> impl IntoView {
    let tone = match item.kind {
        EventKind::Ticket => "dot tic",
        EventKind::Error => "dot err",
        EventKind::Session => "dot rec",
        EventKind::Call => "dot call",
        EventKind::Crm => "dot crm",
        EventKind::Help => "dot help",
        EventKind::Event | EventKind::Activity => "dot",
    };
    let icon = item.icon_name().to_string();
    let known = ICONS.split_whitespace().any(|name| name == icon);
    let sign = match icon.is_ascii() && icon.len() > 1 {
        _ if known => view! { <Icon name=icon /> }.into_any(),
        // A name that this version has no picture for.
        true => view! { <Icon name=item.kind.icon() /> }.into_any(),
        false => view! { <span aria-hidden="true">{icon}</span> }.into_any(),
    };
    view! { <span class=tone title=item.kind.label()>{sign}</span> }
}
