//! Messages: writing them, e-mail as it arrives, the open ticket, and files.
//!
//! Whoever takes in an e-mail locks in this order: its raw row, its Message-ID, the
//! sender's address, then customer and ticket as [`crate::tickets`] does.

mod details;
mod files;
mod inbound;
mod raw;
mod rows;
mod write;

pub use details::TicketDetailsRows;
pub use files::{FileRow, HtmlRow};
pub use inbound::{find_thread, lock_message_id, message_with_id};
pub use raw::{StoredRaw, lock_raw, set_raw_state};
pub use rows::{ActivityRow, MessageRow};
pub use write::{
    InsertAttachment, InsertMessage, TicketPlace, find_message, insert_attachment, insert_message,
    set_csat_score, ticket_place,
};
