//! What is known of a session without playing it, added up chunk by chunk.

use crate::limits::RECORDING_MARKS;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Seconds without a sign of life after which a stretch of activity ends.
const ACTIVE_GAP_S: u32 = 10;
/// Stretches that the timeline's card is told of.
const SHOWN_SPANS: usize = 50;

/// A page that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSeen {
    /// Seconds from the session's start.
    pub at: u32,
    /// The path, or the route behind `#`; never values of parameters.
    pub path: String,
}

/// What one chunk tells, its moments in milliseconds of the browser's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChunkFacts {
    pub events: i32,
    pub first_at: i64,
    pub last_at: i64,
    /// Where watching can begin: the first whole picture of the page.
    pub full_at: Option<i64>,
    pub pages: Vec<(i64, String)>,
    pub screen: Option<(u32, u32)>,
    /// Moments at which the customer did something.
    pub active: Vec<i64>,
    pub clicks: u32,
    pub errors: Vec<i64>,
    pub rage: Vec<i64>,
    pub dead: Vec<i64>,
    /// Why the recorder ended the session by itself.
    pub stopped: Option<String>,
}

/// The index of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    pub pages: Vec<PageSeen>,
    pub page_views: u32,
    /// Stretches of activity: seconds from and to.
    pub active: Vec<(u32, u32)>,
    pub clicks: u32,
    /// Seconds at which something went wrong, and how often it did.
    pub errors: Vec<u32>,
    pub error_count: u32,
    pub rage: Vec<u32>,
    pub rage_count: u32,
    pub dead_count: u32,
    pub stopped: Option<String>,
}

impl Index {
    /// Adds what a chunk tells of a session that began at `start` (the browser's milliseconds).
    pub fn add(&mut self, facts: &ChunkFacts, start: i64) {
        let second = |at: i64| u32::try_from((at - start).max(0) / 1_000).unwrap_or(u32::MAX);
        for (at, path) in &facts.pages {
            self.page_views = self.page_views.saturating_add(1);
            if self.pages.len() < RECORDING_MARKS {
                self.pages.push(PageSeen { at: second(*at), path: path.clone() });
            }
        }
        // Chunks may come in any order, and of several windows side by side.
        self.pages.sort_by_key(|page| page.at);
        for at in &facts.active {
            self.active.push((second(*at), second(*at) + 1));
        }
        self.active = joined(std::mem::take(&mut self.active));
        self.clicks = self.clicks.saturating_add(facts.clicks);
        let count = |n: &[i64]| u32::try_from(n.len()).unwrap_or(u32::MAX);
        self.error_count = self.error_count.saturating_add(count(&facts.errors));
        self.rage_count = self.rage_count.saturating_add(count(&facts.rage));
        self.dead_count = self.dead_count.saturating_add(count(&facts.dead));
        for (marks, new) in [(&mut self.errors, &facts.errors), (&mut self.rage, &facts.rage)] {
            marks.extend(new.iter().map(|at| second(*at)));
            marks.sort_unstable();
            marks.dedup();
            marks.truncate(RECORDING_MARKS);
        }
        if facts.stopped.is_some() {
            self.stopped.clone_from(&facts.stopped);
        }
    }

    /// Seconds in which the customer did something.
    pub fn active_s(&self) -> u32 {
        self.active.iter().map(|(from, to)| to - from).sum()
    }

    /// The paths in their order, each once.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        for page in &self.pages {
            if !paths.contains(&page.path) {
                paths.push(page.path.clone());
            }
        }
        paths
    }

    /// The payload of the timeline's event, whose fields the card understands.
    pub fn payload(
        &self,
        duration_s: i64,
        browser: Option<&str>,
        os: Option<&str>,
        live: bool,
    ) -> Value {
        let mut detail = Vec::new();
        if live {
            detail.push("Live now".to_string());
        }
        for (n, one, many) in [
            (self.error_count, "error", "errors"),
            (self.rage_count, "rage click", "rage clicks"),
            (self.dead_count, "dead click", "dead clicks"),
        ] {
            match n {
                0 => {}
                1 => detail.push(format!("1 {one}")),
                n => detail.push(format!("{n} {many}")),
            }
        }
        let mut marks: Vec<u32> = self.errors.iter().chain(&self.rage).copied().collect();
        marks.sort_unstable();
        marks.dedup();
        marks.truncate(SHOWN_SPANS);
        let active: Vec<_> = self.active.iter().take(SHOWN_SPANS).collect();
        json!({
            "duration_s": duration_s,
            "pages": self.paths().iter().take(8).collect::<Vec<_>>(),
            "page_views": self.page_views,
            "browser": browser,
            "os": os,
            "detail": if detail.is_empty() { Value::Null } else { detail.join(" · ").into() },
            "active": active,
            "errors": marks,
        })
    }
}

/// Stretches in order, those that nearly touch made one. When there are too many, the smallest
/// gaps go first, so that the index stays small however long a session is.
fn joined(mut spans: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    spans.sort_unstable();
    let mut gap = ACTIVE_GAP_S;
    loop {
        let mut all: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match all.last_mut() {
                Some(last) if from <= last.1.saturating_add(gap) => last.1 = last.1.max(to),
                _ => all.push((from, to)),
            }
        }
        if all.len() <= RECORDING_MARKS {
            return all;
        }
        spans = all;
        gap = gap.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(active: &[i64]) -> ChunkFacts {
        ChunkFacts { active: active.to_vec(), ..ChunkFacts::default() }
    }

    #[test]
    fn chunks_in_any_order_come_to_the_same() {
        let one = ChunkFacts {
            pages: vec![(1_000, "/a".into())],
            errors: vec![4_000],
            clicks: 2,
            ..facts(&[1_500, 3_000])
        };
        let two = ChunkFacts {
            pages: vec![(9_000, "/b".into()), (11_000, "/a".into())],
            rage: vec![9_500],
            ..facts(&[60_000])
        };
        let add = |all: [&ChunkFacts; 2]| {
            let mut index = Index::default();
            for facts in all {
                index.add(facts, 1_000);
            }
            index
        };
        let index = add([&one, &two]);
        assert_eq!(index, add([&two, &one]));
        assert_eq!(index.active, [(0, 3), (59, 60)]);
        assert_eq!(index.active_s(), 4);
        assert_eq!(index.paths(), ["/a", "/b"]);
        assert_eq!((index.page_views, index.clicks, index.error_count), (3, 2, 1));
        let payload = index.payload(70, Some("Chrome 142"), None, true);
        assert_eq!(payload["detail"], "Live now · 1 error · 1 rage click");
        assert_eq!(payload["errors"], json!([3, 8]));
    }

    #[test]
    fn an_index_stays_small_however_long_the_session_is() {
        let mut index = Index::default();
        for n in 0..2_000 {
            let at = n * 21_000;
            index.add(&ChunkFacts { errors: vec![at], ..facts(&[at]) }, 0);
        }
        assert!(index.active.len() <= RECORDING_MARKS, "{}", index.active.len());
        assert_eq!((index.errors.len(), index.error_count), (RECORDING_MARKS, 2_000));
        assert!(serde_json::to_string(&index).expect("json").len() < 16_000);
    }

    #[test]
    fn a_clock_that_goes_back_counts_as_the_start() {
        let mut index = Index::default();
        index.add(&facts(&[-5, 10]), 1_000);
        assert_eq!(index.active, [(0, 1)]);
    }
}
