//! An issue tracker: `https://linear.app/acme/issue/ENG-482/export-drops`.

use super::{IssueKey, IssueLinks, Provider};
use crate::timeline::EventKind;

pub static LINEAR: Provider = Provider {
    key: "linear",
    name: "Linear",
    icon: Some("circle-dot"),
    kind: EventKind::Event,
    issues: Some(IssueLinks {
        host: Some("linear.app"),
        before_key: &["issue"],
        key: IssueKey::Project,
    }),
};
