//! How the reading of a mailbox goes.

use crate::MailboxId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How the reading of a mailbox over IMAP goes, for its settings page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub mailbox: MailboxId,
    /// When its server was last reached.
    pub reached_at: Option<DateTime<Utc>>,
    /// Why it is not reached now.
    pub error: Option<String>,
    /// The mail server whose Authentication-Results are believed in mail from there.
    pub trusted_authserv: Option<String>,
}
