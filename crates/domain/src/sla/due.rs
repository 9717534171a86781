//! A time by which something has to be done, and how that is said.

use super::SlaTarget;
use crate::text::duration_text;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// From here on a due time is near, in seconds.
const SOON_S: i64 = 3_600;

/// What is due, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Due {
    pub target: SlaTarget,
    pub at: DateTime<Utc>,
}

/// How near a due time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Later,
    Soon,
    Over,
}

impl Due {
    pub fn urgency(&self, now: DateTime<Utc>) -> Urgency {
        match (self.at - now).num_seconds() {
            s if s < 0 => Urgency::Over,
            s if s <= SOON_S => Urgency::Soon,
            _ => Urgency::Later,
        }
    }

    /// `due in 2 h`, `overdue by 15 min`.
    pub fn text(&self, now: DateTime<Utc>) -> String {
        let seconds = (self.at - now).num_seconds();
        let minutes = duration_text((seconds.abs() / 60).max(1) * 60);
        if seconds < 0 { format!("overdue by {minutes}") } else { format!("due in {minutes}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_due_time_is_said_in_minutes() {
        let now = DateTime::UNIX_EPOCH;
        let due = |seconds| Due {
            target: SlaTarget::FirstResponse,
            at: now + TimeDelta::seconds(seconds),
        };
        assert_eq!(due(7_230).text(now), "due in 2 h");
        assert_eq!(due(20).text(now), "due in 1 min");
        assert_eq!(due(-930).text(now), "overdue by 15 min");
        assert_eq!(due(7_230).urgency(now), Urgency::Later);
        assert_eq!(due(300).urgency(now), Urgency::Soon);
        assert_eq!(due(-1).urgency(now), Urgency::Over);
    }
}
