//! What was done to a ticket that a timeline tells of.

use crate::sentence;
use rapport_domain::timeline::{TicketChange, TicketNow};

/// Changes that are counted of one ticket; more are "99+".
const COUNTED: i64 = 99;

/// `5 changes`; `None` when nothing was done.
pub fn changes_text(now: &TicketNow) -> Option<String> {
    match now.changes {
        ..=0 => None,
        1 => Some("1 change".into()),
        n if n > COUNTED => Some(format!("{COUNTED}+ changes")),
        n => Some(format!("{n} changes")),
    }
}

/// `Sam Ortiz changed status Open → Pending`.
pub fn change_text(change: &TicketChange) -> String {
    let actor = change.actor.as_deref().unwrap_or("Somebody");
    match change.title.as_str() {
        "" => format!("{} by {actor}", sentence(&change.name)),
        title => format!("{actor} {title}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::ticket::Status;

    #[test]
    fn changes_are_counted_in_words() {
        let now = |changes| TicketNow {
            number: 1,
            status: Status::Open,
            label: None,
            changes,
            newest: None,
        };
        assert_eq!(changes_text(&now(0)), None);
        assert_eq!(changes_text(&now(1)).as_deref(), Some("1 change"));
        assert_eq!(changes_text(&now(100)).as_deref(), Some("99+ changes"));
        assert!(now(1).has_more() && !now(0).has_more());
    }
}
