//! What can be asked of a ticket, checked as far as that needs no database.

use super::{Channel, IssueState, Priority, Status};
use crate::error::{AppError, Problems};
use crate::provider::IssueProvider;
use crate::{CustomerId, IssueId, LabelId, TeamId, TicketId, UserId, limits, patch, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A ticket to create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTicket {
    pub customer_id: CustomerId,
    pub subject: String,
    /// `new` unless said otherwise.
    #[serde(default)]
    pub status: Option<Status>,
    /// A status as the workspace calls it; it decides `status` too.
    #[serde(default)]
    pub label_id: Option<LabelId>,
    /// `normal` unless said otherwise.
    #[serde(default)]
    pub priority: Option<Priority>,
    pub channel: Channel,
    /// The address or widget it came to.
    #[serde(default)]
    pub mailbox: Option<String>,
    #[serde(default)]
    pub assignee_id: Option<UserId>,
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Values of custom fields by key.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// Now unless said otherwise.
    #[serde(default)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The number it had elsewhere, for imports; the next free one unless said otherwise.
    #[serde(default)]
    pub number: Option<i64>,
}

impl NewTicket {
    /// A ticket with nothing but what every ticket has.
    pub fn new(customer_id: CustomerId, subject: impl Into<String>, channel: Channel) -> Self {
        Self {
            customer_id,
            subject: subject.into(),
            status: None,
            label_id: None,
            priority: None,
            channel,
            mailbox: None,
            assignee_id: None,
            team_id: None,
            tags: Vec::new(),
            fields: BTreeMap::new(),
            submitted_at: None,
            number: None,
        }
    }

    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut problems = Problems::default();
        let subject = text::required_line("subject", &self.subject, limits::SUBJECT_CHARS);
        self.subject = problems.check(subject).unwrap_or_default();
        let mailbox = text::optional_line("mailbox", self.mailbox.as_deref(), limits::LINE_CHARS);
        self.mailbox = problems.check(mailbox).flatten();
        self.tags = problems.check(check_tags(&self.tags)).unwrap_or_default();
        if self.number.is_some_and(|n| !(1..=limits::TICKET_NUMBER_MAX).contains(&n)) {
            let max = limits::TICKET_NUMBER_MAX;
            problems.add("number", format!("A ticket number lies between 1 and {max}."));
        }
        problems.finish()?;
        Ok(self)
    }
}

/// A change of a ticket: absent fields stay as they are, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TicketChange {
    pub subject: Option<String>,
    pub status: Option<Status>,
    /// A status as the workspace calls it; it decides `status` too.
    pub label_id: Option<LabelId>,
    pub priority: Option<Priority>,
    #[serde(deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<UserId>))]
    pub assignee_id: Option<Option<UserId>>,
    #[serde(deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<TeamId>))]
    pub team_id: Option<Option<TeamId>>,
    /// All tags that the ticket has from now on.
    pub tags: Option<Vec<String>>,
    /// Custom fields by key; `null` removes the value.
    pub fields: BTreeMap<String, Value>,
    pub link_issue: Option<NewIssue>,
    pub unlink_issue: Option<IssueId>,
    pub add_participant: Option<NewParticipant>,
    /// The e-mail of somebody who leaves the conversation.
    pub remove_participant: Option<String>,
    /// Snoozes the ticket: it comes back as open at that time, or when the customer writes.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Spam is closed, and asks nobody how it went.
    pub spam: Option<bool>,
}

impl TicketChange {
    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut problems = Problems::default();
        if let Some(subject) = &self.subject {
            self.subject =
                problems.check(text::required_line("subject", subject, limits::SUBJECT_CHARS));
        }
        if let Some(tags) = &self.tags {
            self.tags = problems.check(check_tags(tags));
        }
        if let Some(issue) = self.link_issue.take() {
            self.link_issue = problems.check(issue.checked());
        }
        if let Some(person) = self.add_participant.take() {
            self.add_participant = problems.check(person.checked());
        }
        if let Some(email) = &self.remove_participant {
            self.remove_participant = problems.check(text::email("remove_participant", email));
        }
        problems.finish()?;
        Ok(self)
    }
}

/// An issue in another tracker to link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewIssue {
    pub provider: IssueProvider,
    /// As its tracker names it, `ENG-482`.
    pub key: String,
    pub url: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub state: Option<IssueState>,
}

impl NewIssue {
    fn checked(mut self) -> Result<Self, AppError> {
        let mut problems = Problems::default();
        self.key = problems
            .check(text::required_line("issue_key", &self.key, limits::EXTERNAL_ID_CHARS))
            .unwrap_or_default();
        self.url = problems
            .check(text::required_line("issue_url", &self.url, limits::URL_CHARS))
            .unwrap_or_default();
        // Anything but http could run in the page of the agent who clicks it.
        let lower = self.url.to_ascii_lowercase();
        if !self.url.is_empty() && !lower.starts_with("https://") && !lower.starts_with("http://") {
            problems.add("issue_url", "A link starts with https:// or http://.");
        }
        self.title = problems
            .check(text::optional_line("issue_title", self.title.as_deref(), limits::SUBJECT_CHARS))
            .flatten();
        problems.finish()?;
        Ok(self)
    }
}

/// Somebody to add to the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewParticipant {
    pub email: String,
    #[serde(default)]
    pub name: Option<String>,
}

impl NewParticipant {
    fn checked(mut self) -> Result<Self, AppError> {
        self.email = text::email("participant_email", &self.email)?;
        let name = self.name.as_deref();
        self.name = text::optional_line("participant_name", name, limits::NAME_CHARS)?;
        Ok(self)
    }
}

/// Tags as they are stored: lines without doubles, in the order given.
pub fn check_tags(tags: &[String]) -> Result<Vec<String>, AppError> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let Some(tag) = text::optional_line("tags", Some(tag), limits::TAG_CHARS)? else {
            continue;
        };
        if !kept.iter().any(|k| k.to_lowercase() == tag.to_lowercase()) {
            kept.push(tag);
        }
        if kept.len() > limits::TAGS_MAX {
            let message = format!("A ticket has at most {} tags.", limits::TAGS_MAX);
            return Err(AppError::invalid("tags", message));
        }
    }
    Ok(kept)
}

/// What creating a ticket answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TicketCreated {
    pub id: TicketId,
    pub number: i64,
    pub customer_id: CustomerId,
    pub version: i32,
}

/// What changing a ticket answers: the version that the next change has to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TicketVersion {
    pub number: i64,
    pub version: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_leaves_and_null_clears() {
        let leave: TicketChange = serde_json::from_str("{}").expect("json");
        assert_eq!(leave, TicketChange::default());
        let clear: TicketChange = serde_json::from_str(r#"{"assignee_id":null}"#).expect("json");
        assert_eq!(clear.assignee_id, Some(None));
        let back: TicketChange =
            serde_json::from_value(serde_json::to_value(&leave).expect("json")).expect("json");
        assert_eq!(back, leave);
        assert!(serde_json::from_str::<TicketChange>(r#"{"state":"open"}"#).is_err());
    }

    #[test]
    fn tags_lose_doubles_and_have_limits() {
        let tags = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            check_tags(&tags(&[" bug ", "Bug", "", "export"])),
            Ok(tags(&["bug", "export"]))
        );
        assert!(check_tags(&tags(&[&"x".repeat(limits::TAG_CHARS + 1)])).is_err());
        let many: Vec<String> = (0..=limits::TAGS_MAX).map(|n| n.to_string()).collect();
        assert!(check_tags(&many).is_err());
    }

    #[test]
    fn a_link_is_http() {
        let issue = |url: &str| NewIssue {
            provider: "linear".parse().expect("a tracker"),
            key: "ENG-482".into(),
            url: url.into(),
            title: None,
            state: None,
        };
        let change = |url| TicketChange { link_issue: Some(issue(url)), ..Default::default() };
        assert!(change("https://linear.app/x").checked().is_ok());
        let error = change("javascript:alert(1)").checked().unwrap_err();
        assert!(error.field("issue_url").is_some());
    }
}
