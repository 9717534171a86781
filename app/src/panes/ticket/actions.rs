//! What becomes of a ticket besides its status: snooze, merge, move, spam.

use super::edit::EditForm;
use super::join::{JoinActions, Joining};
use super::state::TicketState;
use crate::profile_route::use_profile_route;
use crate::session::use_viewer;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::ask;
use crate::ui::time::{Clock, Time, TimeStyle, use_clock};
use chrono::{Datelike, Days, NaiveTime, TimeDelta};
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::ticket::TicketProperty;

/// The properties whose errors show above the ticket: their forms are in the menu.
pub(super) const IN_MENU: [TicketProperty; 4] = [
    TicketProperty::Snooze,
    TicketProperty::Spam,
    TicketProperty::Unmerge,
    TicketProperty::Unsplit,
];

/// When the working day starts, for those who snooze until a day.
const MORNING: u32 = 9;

/// The entries of the ticket's menu.
#[component]
pub(super) fn TicketActions(state: TicketState, joining: Joining) -> impl IntoView {
    let merged = move || state.ticket.with(|t| t.merged_into.is_some());
    let spam = move || state.ticket.with(|t| t.spam_at.is_some());
    let watches = use_viewer().is_some_and(|viewer| viewer.may(Permission::RecordingsWatch));
    let sessions = move || {
        let customer = state.ticket.with(|t| t.row.customer.id);
        format!("/customers/{customer}/sessions?ticket={}", state.number)
    };
    view! {
        <Show when=move || !merged()>
            {view! { <Snooze state /> }.into_any()}
            {view! { <JoinActions state joining /> }.into_any()}
            <a href=format!("/tickets/{}/split", state.number) rel="external"><Icon name="git-merge" />"Split…"</a>
            {watches.then(|| view! { <a href=sessions rel="external"><Icon name="play" />"Note with a recorded second…"</a> })}
        </Show>
        <EditForm state property=TicketProperty::Spam>
            <input type="hidden" name="value" value=move || if spam() { "no" } else { "yes" } />
            <button type="submit"><Icon name="shield" />{move || if spam() { "No spam" } else { "Mark as spam" }}</button>
        </EditForm>
    }
}

#[component]
fn Snooze(state: TicketState) -> impl IntoView {
    let clock = use_clock();
    let choice = move |(label, until): SnoozeUntil| {
        view! {
            <EditForm state property=TicketProperty::Snooze>
                <input type="hidden" name="value" value=move || until(clock) />
                <button type="submit"><Icon name="clock" />{label}</button>
            </EditForm>
        }
    };
    view! {
        <details class="menu-more" data-popup="">
            <summary><Icon name="moon" />"Snooze"</summary>
            {SNOOZES.map(choice).collect_view()}
            <button type="button" class="scripted" on:click=move |_| ask(SNOOZE)><Icon name="calendar" />"Until another time…"</button>
        </details>
    }
}

/// The command that puts the ticket to sleep, as its menu asks for it too.
pub(super) const SNOOZE: &str = "Snooze …";

/// A time until which a ticket can sleep: its name, and when that is by the reader's clock.
pub(crate) type SnoozeUntil = (&'static str, fn(Clock) -> String);

/// What is offered.
pub(crate) const SNOOZES: [SnoozeUntil; 4] = [
    ("For 3 hours", |clock| (clock.now.get() + TimeDelta::hours(3)).to_rfc3339()),
    ("Until tomorrow morning", |clock| morning(clock, 1)),
    ("Until Monday morning", |clock| {
        let today = clock.wall(clock.now.get()).weekday().num_days_from_monday();
        morning(clock, u64::from(7 - today))
    }),
    ("For two weeks", |clock| morning(clock, 14)),
];

/// The morning `days` from now, on the reader's clock.
fn morning(clock: Clock, days: u64) -> String {
    let now = clock.now.get();
    let wall = clock.wall(now);
    let nine = NaiveTime::from_hms_opt(MORNING, 0, 0).unwrap_or_default();
    let morning = (wall.date_naive() + Days::new(days)).and_time(nine).and_utc();
    (morning - (wall - now)).to_rfc3339()
}

/// What a reader has to know before answering: it sleeps, was merged, or is spam.
#[component]
pub(super) fn StateBar(state: TicketState) -> impl IntoView {
    let route = use_profile_route();
    let may = state.may_write;
    let undo = move |property: TicketProperty, value: &'static str, label: &'static str| {
        may.then(|| {
            view! {
                <EditForm state property class="plain">
                    <input type="hidden" name="value" value=value />
                    <button type="submit" class="btn">{label}</button>
                </EditForm>
            }
        })
    };
    move || {
        let (merged, snoozed, spam) =
            state.ticket.with(|t| (t.merged_into, t.snoozed_until, t.spam_at.is_some()));
        if let Some(into) = merged {
            return view! {
                <div class="state-bar">
                    <Icon name="git-merge" />
                    <span>"The messages of this ticket are in " <a href=route.ticket_href(into)>{format!("#{into}")}</a> "."</span>
                    {undo(TicketProperty::Unmerge, "", "Undo the merge")}
                </div>
            }
            .into_any();
        }
        if let Some(until) = snoozed {
            return view! {
                <div class="state-bar">
                    <Icon name="moon" />
                    <span>"Comes back " <Time at=until style=TimeStyle::Full /> ", or when the customer writes."</span>
                    {undo(TicketProperty::Status, "open", "Wake it now")}
                </div>
            }
            .into_any();
        }
        if let Some(from) = state.ticket.with(|t| t.split_from) {
            return view! {
                <div class="state-bar">
                    <Icon name="git-merge" />
                    <span>"Split off " <a href=route.ticket_href(from)>{format!("#{from}")}</a> "."</span>
                    {undo(TicketProperty::Unsplit, "", "Undo the split")}
                </div>
            }
            .into_any();
        }
        if spam {
            return view! {
                <div class="state-bar"><Icon name="shield" /><span>"Marked as spam."</span>{undo(TicketProperty::Spam, "no", "No spam")}</div>
            }
            .into_any();
        }
        ().into_any()
    }
}
