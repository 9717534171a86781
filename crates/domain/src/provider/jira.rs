//! An issue tracker. It stands on many hosts; its path is the same on all:
//! `https://acme.atlassian.net/browse/SUP-7`.

use super::{IssueKey, IssueLinks, Provider};
use crate::timeline::EventKind;

pub static JIRA: Provider = Provider {
    key: "jira",
    name: "Jira",
    icon: Some("circle-dot"),
    kind: EventKind::Event,
    issues: Some(IssueLinks { host: None, before_key: &["browse"], key: IssueKey::Project }),
};
