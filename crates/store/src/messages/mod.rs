//! Messages: writing them, e-mail as it arrives, the open ticket, and files.
//!
//! Whoever takes in an e-mail locks in this order: its raw row, its Message-ID, the
//! sender's address, then customer and ticket as [`crate::tickets`] does.

mod details;
mod files;
mod forward;
mod inbound;
mod mail;
mod newer;
mod outgoing;
mod raw;
mod rows;
mod undo;
mod uploads;
mod write;

pub use details::{Sending, TicketDetailsRows};
pub use files::{FileRow, HtmlRow};
pub use forward::{ForwardRow, set_forwards};
pub use inbound::{
    Namesake, answers_go_to, find_thread, find_ticket, in_copy, lock_message_id, message_with_id,
    newest_ticket, raw_of_message, sent_message, sent_to, split_off_into,
};
pub use mail::{Reread, mail_facts, replace_content, set_mail_facts, set_receipt_error};
pub use newer::newer;
pub use outgoing::{
    InsertOutgoing, Outgoing, insert_outgoing, last_sender, participant_emails, restart_outgoing,
    thread_ids, to_quote,
};
pub use raw::{
    InsertRaw, RawRow, StoredRaw, insert_raw, keep_trying, lock_raw, set_raw_concerns,
    set_raw_state,
};
pub use rows::{ActivityRow, MessageRow};
pub use undo::{Undone, forget_returned, keep_returned, take_back, ticket_of};
pub use uploads::{
    InsertUpload, UploadPlace, Waiting, attach_uploads, detach_uploads, insert_upload,
    lock_named_uploads, lock_uploads, waiting,
};
pub use write::{
    InsertAttachment, InsertMessage, TicketPlace, find_message, insert_attachments, insert_message,
    set_csat_score, ticket_place,
};
