//! Tickets: writing them, one of them, a customer's, and the inbox.
//!
//! Whoever writes locks in this order: customer, team (for a turn), workspace (for a
//! number), ticket.

mod assignable;
mod inbox;
mod labels;
mod list;
mod merge;
mod moved;
mod one;
mod parts;
mod recount;
mod split;
mod write;

pub(crate) use assignable::{ASSIGNABLE, AssignableColumns};
pub use inbox::{delete_view, move_view, save_view, update_view};
pub use labels::{insert_label, labels, lock_labels, update_label};
pub use merge::{customer_of, give_to_customer, has_taken_in, part, take_in};
pub use moved::{Moved, Standing};
pub(crate) use one::{TicketColumns, push_ticket};
pub use parts::{
    add_participant, join_unproven, link_issue, note_automatic, part_counts, remove_participant,
    takes_part, unlink_issue,
};
pub use recount::recount;
pub use split::{Chosen, chosen, split_off};
pub use write::{
    InsertTicket, LockedTicket, MessageTouch, count_on_customer, insert_ticket, lock_customer,
    lock_ticket, lock_ticket_by_id, touch_by_message, update_ticket,
};
