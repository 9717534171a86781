//! The mark before an event.

use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::timeline::{EventKind, Stream, TimelineItem};
use rapport_presentation::{EventText, Icon as _};
use std::sync::Arc;

/// The icons that exist; an event may name any other.
const ICONS: &str = include_str!("../../../../public/icons.txt");

/// The coloured dot with the event's icon. A picture of the sender's lies over it and comes through
/// our own server; one that does not load leaves the icon.
#[component]
pub(super) fn Dot(
    /// The stream that the event stands in.
    whose: Stream,
    item: Arc<TimelineItem>,
) -> impl IntoView {
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
    let picture = item.picture().map(|_| {
        let src = format!("/files/events/{whose}/{}/icon", item.cursor());
        view! { <img src=src alt="" loading="lazy" /> }.into_any()
    });
    view! { <span class=tone title=item.kind.label()>{sign}{picture}</span> }
}
