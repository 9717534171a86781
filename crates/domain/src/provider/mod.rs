//! Everybody from whom something comes: one file each, and one line in [`ALL`].
//!
//! What events of a source are called, which icon they have and which kind they are unless they say
//! otherwise, and what the links to an issue tracker's issues look like: all of it is read from here.

mod api;
mod browser_sdk;
mod dialpad;
mod github;
mod help_centre;
mod hubspot;
mod issue;
mod jira;
mod linear;
mod rapport;
mod segment;
mod sentry;

pub use api::API;
pub use browser_sdk::BROWSER_SDK;
pub use dialpad::DIALPAD;
pub use github::GITHUB;
pub use help_centre::HELP_CENTRE;
pub use hubspot::HUBSPOT;
pub use issue::{IssueKey, IssueLinks, IssueProvider};
pub use jira::JIRA;
pub use linear::LINEAR;
pub use rapport::RAPPORT;
pub use segment::SEGMENT;
pub use sentry::SENTRY;

use crate::timeline::EventKind;

/// Somebody from whom events or issues come.
#[derive(Debug)]
pub struct Provider {
    /// The word that is stored and sent: `hubspot`.
    pub key: &'static str,
    /// As they write it themselves.
    pub name: &'static str,
    /// In the sprite; without one an event has its kind's.
    pub icon: Option<&'static str>,
    /// What its events are about, where they do not say.
    pub kind: EventKind,
    /// Where it is an issue tracker.
    pub issues: Option<IssueLinks>,
}

/// All of them, in the order in which people choose one. Sources are open: events come from others too.
pub static ALL: [&Provider; 11] = [
    &API,
    &BROWSER_SDK,
    &SEGMENT,
    &RAPPORT,
    &SENTRY,
    &HUBSPOT,
    &DIALPAD,
    &HELP_CENTRE,
    &LINEAR,
    &JIRA,
    &GITHUB,
];

/// The one with this key.
pub fn find(key: &str) -> Option<&'static Provider> {
    ALL.into_iter().find(|provider| provider.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_key_of_its_own_that_can_be_stored() {
        for (i, provider) in ALL.into_iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.key != provider.key), "{}", provider.key);
            assert!(provider.key.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            assert_eq!(find(provider.key).map(|p| p.name), Some(provider.name));
        }
        assert!(find("").is_none() && find("Sentry").is_none());
    }
}
