//! What agents keep on top of a timeline, and the button that puts it there.

use super::api::open_timeline;
use super::event::EventRow;
use super::stream::Stream;
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::Permission;
use rapport_domain::timeline::{Position, TimelineItem, TimelineQuery};
use std::sync::Arc;

#[component]
pub(super) fn Pinned(stream: Stream) -> impl IntoView {
    let toasts = use_toasts();
    on_done(
        stream.pin,
        move |()| spawn_local(reload(stream)),
        move |error| toasts.fail(error.to_string()),
    );
    view! {
        <Show when=move || !stream.pins.with(Vec::is_empty)>
            <section class="pinned" aria-label="Pinned">
                <h3><Icon name="pin" />"Pinned"</h3>
                <ol>
                    <For each=move || stream.pins.get() key=|item| item.id let:item>
                        {view! { <EventRow stream item pinned=true /> }.into_any()}
                    </For>
                </ol>
            </section>
        </Show>
    }
    .into_any()
}

async fn reload(stream: Stream) {
    let query = TimelineQuery::new(&[], Position::Newest);
    // Failing, it shows with the next page.
    let Ok(timeline) = open_timeline(stream.customer, query).await else { return };
    stream.pins.try_set(timeline.pins.into_iter().map(Arc::new).collect());
}

/// Puts an event on top, or takes it off.
#[component]
pub(super) fn PinButton(stream: Stream, item: Arc<TimelineItem>) -> impl IntoView {
    let id = item.id;
    let on = move || stream.pins.with(|pins| pins.iter().any(|pin| pin.id == id));
    let may = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    may.then(|| {
        view! {
            <ActionForm action=stream.pin>
                <input type="hidden" name="customer" value=stream.customer.to_string() />
                <input type="hidden" name="kind" value=item.kind.as_str() />
                <input type="hidden" name="at" value=item.cursor().to_string() />
                <input type="hidden" name="on" value=move || (!on()).to_string() />
                <button class="btn quiet" type="submit" disabled=stream.pin.pending()>
                    <Icon name="pin" />
                    {move || if on() { "Unpin" } else { "Pin to the top" }}
                </button>
            </ActionForm>
        }
        .into_any()
    })
}
