//! What the deletion of a customer takes along.

use chrono::{DateTime, Utc};

/// How much of each kind; all of it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhatGoes {
    pub tickets: i64,
    pub messages: i64,
    pub files: i64,
    pub notes: i64,
    pub events: i64,
    /// Records that were merged into this one.
    pub merged: i64,
    /// Since when a deletion runs that takes a while.
    pub deleting_at: Option<DateTime<Utc>>,
}
