//! Files: what came with mail, what agents send along, and the pictures made of them.
//!
//! The bytes are written first and their rows commit afterwards. When there is no room, nothing
//! commits: a form answers with an error, and a mail stays raw and is filed later.

mod keep;
mod kind;
mod read;
mod thumb;
mod tidy;
mod upload;
mod verify;

pub(crate) use keep::{Kept, NewFile, copies, inserts, keep};
pub use read::{Opened, open, shown};
pub use thumb::thumbnail;
pub(crate) use thumb::{Unfit, decode};
pub(crate) use tidy::TidyFiles;
pub use tidy::tidy;
pub(crate) use upload::{Attached, attach};
pub use upload::{NewUpload, for_new_ticket, take_back, upload};
pub use verify::{Named, Report, verify};
