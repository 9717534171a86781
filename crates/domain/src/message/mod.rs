//! Messages and internal notes: what may be written, and how a ticket's thread shows them.

mod delivery;
mod effect;
mod file;
mod links;
mod mail;
mod new;
mod newer;
mod quote;
mod thread;
mod times;
mod write;

pub use delivery::{
    Answers, DeliveryState, LeftOut, NOT_VIEWED_AFTER, NotAdded, Recipient, RecipientRole,
    Recipients, Returned, opened_by_machine, parse_addresses, receipt_of, shown_receipt,
};
pub use effect::{Effect, StatusChoice};
pub use file::{Attachment, Look, PICTURES, Upload, UploadRefusal, Uploaded, size_text};
pub use links::{Segment, segments};
pub use mail::{Envelope, MailClass, MailFacts, MailSource, Outcome, Seal, Verdict, Verdicts};
pub use new::{HeaderLine, InboundEmail, NewAttachment, NewCsat, NewMessage};
pub use newer::{NewerMessage, overtaken};
pub use quote::{attribution, quoted};
pub use thread::{Delivery, Message, ThreadActivity, ThreadPage, TicketDetails, main_headers};
pub use times::{Piece, SpokenTime, pieces};
pub use write::{
    Desk, FirstKind, FirstMessage, MessageMode, Opening, WriteMessage, WriteNote, Written,
};
