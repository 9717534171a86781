//! Tickets as other systems write them: people by e-mail, teams by name.

use super::{Channel, NewIssue, NewParticipant, Priority, Status};
use crate::timeline::CustomerRef;
use crate::{IssueId, patch};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A ticket to open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TicketInput {
    /// Whose ticket it is; they must exist.
    pub customer: CustomerRef,
    pub subject: String,
    /// `new` unless said otherwise.
    #[serde(default)]
    pub status: Option<Status>,
    /// A status as the workspace calls it, by name or id; it decides `status` too.
    #[serde(default)]
    pub label: Option<String>,
    /// `normal` unless said otherwise.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// `api` unless said otherwise.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The address or widget it came to.
    #[serde(default)]
    pub mailbox: Option<String>,
    /// An agent's e-mail or id.
    #[serde(default)]
    pub assignee: Option<String>,
    /// A team's name or id.
    #[serde(default)]
    pub team: Option<String>,
    #[serde(default, deserialize_with = "patch::some_list")]
    pub tags: Vec<String>,
    /// Values of custom fields by key.
    #[serde(default, deserialize_with = "patch::map")]
    pub fields: BTreeMap<String, Value>,
    /// Now unless said otherwise.
    #[serde(default)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The number it had elsewhere, for imports; refused when another ticket has it.
    #[serde(default)]
    pub number: Option<i64>,
}

/// A change of a ticket: absent fields stay as they are, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TicketPatch {
    /// The version that was read; when the ticket has changed since, nothing is done (409).
    /// Absent means: whatever it is now.
    pub version: Option<i32>,
    #[serde(deserialize_with = "patch::never_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = String))]
    pub subject: Option<String>,
    #[serde(deserialize_with = "patch::never_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Status))]
    pub status: Option<Status>,
    /// A status as the workspace calls it, by name or id; it decides `status` too.
    #[serde(deserialize_with = "patch::never_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = String))]
    pub label: Option<String>,
    #[serde(deserialize_with = "patch::never_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Priority))]
    pub priority: Option<Priority>,
    /// An agent's e-mail or id.
    #[serde(deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>))]
    pub assignee: Option<Option<String>>,
    /// A team's name or id.
    #[serde(deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>))]
    pub team: Option<Option<String>>,
    /// All tags that the ticket has from now on.
    #[serde(deserialize_with = "patch::list", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Custom fields by key; `null` removes the value.
    #[serde(deserialize_with = "patch::map")]
    pub fields: BTreeMap<String, Value>,
    /// An issue that is linked already gets the new title and state.
    pub link_issue: Option<NewIssue>,
    pub unlink_issue: Option<IssueId>,
    pub add_participant: Option<NewParticipant>,
    /// The e-mail of somebody who leaves the conversation.
    pub remove_participant: Option<String>,
    /// Snoozes the ticket: it comes back as open at that time, or when the customer writes; `null`
    /// wakes it.
    #[serde(deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<DateTime<Utc>>))]
    pub snoozed_until: Option<Option<DateTime<Utc>>>,
    #[serde(deserialize_with = "patch::never_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = bool))]
    pub spam: Option<bool>,
}
