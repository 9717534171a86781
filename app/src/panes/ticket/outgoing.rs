//! A message on its way out: undo while that is possible, the next attempt after a failure.

use super::state::TicketState;
use crate::ui::time::{Time, TimeStyle};
use leptos::form::ActionForm;
use leptos::prelude::*;
use rapport_domain::MessageId;
use rapport_domain::message::Delivery;
use std::time::Duration;

/// Seconds after the time to leave at which the page looks whether it left.
const LOOK_AFTER: [i64; 4] = [2, 5, 10, 20];

#[component]
pub(super) fn OutgoingLine(state: TicketState, id: MessageId, delivery: Delivery) -> impl IntoView {
    if let Some(until) = delivery.undo_until().filter(|_| state.may_write) {
        return view! { <Undo state id until=until.timestamp_millis() /> }.into_any();
    }
    if !delivery.may_retry() {
        return ().into_any();
    }
    let waits = delivery.next_attempt_at.filter(|_| delivery.attempts > 0).map(|at| {
        view! { " Next attempt " <Time at style=TimeStyle::Clock /> "." }
    });
    let label = match &delivery.error {
        Some(error) => {
            format!("{}: {error}", if waits.is_some() { "Not sent yet" } else { "Not delivered" })
        }
        None => "Not sent yet.".to_string(),
    };
    view! {
        <div class="outgoing failed">
            <span>{label} {waits}</span>
            {state.may_write.then(|| view! {
                <ActionForm action=state.retry>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn quiet" type="submit">"Send again now"</button>
                </ActionForm>
            })}
        </div>
    }
    .into_any()
}

/// Counts down, and afterwards looks whether the message left. Its text goes back to the composer,
/// without scripts too.
#[component]
fn Undo(state: TicketState, id: MessageId, until: i64) -> impl IntoView {
    let left = RwSignal::new(None::<i64>);
    Effect::new(move |_| {
        let tick = move || {
            let seconds = (until as f64 - js_sys::Date::now()) / 1_000.0;
            let seconds = seconds.ceil() as i64;
            // What becomes of it is told, unless the page is cut off.
            let look = LOOK_AFTER.contains(&-seconds) && !state.changed.are_told();
            if left.try_set(Some(seconds)).is_none() && look {
                state.changed.notify();
            }
        };
        tick();
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    let label = move || match left.get() {
        Some(seconds) if seconds > 0 => format!("Sending in {seconds} s"),
        _ => "Sending…".to_string(),
    };
    let open = move || left.get().is_none_or(|seconds| seconds > 0);
    view! {
        <div class="outgoing">
            <span>{label}</span>
            <Show when=open>
                <ActionForm action=state.undo>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn quiet" type="submit">"Undo"</button>
                </ActionForm>
            </Show>
        </div>
    }
}
