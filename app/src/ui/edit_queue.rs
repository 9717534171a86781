//! Edits of one's own on their way to the server: one after the other for each thing, none lost.
//!
//! An edit of a value carries the value that it replaces. A second edit of the same field waits for
//! the first and replaces what that one made, so nobody is ever overtaken by themselves. What was
//! refused stays with what was typed, until its author decides.

use rapport_domain::AppError;
use rapport_domain::ticket::TicketProperty;

/// What is edited: the number of a ticket and its property.
pub type Field = (i64, TicketProperty);

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub field: Field,
    pub value: String,
    /// The value that this one replaces; `None` for actions, such as one tag more.
    pub was: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Waiting,
    Sent,
    Refused(AppError),
    /// Stored as this version; shown until the page knows it.
    Saved(i32),
}

#[derive(Debug, Clone)]
struct Entry {
    id: u64,
    edit: Edit,
    state: State,
}

/// All edits that are not over yet, oldest first.
#[derive(Debug, Clone, Default)]
pub struct EditQueue {
    entries: Vec<Entry>,
    last: u64,
}

impl EditQueue {
    /// Takes an edit in; answers its id, or `None` when it changes nothing.
    pub fn push(&mut self, mut edit: Edit) -> Option<u64> {
        let known = self.entries.iter().rposition(|e| e.edit.field == edit.field);
        if edit.was.is_none() {
            let same =
                |e: &Entry| e.edit == edit && matches!(e.state, State::Waiting | State::Sent);
            if self.entries.iter().any(same) {
                return None;
            }
            self.drop_refused(&edit.field);
        } else if let Some(at) = known {
            let entry = &mut self.entries[at];
            match entry.state {
                State::Waiting => {
                    entry.edit.value = edit.value;
                    return Some(entry.id);
                }
                State::Sent | State::Saved(_) if entry.edit.value == edit.value => return None,
                State::Sent | State::Saved(_) => edit.was = Some(entry.edit.value.clone()),
                // It never came to be: the new words stand over what the refused ones did.
                State::Refused(_) => edit.was.clone_from(&entry.edit.was),
            }
            if !matches!(self.entries[at].state, State::Sent) {
                self.entries.remove(at);
            }
        } else if edit.was.as_ref() == Some(&edit.value) {
            return None;
        }
        self.last += 1;
        self.entries.push(Entry { id: self.last, edit, state: State::Waiting });
        Some(self.last)
    }

    /// The next edit to send: the oldest of a ticket of which none is under way.
    pub fn take(&mut self) -> Option<(u64, Edit)> {
        let busy: Vec<i64> = self
            .entries
            .iter()
            .filter(|e| e.state == State::Sent)
            .map(|e| e.edit.field.0)
            .collect();
        let next = |e: &&mut Entry| e.state == State::Waiting && !busy.contains(&e.edit.field.0);
        let entry = self.entries.iter_mut().find(next)?;
        entry.state = State::Sent;
        Some((entry.id, entry.edit.clone()))
    }

    /// What the server said to an edit: the version that it made, or why not.
    pub fn answered(&mut self, id: u64, answer: Result<i32, AppError>) {
        let Some(at) = self.entries.iter().position(|e| e.id == id) else { return };
        let edit = self.entries[at].edit.clone();
        let follower = self
            .entries
            .iter_mut()
            .find(|e| e.id > id && edit.was.is_some() && e.edit.field == edit.field);
        match (answer, follower) {
            // The later words count; what they replace is still what the earlier ones did.
            (Err(_), Some(follower)) => {
                follower.edit.was = edit.was;
                self.entries.remove(at);
            }
            (Err(error), None) => self.entries[at].state = State::Refused(error),
            (Ok(version), None) if edit.was.is_some() => {
                self.entries[at].state = State::Saved(version);
            }
            (Ok(_), _) => drop(self.entries.remove(at)),
        }
    }

    /// What a field shows in place of what the page knows at `version`.
    pub fn shown(&self, field: &Field, version: i32) -> Option<&str> {
        let entry = self.entries.iter().rev().find(|e| e.edit.field == *field)?;
        let known = matches!(entry.state, State::Saved(saved) if saved <= version);
        (entry.edit.was.is_some() && !known).then_some(entry.edit.value.as_str())
    }

    /// Whether an edit of the field is on its way.
    pub fn is_pending(&self, field: &Field) -> bool {
        let on_its_way = |e: &Entry| matches!(e.state, State::Waiting | State::Sent);
        self.entries.iter().any(|e| e.edit.field == *field && on_its_way(e))
    }

    /// Whether any edit is on its way.
    pub fn is_busy(&self) -> bool {
        self.entries.iter().any(|e| matches!(e.state, State::Waiting | State::Sent))
    }

    /// The edit of a field that was refused, and why.
    pub fn refused(&self, field: &Field) -> Option<(&Edit, &AppError)> {
        self.entries.iter().find_map(|e| match &e.state {
            State::Refused(error) if e.edit.field == *field => Some((&e.edit, error)),
            _ => None,
        })
    }

    /// Forgets what was refused.
    pub fn drop_refused(&mut self, field: &Field) {
        let refused = |e: &Entry| matches!(e.state, State::Refused(_)) && e.edit.field == *field;
        self.entries.retain(|e| !refused(e));
    }

    /// Sends what was refused once more, over what others made of the field meanwhile.
    pub fn insist(&mut self, field: &Field) {
        for entry in self.entries.iter_mut().filter(|e| e.edit.field == *field) {
            let State::Refused(error) = &entry.state else { continue };
            if let AppError::Changed(by) = error
                && let Some(theirs) = by.iter().find(|o| o.field == field.1.to_string())
            {
                entry.edit.was = Some(theirs.value.clone());
            }
            entry.state = State::Waiting;
        }
    }

    /// Forgets what the page shows by itself since it knows this version of a ticket; answers
    /// whether there was anything.
    pub fn settle(&mut self, number: i64, version: i32) -> bool {
        let known = |e: &Entry| matches!(e.state, State::Saved(saved) if saved <= version);
        let before = self.entries.len();
        self.entries.retain(|e| e.edit.field.0 != number || !known(e));
        self.entries.len() != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::error::Theirs;

    fn set(property: &str, was: &str, value: &str) -> Edit {
        Edit { field: field(property), value: value.into(), was: Some(was.into()) }
    }

    fn field(property: &str) -> Field {
        (7, TicketProperty::Field(property.into()))
    }

    #[test]
    fn enter_and_then_leaving_the_field_is_one_edit() {
        let mut queue = EditQueue::default();
        let id = queue.push(set("plan", "a", "b")).unwrap();
        queue.take().unwrap();
        assert_eq!(queue.push(set("plan", "a", "b")), None, "under way");
        queue.answered(id, Ok(2));
        assert_eq!(queue.push(set("plan", "b", "b")), None, "done");
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn edits_of_a_ticket_go_one_by_one_and_other_tickets_do_not_wait() {
        let mut queue = EditQueue::default();
        let first = queue.push(set("plan", "a", "b")).unwrap();
        queue.push(set("seats", "1", "2"));
        queue.push(Edit {
            field: (8, TicketProperty::Field("plan".into())),
            ..set("plan", "x", "y")
        });
        assert_eq!(queue.take().unwrap().1, set("plan", "a", "b"));
        assert_eq!(queue.take().unwrap().1.field.0, 8);
        assert_eq!(queue.take(), None);
        queue.answered(first, Ok(2));
        assert_eq!(queue.take().unwrap().1, set("seats", "1", "2"));
    }

    #[test]
    fn a_second_edit_replaces_what_the_first_one_made() {
        let mut queue = EditQueue::default();
        let first = queue.push(set("plan", "a", "b")).unwrap();
        queue.take();
        queue.push(set("plan", "b", "c"));
        queue.push(set("plan", "c", "d"));
        assert_eq!(queue.shown(&field("plan"), 1), Some("d"));
        queue.answered(first, Ok(2));
        let (second, edit) = queue.take().unwrap();
        assert_eq!(edit, set("plan", "b", "d"), "those that wait become one");
        queue.answered(second, Ok(3));
        assert_eq!(queue.shown(&field("plan"), 2), Some("d"), "the page knows the first only");
        assert_eq!(queue.shown(&field("plan"), 3), None);
        queue.settle(7, 3);
        assert!(queue.entries.is_empty());
    }

    #[test]
    fn what_is_refused_keeps_its_words_until_somebody_decides() {
        let theirs = || AppError::Changed(vec![Theirs::new("Sam", "field:plan", "z", "Z")]);
        let mut queue = EditQueue::default();
        let id = queue.push(set("plan", "a", "b")).unwrap();
        queue.take();
        queue.answered(id, Err(theirs()));
        assert_eq!(queue.shown(&field("plan"), 9), Some("b"));
        assert!(queue.refused(&field("plan")).is_some() && !queue.is_busy());
        queue.insist(&field("plan"));
        let (id, edit) = queue.take().unwrap();
        assert_eq!(edit, set("plan", "z", "b"));
        queue.answered(id, Err(theirs()));
        queue.drop_refused(&field("plan"));
        assert_eq!(queue.shown(&field("plan"), 9), None);
    }

    #[test]
    fn an_edit_after_a_refused_one_still_knows_what_it_replaces() {
        let wrong = || AppError::invalid("plan", "No.");
        let mut queue = EditQueue::default();
        let first = queue.push(set("plan", "a", "b")).unwrap();
        queue.take();
        queue.push(set("plan", "b", "c"));
        queue.answered(first, Err(wrong()));
        let (second, edit) = queue.take().unwrap();
        assert_eq!(edit, set("plan", "a", "c"));
        queue.answered(second, Err(wrong()));
        queue.push(set("plan", "c", "d"));
        assert_eq!(queue.take().unwrap().1, set("plan", "a", "d"));
    }

    #[test]
    fn actions_all_happen_but_a_double_click_is_one() {
        let tag = |value: &str| Edit { was: None, ..set("tag", "", value) };
        let mut queue = EditQueue::default();
        let first = queue.push(tag("bug")).unwrap();
        queue.take();
        assert_eq!(queue.push(tag("bug")), None);
        assert!(queue.push(tag("export")).is_some());
        queue.answered(first, Ok(2));
        assert_eq!(queue.take().unwrap().1, tag("export"));
        assert_eq!(queue.shown(&field("tag"), 1), None, "an action shows no value");
    }
}
