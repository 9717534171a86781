//! The workspace's own words for where a ticket stands.

use super::StatusCategory;
use crate::{AppError, LabelId, limits, text};
use serde::{Deserialize, Serialize};

/// A status as a workspace calls it. What it means for the work is its category's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct StatusLabel {
    pub id: LabelId,
    pub name: String,
    pub category: StatusCategory,
    /// Its place within the category.
    pub position: i32,
    /// What a ticket gets that comes into the category by itself.
    pub is_default: bool,
    /// Given to no ticket any more; those that have it keep it.
    pub archived: bool,
}

/// The label of a ticket by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LabelRef {
    pub id: LabelId,
    pub name: String,
}

impl StatusLabel {
    /// Takes a label's name: one line.
    pub fn check_name(name: &str) -> Result<String, AppError> {
        text::required_line("name", name, limits::LABEL_CHARS)
    }
}
