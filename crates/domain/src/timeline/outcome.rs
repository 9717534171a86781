//! What became of a received event.

use crate::error::{AppError, FieldError};
use crate::ids::EventId;
use serde::{Deserialize, Serialize};

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// Stored.
    Created,
    /// Kept until its customer appears; then it stands on their timeline.
    Unlinked,
    /// Taken, and nothing to do; see the errors for why.
    Ignored,
    /// An event with this source and dedupe key was there already.
    Duplicate,
    /// Not stored; see the errors.
    Rejected,
}

/// What became of one event, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct EventResult {
    pub status: EventOutcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What could not be read and was set aside; the event itself was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldError>,
}

impl EventResult {
    /// Taken, with nothing to do, for this reason.
    pub fn ignored(reason: &str) -> Self {
        let errors = vec![FieldError { field: String::new(), message: reason.into() }];
        Self { status: EventOutcome::Ignored, id: None, errors, warnings: Vec::new() }
    }

    /// A refusal.
    pub fn rejected(error: AppError) -> Self {
        let errors = match error {
            AppError::Invalid(errors) => errors,
            other => vec![FieldError { field: String::new(), message: other.to_string() }],
        };
        Self { status: EventOutcome::Rejected, id: None, errors, warnings: Vec::new() }
    }
}
