//! Messages and activities in the order of time.

use super::message::MessageView;
use super::newer::{in_sight, to_newest};
use super::properties::Stars;
use super::state::TicketState;
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle, use_clock};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rapport_domain::MessageId;
use rapport_domain::message::{Message, ThreadActivity, TicketDetails};

/// One thing in the thread.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Message(Box<Message>),
    Activity(ThreadActivity),
    /// The first entry of another day.
    Day(DateTime<Utc>),
}

impl Entry {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Message(m) => m.sent_at,
            Self::Activity(a) => a.at,
            Self::Day(at) => *at,
        }
    }

    /// What it is. A message stays when its receipt changes, with whatever is open in it.
    fn key(&self) -> String {
        match self {
            Self::Message(m) => m.id.to_string(),
            Self::Activity(a) => a.id.to_string(),
            Self::Day(at) => at.to_string(),
        }
    }
}

/// Messages and activities merged; both come oldest first.
fn entries(details: &TicketDetails, day_of: impl Fn(DateTime<Utc>) -> i64) -> Vec<Entry> {
    let messages = details.thread.messages.iter().cloned().map(|m| Entry::Message(Box::new(m)));
    let activities = details.activities.iter().cloned().map(Entry::Activity);
    let mut all: Vec<Entry> = messages.chain(activities).collect();
    // A stable sort: where times are equal, the message comes before what it caused.
    all.sort_by_key(Entry::at);
    let mut with_days = Vec::with_capacity(all.len() + 8);
    let mut day = None;
    for entry in all {
        let this = day_of(entry.at());
        if day != Some(this) {
            with_days.push(Entry::Day(entry.at()));
            day = Some(this);
        }
        with_days.push(entry);
    }
    with_days
}

#[component]
pub(super) fn Thread(state: TicketState) -> impl IntoView {
    let clock = use_clock();
    let all = Memo::new(move |_| {
        state.details.with(|d| entries(d, |at| clock.wall(at).timestamp().div_euclid(86_400)))
    });
    let earlier = Memo::new(move |_| state.details.with(|d| d.thread.earlier));
    let empty = move || state.details.with(|d| d.thread.messages.is_empty());
    let newest = Memo::new(move |_| state.details.with(|d| d.thread.messages.last().map(|m| m.id)));
    // Something came while older messages are read: they stay where they are.
    let below = RwSignal::new(false);
    Effect::new(move |before: Option<Option<MessageId>>| {
        let now = newest.get();
        if before.is_some_and(|before| before != now) && !in_sight() {
            below.set(true);
        }
        now
    });
    let scrolled = move |_| {
        if below.get_untracked() && in_sight() {
            below.set(false);
        }
    };
    // The list hangs from its end (see the style): it opens at the newest without a script.
    view! {
        <div class="thread" role="log" aria-label="Messages" aria-live="off" tabindex="0" on:scroll=scrolled>
            <div class="entries">
                {move || earlier.get().map(|cursor| view! {
                    <p class="more"><a class="btn" href=format!("?before={cursor}")>"Show earlier messages"</a></p>
                })}
                <For each=move || all.get() key=Entry::key let:entry>
                    {match entry {
                        Entry::Message(message) => view! { <MessageView state message=*message /> }.into_any(),
                        Entry::Activity(activity) => view! { <ActivityView activity /> }.into_any(),
                        Entry::Day(at) => view! { <p class="day-mark"><Time at style=TimeStyle::Day /></p> }.into_any(),
                    }}
                </For>
                {move || empty().then(|| view! {
                    <Empty icon="message-circle" title="No messages yet">
                        <p>"What the customer writes, your answers and notes appear here."</p>
                    </Empty>
                })}
                {state.before.map(|_| view! {
                    <p class="more"><a class="btn" href="?">"Go to the newest messages"</a></p>
                })}
            </div>
        </div>
        <div class="new-below" role="status">
            {move || below.get().then(|| view! {
                <button type="button" class="btn" on:click=move |_| to_newest()><Icon name="arrow-down" />"New message"</button>
            })}
        </div>
    }
}

/// A line about what happened to the ticket.
#[component]
fn ActivityView(activity: ThreadActivity) -> impl IntoView {
    if let Some(score) = activity.score {
        return view! { <Answer score activity /> }.into_any();
    }
    let icon = match activity.name.as_str() {
        "ticket.assigned" => "user-check",
        "ticket.team_changed" => "users",
        "ticket.tagged" => "tags",
        "ticket.subject_changed" => "pencil",
        "ticket.issue_linked" | "ticket.issue_updated" => "link",
        "ticket.issue_unlinked" => "unlink",
        "ticket.participant_added" | "ticket.participant_removed" => "user-plus",
        "ticket.field_changed" => "sliders-horizontal",
        "ticket.mail_bounced" | "ticket.mail_complaint" => "triangle-alert",
        "ticket.mail_delayed" => "clock",
        _ => "arrow-left-right",
    };
    view! {
        <p class="activity">
            <Icon name=icon />
            <span>
                <b>{activity.actor_name.unwrap_or_else(|| "Rapport".into())}</b>
                " " {activity.title} " · " <Time at=activity.at style=TimeStyle::Clock />
            </span>
        </p>
        // A report's own words.
        {activity.comment.map(|words| view! {
            <details class="quoted report"><summary>"Show the report"</summary><div class="text">{words}</div></details>
        })}
    }
    .into_any()
}

/// A customer's answer to how they were helped.
#[component]
fn Answer(score: i16, activity: ThreadActivity) -> impl IntoView {
    view! {
        <div class="csat">
            <Stars score />
            {activity.comment.map(|comment| view! { <span>"“" {comment} "”"</span> })}
            <span class="muted">"CSAT · " <Time at=activity.at style=TimeStyle::Clock /></span>
        </div>
    }
}
