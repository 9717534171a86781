//! Our users' own help centre.

use super::Provider;
use crate::timeline::EventKind;

pub static HELP_CENTRE: Provider = Provider {
    key: "help_centre",
    name: "Help centre",
    icon: Some("book"),
    kind: EventKind::Help,
    issues: None,
};
