//! What narrows the timeline beside the kinds, and the filters that an agent saved.

use super::api::{DeleteFilter, SaveFilter};
use super::state::TimelineState;
use crate::ui::action::on_done;
use crate::ui::form::leave_out_empty;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos_router::components::Form;
use rapport_domain::limits;
use rapport_domain::provider;
use rapport_domain::timeline::{Position, SavedFilter, TimelineFilter, TimelineQuery};
use rapport_presentation::{Href, source_label};

/// The button with the form behind it; a plain form, so it works without scripts. Values are set as
/// properties too: what was typed before would stay when a chip takes it away.
#[component]
pub(super) fn FilterMenu(timeline: TimelineState) -> impl IntoView {
    let query = timeline.query.get_value();
    let TimelineFilter { find, source, from, to } = query.filter.clone();
    let day = |day: Option<chrono::NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
    let own = Some(source.clone()).filter(|s| !s.is_empty() && provider::find(s).is_none());
    let chosen_source = source.clone();
    let options = provider::ALL.iter().map(|known| known.key.to_string()).chain(own);
    let options = options
        .map(|name| {
            let chosen = name == source;
            view! { <option value=name.clone() selected=chosen>{source_label(&name)}</option> }
        })
        .collect_view();
    view! {
        <Menu label="Search and filter events" icon="filter">
            <div class="narrow" on:submit:capture=leave_out_empty>
                <Form method="GET" action=timeline.whose.href()>
                    <label class="field-row">
                        <span class="field-label">"Name, text or payload contains"</span>
                        <input type="search" name="find" value=find.clone() prop:value=find maxlength=limits::TIMELINE_FIND_CHARS />
                    </label>
                    <label class="field-row">
                        <span class="field-label">"Source"</span>
                        <select name="source" prop:value=chosen_source><option value="">"Any"</option>{options}</select>
                    </label>
                    <div class="pair">
                        <label class="field-row"><span class="field-label">"From"</span><input type="date" name="from" value=day(from) prop:value=day(from) /></label>
                        <label class="field-row"><span class="field-label">"To"</span><input type="date" name="to" value=day(to) prop:value=day(to) /></label>
                    </div>
                    {kinds_field(&query)}
                    <button class="btn primary" type="submit">"Show"</button>
                </Form>
                {view! { <Saved timeline /> }.into_any()}
            </div>
        </Menu>
    }
    .into_any()
}

/// The reader's own filters, and the way to save what shows now.
#[component]
fn Saved(timeline: TimelineState) -> impl IntoView {
    let (save, delete) = (ServerAction::<SaveFilter>::new(), ServerAction::<DeleteFilter>::new());
    let toasts = use_toasts();
    let failed = move |error: crate::Failure| toasts.fail(error.to_string());
    let set = move |all| timeline.filters.set(all);
    on_done(save, set, failed);
    on_done(delete, set, failed);
    let query = timeline.query.get_value();
    let now = query.is_filtered().then(|| query.at(Position::Newest).to_query_string());
    let row = move |filter: SavedFilter| {
        let label = format!("Delete the filter {}", filter.name);
        view! {
            <li>
                <a href=format!("{}{}", timeline.whose.href(), filter.query)>{filter.name}</a>
                <ActionForm action=delete>
                    <input type="hidden" name="id" value=filter.id.to_string() />
                    <button class="icon-btn" type="submit" title=label.clone() aria-label=label><Icon name="trash-2" /></button>
                </ActionForm>
            </li>
        }
    };
    view! {
        <Show when=move || !timeline.filters.with(Vec::is_empty)>
            <p class="menu-head">"Saved for you"</p>
            <ul class="saved"><For each=move || timeline.filters.get() key=|f| f.id children=row /></ul>
        </Show>
        {now.map(|query| view! {
            <ActionForm action=save attr:class="save-filter">
                <input type="hidden" name="query" value=query />
                <input class="input" name="name" required maxlength=limits::NAME_CHARS aria-label="Name of the filter" placeholder="Save this filter as…" />
                <button class="btn" type="submit" disabled=save.pending()>"Save"</button>
            </ActionForm>
        })}
    }
}

/// What narrows it now, each part a chip that takes it away.
#[component]
pub(super) fn FilterChips(timeline: TimelineState) -> impl IntoView {
    let query = timeline.query.get_value();
    let now = query.filter.clone();
    let without = |filter: TimelineFilter| query.filtered(filter).at(Position::Newest);
    let find = (!now.find.is_empty()).then(|| {
        (format!("“{}”", now.find), without(TimelineFilter { find: String::new(), ..now.clone() }))
    });
    let source = (!now.source.is_empty()).then(|| {
        (
            source_label(&now.source),
            without(TimelineFilter { source: String::new(), ..now.clone() }),
        )
    });
    let from = now
        .from
        .map(|day| (format!("from {day}"), without(TimelineFilter { from: None, ..now.clone() })));
    let to = now
        .to
        .map(|day| (format!("to {day}"), without(TimelineFilter { to: None, ..now.clone() })));
    [find, source, from, to]
        .into_iter()
        .flatten()
        .map(|(text, to)| {
            let href = timeline.filtered(&to);
            view! {
                <a class="chip" href=href aria-current="true" title="Remove this filter">{text}<Icon name="x" /></a>
            }
        })
        .collect_view()
}

/// The kinds that show, for a form that chooses something else.
pub(super) fn kinds_field(query: &TimelineQuery) -> Option<impl IntoView + use<>> {
    let kinds = query.filter_text();
    (!kinds.is_empty()).then(|| view! { <input type="hidden" name="filter" value=kinds /> })
}
