//! Messages: answers, internal notes, e-mail that comes in, and the open ticket.

mod again;
mod author;
mod details;
mod files;
mod forward;
mod inbound;
mod insert;
mod outgoing;
mod send;
mod sender;
mod undo;
mod write;

pub use details::{details, thread_page};
pub use files::{MessageHtml, message_headers, message_html, message_picture, message_raw};
pub use forward::{Forward, ToForward, forward, to_forward};
pub use inbound::{
    Arrived, StoredMail, file_mail, inbound_email, plain_address, reparse, store_mail,
    store_mail_in, stored_mail, unfiled,
};
pub use outgoing::UNDO;
pub(crate) use send::SendMail;
pub use undo::{retry_send, undo_send, undo_send_on_page};
pub use write::{add_message, note, open, opening, reply, write};
