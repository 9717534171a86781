//! A CRM.

use super::Provider;
use crate::timeline::EventKind;

pub static HUBSPOT: Provider = Provider {
    key: "hubspot",
    name: "HubSpot",
    icon: Some("target"),
    kind: EventKind::Crm,
    issues: None,
};
