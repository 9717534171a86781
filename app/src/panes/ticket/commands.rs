//! What can be done with the open ticket, by key and in the command palette.

use super::actions::SNOOZE;
use super::choices;
use super::state::TicketState;
use crate::origin::use_origin;
use crate::panes::onward::use_onward;
use crate::preferences::use_preferences;
use crate::profile_route::use_profile_route;
use crate::ui::copyable::copy;
use crate::ui::shortcuts::{Choice, Command, use_command};
use crate::ui::time::use_clock;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use rapport_domain::message::{Effect as TicketEffect, StatusChoice};
use rapport_domain::preferences::{AfterSend, Choice as Preference};
use rapport_domain::ticket::{Status, StatusCategory, Ticket, TicketProperty};
use rapport_domain::{LabelId, TeamId, UserId};

/// Puts everything into the table, for as long as the ticket is open.
pub(super) fn provide_ticket_commands(state: TicketState) {
    let route = use_profile_route();
    let toasts = use_toasts();
    if let Some(me) = state.me.filter(|_| state.may_write) {
        let mine = move || now(state, |t| t.row.assignee.as_ref().is_some_and(|a| a.id == me));
        let to_me = move || (!mine()).then_some("Assign to me");
        use_command(Command::named(to_me).key("m").icon("user-check"), move |_| {
            change(state, TicketProperty::Assignee, me.to_string());
        });
        given_out(state);
        sorted(state);
        ended(state);
        let preferred = use_preferences();
        let after = || word_choices(AfterSend::ALL.iter().map(|a| (a.as_str(), a.label())));
        let after = Command::new("After sending …").icon("send").choices(after);
        use_command(after, move |word| {
            if let Ok(choice) = word.parse() {
                preferred.choose(Preference::AfterSend(choice));
            }
        });
    }
    use_command(Command::new("Copy link").icon("link"), move |_| {
        let origin = window().location().origin().unwrap_or_default();
        let href = untrack(|| route.ticket_href(state.number));
        copy(format!("{origin}{href}"), toasts);
    });
    use_command(Command::new("Copy number").icon("hash"), move |_| {
        copy(format!("#{}", state.number), toasts);
    });
}

/// Whose it is.
fn given_out(state: TicketState) {
    let assignable = state.details;
    let word = |id: Option<UserId>| id.map(|id| id.to_string()).unwrap_or_default();
    let people = move || assignable.with_untracked(|d| choices::people(&d.assignable, word));
    let assign = Command::named(able(state, "Assign to …")).key("a").icon("user").choices(people);
    let assign = assign.now(move || state.holds(TicketProperty::Assignee));
    use_command(assign, move |id| change(state, TicketProperty::Assignee, id));
    let word = |id: Option<TeamId>| id.map(|id| id.to_string()).unwrap_or_default();
    let teams = move || assignable.with_untracked(|d| choices::teams(&d.assignable, word));
    let team = Command::named(able(state, "Give to team …")).icon("users").choices(teams);
    let team = team.now(move || state.holds(TicketProperty::Team));
    use_command(team, move |id| change(state, TicketProperty::Team, id));
}

/// Status, priority, tags.
fn sorted(state: TicketState) {
    let word = |label: Option<LabelId>| {
        label.map_or_else(|| Status::New.as_str().into(), |label| label.to_string())
    };
    let statuses = move || state.details.with_untracked(|d| choices::statuses(&d.assignable, word));
    let status =
        Command::named(able(state, "Set status …")).key("o").icon("circle-dot").choices(statuses);
    let status = status.now(move || state.holds(TicketProperty::Status));
    use_command(status, move |value| change(state, TicketProperty::Status, value));
    let priorities = || choices::priorities(|p| p.as_str().into());
    let priority = Command::named(able(state, "Set priority …"))
        .key("p")
        .icon("chart-column")
        .choices(priorities)
        .now(move || state.holds(TicketProperty::Priority));
    use_command(priority, move |value| change(state, TicketProperty::Priority, value));
    let add = Command::named(able(state, "Add tag …")).key("t").icon("tag").text("Name of the tag");
    use_command(add, move |tag| change(state, TicketProperty::Tag, tag));
    let has_tags = move || now(state, |t| !t.row.tags.is_empty()).then_some("Remove tag …");
    let tags = move || now(state, |t| t.row.tags.iter().map(|t| (t.clone(), t.clone())).collect());
    use_command(Command::named(has_tags).icon("tag").choices(tags), move |tag| {
        change(state, TicketProperty::Untag, tag);
    });
}

/// What takes it off the list.
fn ended(state: TicketState) {
    let closed = move || now(state, |t| t.row.status == Status::Closed);
    let close = move || Some(if closed() { "Reopen" } else { "Close" });
    use_command(Command::named(close).key("e").icon("circle-check"), move |_| {
        change(state, TicketProperty::Status, if closed() { "open" } else { "closed" });
    });
    let clock = use_clock();
    let snoozes = move || choices::snoozes(clock, |until| until);
    let snooze = Command::named(able(state, SNOOZE)).key("s").icon("moon");
    let snooze = snooze.choices(snoozes).until("");
    use_command(snooze, move |until| change(state, TicketProperty::Snooze, until));
    let spam = move || now(state, |t| t.spam_at.is_some());
    let mark = move || Some(if spam() { "No spam" } else { "Mark as spam" });
    use_command(Command::named(mark).key("!").icon("shield"), move |_| {
        change(state, TicketProperty::Spam, if spam() { "no" } else { "yes" });
    });
    let merge = Command::named(able(state, "Merge into …")).icon("git-merge").text("#1042");
    use_command(merge, move |number| change(state, TicketProperty::Merge, number));
}

/// Goes on once an edit made the ticket done with.
pub(super) fn go_on_after_edits(state: TicketState) {
    let (onward, navigate) = (use_onward(), use_navigate());
    let (edits, customer, number) = (state.edits, state.customer, state.number);
    let origin = use_origin();
    // Opened again, woken, no spam after all: here or by somebody else.
    let to_do = move |t: &Ticket| {
        let sleeps = t.row.status == Status::Snoozed;
        !(t.row.status.is_closed() || sleeps || t.spam_at.is_some() || t.merged_into.is_some())
    };
    let to_do = Memo::new(move |_| state.ticket.with(to_do));
    Effect::new(move |_| {
        if to_do.get() {
            origin.take_in(number);
        }
    });
    edits.on_done(number, move |edit| {
        if is_done_with(state, &edit.field.1, &edit.value) && onward.done(customer, number, true) {
            let navigate = navigate.clone();
            edits.left(number, move || {
                navigate(&format!("/customers/{customer}/tickets/{number}"), Default::default());
            });
        }
    });
}

/// Whether a change takes the ticket off the list of what is to do.
fn is_done_with(state: TicketState, property: &TicketProperty, value: &str) -> bool {
    match property {
        TicketProperty::Snooze => !value.is_empty(),
        TicketProperty::Spam => value == "yes",
        TicketProperty::Status => match value.parse() {
            Ok(label) => closes(state, StatusChoice::Label(label)),
            Err(_) => value == Status::Closed.as_str(),
        },
        _ => false,
    }
}

/// The same for what is done with a message; the last status counts.
pub(super) fn leaves(state: TicketState, effects: &[TicketEffect]) -> bool {
    let ends = effects.iter().rev().find_map(|effect| match effect {
        TicketEffect::Snooze(_) => Some(true),
        TicketEffect::Status(status) => Some(closes(state, *status)),
        _ => None,
    });
    ends.unwrap_or_default()
}

fn closes(state: TicketState, status: StatusChoice) -> bool {
    match status {
        StatusChoice::Status(status) => status == Status::Closed,
        StatusChoice::Label(id) => state.details.with_untracked(|d| {
            let label = d.assignable.labels.iter().find(|l| l.id == id);
            label.is_some_and(|l| l.category == StatusCategory::Closed)
        }),
    }
}

/// Changes a property as its own editor would.
fn change(state: TicketState, property: TicketProperty, value: impl Into<String>) {
    let (value, was) = (value.into(), state.replaced(&property));
    let undo = state.undo_of(&property, &value);
    state.edits.push(state.number, property, &value, was, undo);
}

/// The name of what can be done as long as the ticket is not merged into another.
fn able(state: TicketState, what: &'static str) -> impl Fn() -> Option<&'static str> + Send + Sync {
    move || (!now(state, |t| t.merged_into.is_some())).then_some(what)
}

/// The ticket as it is now; a page that was left has none.
fn now<T: Default>(state: TicketState, read: impl FnOnce(&Ticket) -> T) -> T {
    state.ticket.try_with_untracked(read).unwrap_or_default()
}

fn word_choices(words: impl Iterator<Item = (&'static str, &'static str)>) -> Vec<Choice> {
    words.map(|(word, label)| (word.into(), label.into())).collect()
}
