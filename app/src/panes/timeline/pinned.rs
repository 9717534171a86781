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
pub(super) fn Pinned(timeline: TimelineState) -> impl IntoView {
    let toasts = use_toasts();
    on_done(
        timeline.pin,
        move |()| spawn_local(reload(timeline)),
        move |error| toasts.fail(error.to_string()),
    );
    view! {
        <Show when=move || !timeline.pins.with(Vec::is_empty)>
            <section class="pinned" aria-label="Pinned">
                <h3><Icon name="pin" />"Pinned"</h3>
                <ol>
                    <For each=move || timeline.pins.get() key=|item| item.id let:item>
                        {view! { <EventRow timeline item pinned=true /> }.into_any()}
                    </For>
                </ol>
            </section>
        </Show>
    }
    .into_any()
}

async fn reload(timeline: TimelineState) {
    let query = TimelineQuery::new(&[], Position::Newest);
    // Failing, it shows with the next page.
    let Ok(fresh) = open_timeline(timeline.whose, query).await else { return };
    timeline.pins.try_set(fresh.pins.into_iter().map(Arc::new).collect());
}
