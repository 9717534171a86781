//! What narrows a timeline beside the kinds: words, a source, a stretch of days.

use crate::{limits, text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Narrows a timeline; empty and absent parts let everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineFilter {
    /// A part of an event's name, title, text or payload, in any case.
    pub find: String,
    /// Who sent it, exactly: `sentry`.
    pub source: String,
    /// The first and the last day, in the zone of the query.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl TimelineFilter {
    /// Reads `find`, `source`, `from` and `to`; nonsense is as good as absent.
    pub(super) fn parse(get: impl Fn(&str) -> Option<String>) -> Self {
        let line = |name: &str, chars| text::excerpt(get(name).unwrap_or_default().trim(), chars);
        let day = |name: &str| get(name)?.parse::<NaiveDate>().ok();
        Self {
            find: line("find", limits::TIMELINE_FIND_CHARS),
            source: line("source", limits::NAME_CHARS),
            from: day("from"),
            to: day("to"),
        }
    }

    /// Whether events have to be looked at to know whether they are meant.
    pub fn searches(&self) -> bool {
        !self.find.is_empty() || !self.source.is_empty()
    }

    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Its parameters as the address and forms have them, those that are set.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        [
            ("find", self.find.clone()),
            ("source", self.source.clone()),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }
}
