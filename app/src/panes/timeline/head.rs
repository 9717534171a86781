//! Above the events: the title with the total, filter chips, the activity chart, the jump to a date.

use super::activity_chart::ActivityChart;
use super::filter::{FilterChips, FilterMenu, kinds_field};
use super::state::TimelineState;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use leptos::prelude::*;
use leptos_router::components::Form;
use rapport_domain::money::grouped;
use rapport_domain::timeline::{EventKind, Position, TimelineQuery};
use rapport_presentation::{Href, Icon as _};

#[component]
pub(super) fn Head(timeline: TimelineState) -> impl IntoView {
    let total = move || match timeline.overview.with(|o| o.total()) {
        1 => "1 event".to_string(),
        // Of the customers that are left out nobody counted.
        n if timeline.more_customers => format!("{}+ events", grouped(n)),
        n => format!("{} events", grouped(n)),
    };
    view! {
        <div class="pane-head">
            <h2>"Timeline"</h2>
            <span class="count num">{total}</span>
            <span class="end">{view! { <FilterMenu timeline /> }.into_any()}{view! { <Jump timeline /> }.into_any()}</span>
        </div>
        {view! { <Filters timeline /> }.into_any()}
        {view! { <ActivityChart timeline /> }.into_any()}
    }
}

/// One chip a kind, each a link: several can be on at once.
#[component]
fn Filters(timeline: TimelineState) -> impl IntoView {
    let query = timeline.query.get_value();
    let href = move |query: TimelineQuery| timeline.filtered(&query);
    let everything = query.kinds().is_empty();
    let chip = {
        let query = query.clone();
        move |kind: &EventKind| {
            let kind = *kind;
            let n = move || timeline.overview.with(|o| o.count(kind));
            let on = query.kinds().contains(&kind);
            let to = href(query.toggled(kind));
            // A kind that never occurred needs no chip, unless it is the filter.
            view! {
                <Show when=move || on || { n() > 0 }>
                    <a class="chip" href=to.clone() aria-current=on.then_some("true")>
                        <Icon name=kind.icon() />
                        {kind.label()}
                        <span class="n">{move || grouped(n())}</span>
                    </a>
                </Show>
            }
        }
    };
    view! {
        <nav class="filters" aria-label="Kinds of events">
            <a class="chip" href=href(query.unfiltered()) aria-current=everything.then_some("true")>"Everything"</a>
            {EventKind::ALL.iter().map(chip).collect_view()}
            {view! { <FilterChips timeline /> }.into_any()}
        </nav>
    }
}

/// A date to jump to; a plain form, so it works without scripts.
#[component]
fn Jump(timeline: TimelineState) -> impl IntoView {
    let query = timeline.query.get_value();
    let filter = query.filter.fields();
    let kept = filter
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let day = match query.at {
        Position::On(day) => day.to_string(),
        _ => String::new(),
    };
    view! {
        <Menu label="Jump to a date" icon="calendar">
            <div class="jump">
                <Form method="GET" action=timeline.whose.href()>
                    <label class="field-row">
                        <span class="field-label">"Jump to a date"</span>
                        <input type="date" name="on" value=day required />
                    </label>
                    {kinds_field(&query)}
                    {kept}
                    <button class="btn primary" type="submit">"Jump"</button>
                </Form>
            </div>
        </Menu>
    }
}
