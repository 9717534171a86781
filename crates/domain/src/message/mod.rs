//! Messages and internal notes: what may be written, and how a ticket's thread shows them.

mod delivery;
mod file;
mod links;
mod mail;
mod new;
mod newer;
mod thread;

pub use delivery::{
    Answers, DeliveryState, NOT_VIEWED_AFTER, Recipient, RecipientRole, Recipients,
    opened_by_machine, parse_addresses, receipt_of, shown_receipt,
};
pub use file::{
    Attachment, Look, PICTURES, Upload, UploadMode, UploadRefusal, Uploaded, size_text,
};
pub use links::{Segment, segments};
pub use mail::{Envelope, MailClass, MailFacts, MailSource, Outcome, Verdict, Verdicts};
pub use new::{
    HeaderLine, InboundEmail, NewAttachment, NewCsat, NewMessage, WriteMessage, WriteNote, Written,
};
pub use newer::{NewerMessage, overtaken};
pub use thread::{Delivery, Message, ThreadActivity, ThreadPage, TicketDetails, main_headers};
