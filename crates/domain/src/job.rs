//! Work that failed for good, as admins see it.

use crate::JobId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Wait after the first failure; each further wait is twice as long.
const FIRST_WAIT_S: i64 = 40;

/// A job that failed too often, or in a way that trying again would not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadJob {
    pub id: JobId,
    /// `send_mail` …
    pub kind: String,
    /// What it was about.
    pub key: String,
    pub attempts: i32,
    pub error: String,
    pub died_at: DateTime<Utc>,
}

/// A job that waits for its time, or is being done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingJob {
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// How often it was tried.
    pub attempts: i32,
    pub run_at: DateTime<Utc>,
    /// A worker has it now.
    pub running: bool,
    /// Why it failed last.
    pub error: Option<String>,
}

/// How long to wait after the `attempts`th failure: 40 s doubling to 11 h, so that twelve
/// attempts span 23 hours. `jitter` in 0..=1 adds up to a tenth, so that what failed together
/// does not come back together.
pub fn wait_after(attempts: i32, jitter: f64) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(10);
    let wait_ms = FIRST_WAIT_S * 1_000 * (1 << doublings);
    let extra_ms = wait_ms as f64 / 10.0 * jitter.clamp(0.0, 1.0);
    TimeDelta::milliseconds(wait_ms + extra_ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_attempts_span_a_day() {
        let total: TimeDelta = (1..12).map(|n| wait_after(n, 0.0)).sum();
        assert!((22..24).contains(&total.num_hours()), "{total}");
        assert_eq!(wait_after(1, 0.0).num_seconds(), 40);
        assert_eq!(wait_after(2, 1.0).num_seconds(), 88);
        assert_eq!(wait_after(1_000, 0.0), wait_after(11, 0.0));
        assert_eq!(wait_after(0, 0.0), wait_after(1, 0.0));
    }
}
