//! Our own REST API, where a sender names no source.

use super::Provider;
use crate::timeline::EventKind;

pub static API: Provider =
    Provider { key: "api", name: "API", icon: None, kind: EventKind::Event, issues: None };
