//! What agents keep on top of a timeline.

use super::api::open_timeline;
use super::event::EventRow;
use super::state::TimelineState;
use crate::ui::action::on_done;
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::timeline::{Position, TimelineQuery};
use std::sync::Arc;

#[component]
pub(super) fn Pinned(stream: TimelineState) -> impl IntoView {
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

async fn reload(stream: TimelineState) {
    let query = TimelineQuery::new(&[], Position::Newest);
    // Failing, it shows with the next page.
    let Ok(timeline) = open_timeline(stream.whose, query).await else { return };
    stream.pins.try_set(timeline.pins.into_iter().map(Arc::new).collect());
}
