//! Sessions as people see them listed, and the parts of one as they are read.

use super::Index;
use crate::ids::{CustomerId, RecordingId};
use crate::page::Cursor;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A recorded session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Recording {
    pub id: RecordingId,
    /// Whose it is; after a merge the one who brought it.
    pub customer: CustomerId,
    /// By our clock.
    pub started_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// Whether something came within the last minute.
    pub live: bool,
    pub duration_s: i64,
    pub active_s: i32,
    pub page_views: i32,
    pub clicks: i32,
    pub errors: i32,
    pub rage_clicks: i32,
    /// Paths of pages, in the order in which they were seen first.
    pub paths: Vec<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    /// `desktop`, `tablet` or `phone`.
    pub device: Option<String>,
    /// `1440×900`.
    pub screen: Option<String>,
    pub time_zone: Option<String>,
    /// Tabs that it was recorded in.
    pub windows: Vec<String>,
    /// Bytes that it takes up.
    pub bytes: i64,
    /// Milliseconds by which our clock was ahead of the browser's.
    #[serde(skip)]
    pub clock_offset_ms: i64,
    #[serde(skip)]
    pub index: Index,
}

impl Recording {
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.started_at, self.id.0)
    }
}

/// Which sessions of a customer's are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordingFilter {
    /// Part of a path.
    pub page: Option<String>,
    pub has_error: bool,
    pub longer_than_s: Option<i32>,
    pub device: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// A stretch of one window's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where its bytes lie, packed.
    pub file: crate::ids::AttachmentId,
    pub offset: i64,
    pub bytes: i32,
    pub raw_bytes: i32,
    /// Milliseconds of the browser's clock.
    pub first_at: i64,
    pub last_at: i64,
    /// Something before it never arrived.
    pub gap: bool,
}

/// Where reading begins, in milliseconds of the browser's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// At the last whole picture of the page at or before that.
    Seek(i64),
    /// With what comes after that.
    On(i64),
}
