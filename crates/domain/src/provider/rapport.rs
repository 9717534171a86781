//! Rapport itself; nobody can send as it.

use super::Provider;
use crate::timeline::EventKind;

pub static RAPPORT: Provider = Provider {
    key: "rapport",
    name: "Rapport",
    icon: None,
    kind: EventKind::Activity,
    issues: None,
};
