//! Reads e-mail as it arrives: headers, bodies, attachments, cleaned HTML; signs reply tokens.
//!
//! Everything here takes bytes from strangers. Nothing here stores, sends or
//! decides anything; the services call [`parse`] and keep the raw mail beside
//! the result, so a better parser can read it again.

mod attachment;
mod auth_results;
mod away;
mod calendar;
mod card;
mod charset;
mod compose;
mod content;
mod file_name;
mod forward;
mod headers;
mod html;
mod html_view;
mod inline_files;
mod kind;
mod layout;
pub mod link_token;
mod parse;
mod pictures;
mod place;
mod quote;
mod repair;
pub mod reply_token;
mod report;
mod sealed;
mod shape;
mod subject;
mod tnef;

pub use attachment::{Attachment, clean_file_name, essence};
pub use auth_results::trusted_results;
pub use compose::{
    BadKey, DkimKey, OutgoingEmail, OutgoingFile, compose, markdown_html, text_html,
};
pub use forward::{Forwarded, forwarded_html, forwards};
pub use headers::{decode_header, header_addresses};
pub use html::{html_to_text, sanitize};
pub use html_view::{fold_quote, fold_signature, picture_ids, place_pictures};
pub use kind::{LOOP_HEADER, MailKind};
pub use parse::{Address, ParsedEmail, Unreadable, count_recipients, parse, peek_subject};
pub use pictures::{remote_pictures, show_pictures};
pub use quote::{Split, split_quoted};
pub use report::{Action, Bounce, Feedback, Recipient};
