//! What a key or the palette does to the chosen tickets, or to the one that the cursor is on, once
//! it is said to whom, until when or to what.

use super::list::List;
use crate::panes::ticket::choices;
use crate::ui::shortcuts::{Choice, Command, use_command, use_shortcut};
use crate::ui::time::use_clock;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use rapport_domain::ticket::{Assignable, BulkChange, Status};

/// How a change begins that puts a ticket to sleep; until when goes after it.
const SNOOZE: &str = "snooze:";

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
        choices::people(&known(), |person| BulkChange::Assign(person).to_string())
    });
    offer(list, "Give to team …", "", "users", move || {
        choices::teams(&known(), |team| BulkChange::Team(team).to_string())
    });
    offer(list, "Set status …", "o", "circle-dot", move || {
        let change =
            |label: Option<_>| label.map_or(BulkChange::Status(Status::New), BulkChange::Label);
        choices::statuses(&known(), |label| change(label).to_string())
    });
    offer(list, "Set priority …", "p", "chart-column", || {
        choices::priorities(|priority| BulkChange::Priority(priority).to_string())
    });
    let clock = use_clock();
    let snoozes = move || choices::snoozes(clock, |until| format!("{SNOOZE}{until}"));
    let snooze = named(list, "Snooze …").key("s").icon("moon").choices(snoozes).until(SNOOZE);
    changes(list, snooze);
    let tag = named(list, "Add tag …").key("t").icon("tag").text("Name of the tag");
    use_command(tag, move |tag| list.change(BulkChange::Tag(tag.trim().into())));
}

/// One that takes a choice: each is a change in words.
fn offer(
    list: List,
    what: &'static str,
    key: &'static str,
    icon: &'static str,
    choices: impl Fn() -> Vec<Choice> + Send + Sync + 'static,
) {
    changes(list, named(list, what).key(key).icon(icon).choices(choices));
}

/// Carries out what was chosen.
fn changes(list: List, command: Command) {
    use_command(command, move |word| {
        // The choices were written above, a time by the palette.
        if let Ok(change) = word.parse() {
            list.change(change);
        }
    });
}

fn named(list: List, what: &'static str) -> Command {
    Command::named(move || list.has_cursor().then_some(what))
}
