//! Which stretch of a timeline, of which kinds, as the address says it.

use super::{EventKind, TimelineFilter};
use crate::address;
use crate::page::Cursor;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a stretch of the timeline lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Position {
    /// At the newest end.
    #[default]
    Newest,
    /// Events older than this one.
    Before(Cursor),
    /// Events newer than this one.
    After(Cursor),
    /// From the end of this day on, backwards.
    On(NaiveDate),
    /// Around one event, which is the permalink's.
    Event(Cursor),
}

/// What the timeline pane shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineQuery {
    /// In the order of [`EventKind::ALL`], without repeats; empty means all kinds.
    kinds: Vec<EventKind>,
    #[serde(default)]
    pub filter: TimelineFilter,
    pub at: Position,
    /// Whose days are meant: the reader's time zone, as their browser says it; UTC without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl TimelineQuery {
    /// A query for these kinds (none: all) at a position.
    pub fn new(kinds: &[EventKind], at: Position) -> Self {
        let kinds: Vec<_> = EventKind::ALL.iter().copied().filter(|k| kinds.contains(k)).collect();
        let all = kinds.len() == EventKind::ALL.len();
        let kinds = if all { Vec::new() } else { kinds };
        Self { kinds, filter: TimelineFilter::default(), at, zone: None }
    }

    /// Reads the address: `filter=error,call`, what [`Narrow`] has, and one of `event`, `on`,
    /// `before`, `after`.
    /// What cannot be read is as good as absent: an old link still opens the timeline.
    pub fn parse(get: impl Fn(&str) -> Option<String>) -> Self {
        let filter = get("filter").unwrap_or_default();
        let kinds: Vec<EventKind> = filter.split(',').filter_map(|k| k.parse().ok()).collect();
        let cursor = |key: &str| get(key)?.parse::<Cursor>().ok();
        let day = || get("on")?.parse::<NaiveDate>().ok();
        let at = cursor("event")
            .map(Position::Event)
            .or_else(|| day().map(Position::On))
            .or_else(|| cursor("before").map(Position::Before))
            .or_else(|| cursor("after").map(Position::After))
            .unwrap_or_default();
        Self { filter: TimelineFilter::parse(get), ..Self::new(&kinds, at) }
    }

    /// The same from an address's query part.
    pub fn from_query_string(query: &str) -> Self {
        Self::parse(|name| address::query_value(query, name))
    }

    /// The kinds asked for; empty means all.
    pub fn kinds(&self) -> &[EventKind] {
        &self.kinds
    }

    /// The same kinds elsewhere.
    pub fn at(&self, at: Position) -> Self {
        Self { at, ..self.clone() }
    }

    /// Adds a kind to the filter or takes it out, staying at a chosen day.
    pub fn toggled(&self, kind: EventKind) -> Self {
        let mut kinds = self.kinds.clone();
        match kinds.iter().position(|k| *k == kind) {
            Some(i) => drop(kinds.remove(i)),
            None => kinds.push(kind),
        }
        self.of_kinds(&kinds)
    }

    /// All kinds, staying at a chosen day.
    pub fn unfiltered(&self) -> Self {
        self.of_kinds(&[])
    }

    fn of_kinds(&self, kinds: &[EventKind]) -> Self {
        let (filter, zone) = (self.filter.clone(), self.zone.clone());
        Self { filter, zone, ..Self::new(kinds, self.day_or_newest()) }
    }

    /// Whether days decide what shows, so that it matters whose days they are.
    pub fn by_days(&self) -> bool {
        let narrowed = self.filter.from.is_some() || self.filter.to.is_some();
        narrowed || matches!(self.at, Position::On(_))
    }

    /// The same kinds, narrowed by this.
    pub fn filtered(&self, filter: TimelineFilter) -> Self {
        Self { filter, ..self.clone() }
    }

    /// Whether some events do not show.
    pub fn is_filtered(&self) -> bool {
        !self.kinds.is_empty() || !self.filter.is_none()
    }

    /// Whether what was done to tickets shows in the tickets' rows alone: unless it is asked for.
    pub fn folds(&self) -> bool {
        self.kinds.is_empty() && !self.filter.searches()
    }

    fn day_or_newest(&self) -> Position {
        match self.at {
            at @ Position::On(_) => at,
            _ => Position::Newest,
        }
    }

    /// `error,call`, empty without a filter.
    pub fn filter_text(&self) -> String {
        self.kinds.iter().map(|k| k.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The query part of the address, with its `?`, empty for the plain timeline.
    pub fn to_query_string(&self) -> String {
        let mut parts = Vec::new();
        if !self.kinds.is_empty() {
            parts.push(format!("filter={}", self.filter_text()));
        }
        let filter = self.filter.fields();
        parts.extend(filter.map(|(name, value)| format!("{name}={}", address::encode(&value))));
        match self.at {
            Position::Newest => {}
            Position::Before(cursor) => parts.push(format!("before={cursor}")),
            Position::After(cursor) => parts.push(format!("after={cursor}")),
            Position::On(day) => parts.push(format!("on={day}")),
            Position::Event(cursor) => parts.push(format!("event={cursor}")),
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use chrono::DateTime;

    fn parse(query: &str) -> TimelineQuery {
        TimelineQuery::from_query_string(query)
    }

    #[test]
    fn the_address_round_trips() {
        let cursor = Cursor::new(DateTime::UNIX_EPOCH, Uuid::from_u128(7));
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
        for at in [
            Position::Newest,
            Position::Before(cursor),
            Position::After(cursor),
            Position::On(day),
            Position::Event(cursor),
        ] {
            let query = TimelineQuery::new(&[EventKind::Call, EventKind::Error], at);
            assert_eq!(parse(&query.to_query_string()), query);
        }
        assert_eq!(TimelineQuery::default().to_query_string(), "");
    }

    #[test]
    fn what_narrows_goes_along() {
        let query = parse("?filter=error&find=a%20b&source=sentry&from=2026-11-01&to=2026-11-24");
        assert_eq!(query.filter.find, "a b");
        assert!(query.is_filtered() && query.filter.searches());
        let moved =
            query.toggled(EventKind::Error).at(Position::On(query.filter.to.expect("a day")));
        assert_eq!(
            moved.to_query_string(),
            "?find=a%20b&source=sentry&from=2026-11-01&to=2026-11-24&on=2026-11-24"
        );
        assert_eq!(parse("?find=%20&from=x").filter.from, None);
        assert!(!parse("?from=yesterday&source=").is_filtered());
    }

    #[test]
    fn nonsense_opens_the_plain_timeline() {
        assert_eq!(parse("?filter=x,,&before=zzz&on=yesterday&event="), TimelineQuery::default());
        assert_eq!(parse("?filter=error,x,error").kinds(), [EventKind::Error]);
    }

    #[test]
    fn all_kinds_is_no_filter() {
        assert!(TimelineQuery::new(EventKind::ALL, Position::Newest).kinds().is_empty());
    }

    #[test]
    fn toggling_twice_is_nothing_and_keeps_the_day() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
        let query = TimelineQuery::new(&[EventKind::Call], Position::On(day));
        let once = query.toggled(EventKind::Error);
        assert_eq!(once.to_query_string(), "?filter=error,call&on=2026-11-24");
        assert_eq!(once.toggled(EventKind::Error), query);
    }
}
