//! The button that keeps an event on top of its timeline.

use super::state::TimelineState;
use crate::session::use_viewer;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::timeline::TimelineItem;
use std::sync::Arc;

/// Puts an event on top, or takes it off.
#[component]
pub(super) fn PinButton(timeline: TimelineState, item: Arc<TimelineItem>) -> impl IntoView {
    let id = item.id;
    let on = move || timeline.pins.with(|pins| pins.iter().any(|pin| pin.id == id));
    let may = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    may.then(|| {
        view! {
            <ActionForm action=timeline.pin>
                <input type="hidden" name="stream" value=item.stream(timeline.whose).to_string() />
                <input type="hidden" name="kind" value=item.kind.as_str() />
                <input type="hidden" name="at" value=item.cursor().to_string() />
                <input type="hidden" name="on" value=move || (!on()).to_string() />
                <button class="btn quiet" type="submit" disabled=timeline.pin.pending()>
                    <Icon name="pin" />
                    {move || if on() { "Unpin" } else { "Pin to the top" }}
                </button>
            </ActionForm>
        }
        .into_any()
    })
}
