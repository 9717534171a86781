//! The account's timeline: chips, days with their events, the ways on.

use super::event::event_row;
use crate::ui::empty::Empty;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::account::Account;
use rapport_domain::timeline::{
    AccountEvent, AccountTimeline, EventKind, Position, Stream, TicketNow, TimelineQuery,
};
use rapport_domain::{Cursor, limits};
use rapport_presentation::Href;
use std::collections::HashMap;

pub(super) fn timeline(
    account: &Account,
    timeline: AccountTimeline,
    query: &TimelineQuery,
) -> AnyView {
    let own = Stream::Account(account.id);
    let AccountTimeline { items, tickets, newer, older, more_customers } = timeline;
    let tickets = tickets.into_iter().map(|ticket| (ticket.number, ticket)).collect();
    let left_out = more_customers.then(|| {
        format!(
            "This account has many customers: these are the events of the {} who were active last.",
            limits::ACCOUNT_STREAMS,
        )
    });
    let left_out = left_out.map(|text| view! { <p class="hint">{text}</p> });
    let nothing = items.is_empty().then(|| nothing(own, query));
    let days = by_day(items).into_iter().map(|day| day_group(own, day, &tickets, query));
    view! {
        <section class="account-timeline" aria-label="Timeline">
            <header><h2>"Timeline"</h2></header>
            {chips(own, query)}
            {left_out}
            {nothing}
            // Days are the server's until the browser groups them by its own.
            <div data-days="">{days.collect_view()}</div>
            {pager(own, query, newer, older)}
        </section>
    }
    .into_any()
}

fn href(own: Stream, query: &TimelineQuery) -> String {
    format!("{}{}", own.href(), query.to_query_string())
}

fn chips(own: Stream, query: &TimelineQuery) -> AnyView {
    let all = (query.kinds().is_empty()).then_some("true");
    let kinds = EventKind::ALL.iter().map(|kind| {
        let current = query.kinds().contains(kind).then_some("true");
        let href = href(own, &query.toggled(*kind));
        view! { <a class="chip" href=href aria-current=current>{kind.label()}</a> }
    });
    view! {
        <nav class="filters" aria-label="Kinds of events">
            <a class="chip" href=href(own, &query.unfiltered()) aria-current=all>"All"</a>
            {kinds.collect_view()}
        </nav>
    }
    .into_any()
}

/// Runs of the same day (UTC), in their order.
fn by_day(items: Vec<AccountEvent>) -> Vec<Vec<AccountEvent>> {
    let mut days: Vec<Vec<AccountEvent>> = Vec::new();
    for item in items {
        let day = |item: &AccountEvent| item.event.occurred_at.date_naive();
        match days.last_mut() {
            Some(last) if last.first().is_some_and(|first| day(first) == day(&item)) => {
                last.push(item);
            }
            _ => days.push(vec![item]),
        }
    }
    days
}

fn day_group(
    own: Stream,
    items: Vec<AccountEvent>,
    tickets: &HashMap<i64, TicketNow>,
    query: &TimelineQuery,
) -> AnyView {
    let day = items.first().map(|item| {
        let at = item.event.occurred_at;
        view! { <h3><Time at style=TimeStyle::Day /></h3> }
    });
    let rows = items.into_iter().map(|item| {
        let current = query.at == Position::Event(item.event.cursor());
        let ticket = item.event.ticket.as_ref();
        let now = ticket.and_then(|ticket| tickets.get(&ticket.number));
        event_row(own, item, now, current)
    });
    view! { {day} <ol>{rows.collect_view()}</ol> }.into_any()
}

fn nothing(own: Stream, query: &TimelineQuery) -> AnyView {
    if *query == TimelineQuery::default() {
        return view! {
            <Empty icon="history" title="Nothing happened yet">
                <p>"What "<a class="plain-link" href=format!("/customers?account={own}")>"its customers"</a>" do shows here, and events that name the account itself."</p>
            </Empty>
        }
        .into_any();
    }
    let all = own.href();
    view! {
        <Empty icon="filter" title="No events here">
            <p><a class="btn" href=all>"Show the newest of all kinds"</a></p>
        </Empty>
    }
    .into_any()
}

fn pager(
    own: Stream,
    query: &TimelineQuery,
    newer: Option<Cursor>,
    older: Option<Cursor>,
) -> AnyView {
    let newest = newer.is_some().then(|| {
        view! { <a class="btn" href=href(own, &query.at(Position::Newest))>"Newest"</a> }
    });
    let newer = newer.map(|at| {
        view! { <a class="btn" rel="prev" href=href(own, &query.at(Position::After(at)))>"Newer"</a> }
    });
    let older = older.map(|at| {
        view! { <a class="btn" rel="next" href=href(own, &query.at(Position::Before(at)))>"Older"</a> }
    });
    view! { <nav class="log-pager" aria-label="Pages">{newest}{newer}{older}</nav> }.into_any()
}
