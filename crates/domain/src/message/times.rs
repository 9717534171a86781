//! Times that a message's text speaks of, so that each reader has them in their own zone.

use super::{Segment, segments};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A time in a message's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SpokenTime {
    /// As it stands in the text, by the sender's clock:
    /// `Tue, Dec 1, 2026, 10:00 to 11:30 (Europe/Berlin)`.
    #[serde(alias = "said")]
    pub text: String,
    pub from: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// How far the sender's clock is ahead of UTC at `from`, in minutes.
    pub offset_minutes: i32,
}

impl SpokenTime {
    /// Whether the sender's clock shows something else than `wall`, the reader's at `from`.
    pub fn differs(&self, wall: DateTime<Utc>) -> bool {
        self.from + TimeDelta::minutes(i64::from(self.offset_minutes)) != wall
    }
}

/// A piece of a message's text whose times are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(Segment),
    Time(SpokenTime),
}

/// Cuts text where it speaks of times, and what lies between as [`segments`] does.
pub fn pieces(text: &str, times: &[SpokenTime]) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    // They stand in the text in their order, and each once.
    for time in times.iter().filter(|time| !time.text.is_empty()) {
        if let Some((before, after)) = rest.split_once(&time.text) {
            found.extend(segments(before).into_iter().map(Piece::Words));
            found.push(Piece::Time(time.clone()));
            rest = after;
        }
    }
    found.extend(segments(rest).into_iter().map(Piece::Words));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> SpokenTime {
        let from = "2026-12-01T09:00:00Z".parse().expect("a time");
        SpokenTime { text: text.into(), from, until: None, offset_minutes: 60 }
    }

    #[test]
    fn times_are_found_where_the_text_speaks_of_them() {
        let times = [time("gone"), time("10:00 (Berlin)"), time("")];
        let words = |text: &str| Piece::Words(Segment::Text(text.into()));
        let link = Piece::Words(Segment::Link("https://x.example".into()));
        assert_eq!(
            pieces("When: 10:00 (Berlin)\nhttps://x.example", &times),
            [words("When: "), Piece::Time(times[1].clone()), words("\n"), link]
        );
        assert_eq!(pieces("a", &[]), [words("a")]);
    }

    #[test]
    fn a_clock_that_shows_the_same_is_no_other() {
        let at = time("10:00");
        assert!(at.differs(at.from) && !at.differs(at.from + TimeDelta::hours(1)));
    }
}
