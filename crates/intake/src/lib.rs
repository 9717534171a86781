//! Mail that comes over the network: what is found out about its sender, the SMTP and LMTP
//! listener, and the reading of IMAP mailboxes.
//!
//! All ways end in [`Intake`], which stores each mail before anything else and files it with
//! the services. Nothing here decides where a mail belongs.

pub mod addresses;
pub mod imap;
mod intake;
pub mod smtp;
mod verify;

pub use intake::{Intake, Stop};
pub use verify::Verifier;
