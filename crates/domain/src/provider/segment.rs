//! Whoever speaks the Segment protocol.

use super::Provider;
use crate::timeline::EventKind;

pub static SEGMENT: Provider =
    Provider { key: "segment", name: "Segment", icon: None, kind: EventKind::Event, issues: None };
