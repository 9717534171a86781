//! Errors of our users' app.

use super::Provider;
use crate::timeline::EventKind;

pub static SENTRY: Provider = Provider {
    key: "sentry",
    name: "Sentry",
    icon: Some("bug"),
    kind: EventKind::Error,
    issues: None,
};
