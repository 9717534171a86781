//! The kinds of timeline events.

use crate::vocabulary;

vocabulary! {
    /// What a timeline event is about; each has a chip in the filter row.
    EventKind {
        Ticket => "ticket", "Tickets";
        Event => "event", "Events";
        Session => "session", "Sessions";
        Error => "error", "Errors";
        Call => "call", "Calls";
        Crm => "crm", "CRM";
        Help => "help", "Help centre";
        Activity => "activity", "Activity";
    }
}

impl EventKind {
    /// The icon in the sprite, unless the event names its own.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Ticket => "inbox",
            Self::Event => "zap",
            Self::Session => "play",
            Self::Error => "bug",
            Self::Call => "phone",
            Self::Crm => "target",
            Self::Help => "book",
            Self::Activity => "arrow-left-right",
        }
    }
}
