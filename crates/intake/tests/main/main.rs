//! Mail over real connections: SMTP, LMTP, and a real IMAP server.

// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]

mod dovecot;
mod imap;
mod smtp;
mod world;
