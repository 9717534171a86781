//! Mail over real connections: SMTP, LMTP, and a real IMAP server.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]
// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]

mod dovecot;
mod imap;
mod smtp;
mod world;
