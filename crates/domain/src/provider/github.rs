//! An issue tracker: `https://github.com/acme/app/issues/12`.

use super::{IssueKey, IssueLinks, Provider};
use crate::timeline::EventKind;

pub static GITHUB: Provider = Provider {
    key: "github",
    name: "GitHub",
    icon: Some("circle-dot"),
    kind: EventKind::Event,
    issues: Some(IssueLinks {
        host: Some("github.com"),
        before_key: &["issues", "pull"],
        key: IssueKey::Repository,
    }),
};
