//! What people read of what there is, and where it leads: sentences, icons, addresses, cards.
//!
//! Types and rules are the domain's; nothing is decided here and nothing is stored. It compiles to wasm,
//! so that a page reads the same on the server and in the browser.

mod address;
pub mod card;
mod event;
mod icon;
mod sentence;
mod source;
mod ticket_now;

pub use address::{Href, account_href, event_href, seen_href, tel_href};
pub use event::{EventText, property_text};
pub use icon::Icon;
pub use sentence::sentence;
pub use source::source_label;
pub use ticket_now::{change_text, changes_text};
