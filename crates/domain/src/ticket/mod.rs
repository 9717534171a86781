//! Tickets: their words, how lists show them, what may be asked of them.

mod change;
mod inbox;
mod input;
mod issue_link;
mod label;
mod row;
mod words;

pub use change::{
    NewIssue, NewParticipant, NewTicket, TicketChange, TicketCreated, TicketVersion, check_tags,
};
pub use inbox::{AssigneeFilter, Inbox, InboxCursor, InboxQuery, InboxSort, StatusFilter};
pub use input::{TicketInput, TicketPatch};
pub use label::{LabelRef, StatusLabel};
pub use row::{
    Assignable, LinkedIssue, Participant, PersonRef, TeamRef, Ticket, TicketCustomer, TicketList,
    TicketListQuery, TicketRow, TicketScope,
};
pub use words::*;
