//! Tickets: their words, how lists show them, what may be asked of them.

mod change;
mod inbox;
mod input;
mod issue_link;
mod label;
mod row;
mod vocabulary;

pub use change::{
    NewIssue, NewParticipant, NewTicket, TicketChange, TicketCreated, TicketVersion, check_tags,
};
pub use inbox::{
    AccountFilter, AssigneeFilter, BulkChange, BulkDone, BulkFailure, BulkUndo, DueFilter, Filter,
    Inbox, InboxCursor, InboxQuery, InboxSort, MailFilter, MentionFilter, NewView, SavedView,
    StatusFilter, TagFilter, TeamFilter, TextFilter, Total, View, ViewKind, Views,
};
pub use input::{TicketInput, TicketPatch};
pub use label::{LabelRef, StatusLabel};
pub use row::{
    Assignable, LinkedIssue, Participant, PersonRef, TeamRef, Ticket, TicketCustomer, TicketList,
    TicketListQuery, TicketRow, TicketScope,
};
pub use vocabulary::*;
