//! What a ticket can be given, as the palette offers it. `word` writes a choice the way that
//! whoever takes it reads it.

use super::actions::SNOOZES;
use crate::ui::shortcuts::Choice;
use crate::ui::time::Clock;
use leptos::prelude::untrack;
use rapport_domain::ticket::{Assignable, Priority, Status};
use rapport_domain::{LabelId, TeamId, UserId};
use std::iter::once;

/// Everybody, and nobody first.
pub(crate) fn people(from: &Assignable, word: impl Fn(Option<UserId>) -> String) -> Vec<Choice> {
    let people = from.people.iter().map(|person| (word(Some(person.id)), person.name.clone()));
    once((word(None), "Nobody".into())).chain(people).collect()
}

pub(crate) fn teams(from: &Assignable, word: impl Fn(Option<TeamId>) -> String) -> Vec<Choice> {
    let teams = from.teams.iter().map(|team| (word(Some(team.id)), team.name.clone()));
    once((word(None), "No team".into())).chain(teams).collect()
}

/// The workspace's own statuses, and before them "New", which has no label.
pub(crate) fn statuses(from: &Assignable, word: impl Fn(Option<LabelId>) -> String) -> Vec<Choice> {
    let labels = from.labels.iter().map(|label| (word(Some(label.id)), label.name.clone()));
    once((word(None), Status::New.label().into())).chain(labels).collect()
}

pub(crate) fn priorities(word: impl Fn(Priority) -> String) -> Vec<Choice> {
    Priority::ALL.iter().map(|p| (word(*p), p.label().into())).collect()
}

/// Until when it can sleep, in RFC 3339.
pub(crate) fn snoozes(clock: Clock, word: impl Fn(String) -> String) -> Vec<Choice> {
    let choice =
        |(label, until): &(&str, fn(Clock) -> String)| (word(until(clock)), (*label).into());
    untrack(|| SNOOZES.iter().map(choice).collect())
}
