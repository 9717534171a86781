//! What a key or the palette does to the chosen tickets, or to the one that the cursor is on, once
//! it is said to whom, until when or to what.

use super::list::List;
use crate::panes::ticket::SNOOZES;
use crate::ui::shortcuts::{Choice, Command, use_command, use_shortcut};
use crate::ui::time::use_clock;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use rapport_domain::ticket::{Assignable, BulkChange, Priority, Status};

/// Puts them into the table, for as long as the list is open.
pub fn use_list_commands(list: List, assignable: Signal<Assignable>) {
    if !list.may_write {
        return;
    }
    let navigate = use_navigate();
    use_shortcut("N", "New ticket", move || {
        navigate("/customers?for=ticket", Default::default());
    });
    let known = move || untrack(|| assignable.try_get()).unwrap_or_default();
    offer(list, "Assign to …", "a", "user", move || {
        let people = known().people.into_iter().map(|p| (format!("assign:{}", p.id), p.name));
        std::iter::once(("assign:none".into(), "Nobody".into())).chain(people).collect()
    });
    offer(list, "Set status …", "o", "circle-dot", move || {
        let new = (BulkChange::Status(Status::New).to_string(), Status::New.label().to_string());
        let labels = known().labels.into_iter().map(|l| (format!("status:{}", l.id), l.name));
        std::iter::once(new).chain(labels).collect()
    });
    offer(list, "Set priority …", "p", "chart-column", || {
        let word = |p: &Priority| (format!("priority:{}", p.as_str()), p.label().to_string());
        Priority::ALL.iter().map(word).collect()
    });
    let clock = use_clock();
    offer(list, "Snooze …", "s", "moon", move || {
        let until = |(label, until): &(&str, fn(_) -> String)| {
            (format!("snooze:{}", untrack(|| until(clock))), (*label).to_string())
        };
        SNOOZES.iter().map(until).collect()
    });
    let toasts = use_toasts();
    let tag = Command::named(move || list.has_cursor().then_some("Add tag …"));
    use_command(tag.key("t").icon("tag").text("Name of the tag"), move |tag| {
        match format!("tag:{tag}").parse() {
            Ok(change) => list.change(change),
            Err(error) => toasts.fail(rapport_domain::AppError::to_string(&error)),
        }
    });
}

/// One that takes a choice; each is a change in words.
fn offer(
    list: List,
    what: &'static str,
    key: &'static str,
    icon: &'static str,
    choices: impl Fn() -> Vec<Choice> + Send + Sync + 'static,
) {
    let command = Command::named(move || list.has_cursor().then_some(what));
    use_command(command.key(key).icon(icon).choices(choices), move |word| {
        // A word of this list's own, or a time that has passed since it was offered.
        if let Ok(change) = word.parse() {
            list.change(change);
        }
    });
}
