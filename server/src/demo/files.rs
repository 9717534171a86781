//! The fixtures, inside the program.

use anyhow::Context;
use serde_json::Value;

pub const ACCOUNTS: &str = include_str!("../../../fixtures/demo/accounts.json");
pub const CUSTOM_FIELDS: &str = include_str!("../../../fixtures/demo/custom_fields.json");
pub const CUSTOMERS: &str = include_str!("../../../fixtures/demo/customers.json");
pub const ALEX: &str = include_str!("../../../fixtures/demo/alex.json");
pub const TICKETS: &str = include_str!("../../../fixtures/demo/tickets.json");
pub const TIMELINE: &str = include_str!("../../../fixtures/demo/timeline.json");

/// The e-mails and attachments by name.
pub fn named(name: &str) -> anyhow::Result<&'static [u8]> {
    match name {
        "alex-again.eml" => Ok(include_bytes!("../../../fixtures/demo/alex-again.eml")),
        "newcomer.eml" => Ok(include_bytes!("../../../fixtures/demo/newcomer.eml")),
        "newcomer-html.eml" => Ok(include_bytes!("../../../fixtures/demo/newcomer-html.eml")),
        "usage-2026-11.csv" => Ok(include_bytes!("../../../fixtures/demo/usage-2026-11.csv")),
        "billing-settings.png" => Ok(include_bytes!("../../../fixtures/demo/billing-settings.png")),
        "invoice-2026-10.pdf" => Ok(include_bytes!("../../../fixtures/demo/invoice-2026-10.pdf")),
        _ => anyhow::bail!("there is no fixture {name}"),
    }
}

/// A fixture that is a list.
pub fn list(json: &str) -> anyhow::Result<Vec<Value>> {
    serde_json::from_str(json).context("a fixture is no list")
}
