//! Telephony.

use super::Provider;
use crate::timeline::EventKind;

pub static DIALPAD: Provider = Provider {
    key: "dialpad",
    name: "Dialpad",
    icon: Some("phone"),
    kind: EventKind::Call,
    issues: None,
};
