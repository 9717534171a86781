//! Deals out events: years of them to Alex, a few to everybody else.

use super::client::{Client, Request, Shared};
use super::clock::Clock;
use super::files;
use super::rng::Rng;
use super::story::refuse_rejected;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Events in one request.
const BATCH: usize = 1_000;
/// Of a hundred events, those of the last 90 days.
const RECENT_PERCENT: usize = 62;
/// Days before those 90.
const OLD_DAYS: usize = 520;
/// The working day in minutes: from half past six to seven in the evening.
const DAY_START: usize = 390;
const DAY_MINUTES: usize = 750;

#[derive(Debug, Deserialize)]
struct Timeline {
    activity: Vec<usize>,
    errors_on: Vec<usize>,
    counts: BTreeMap<String, usize>,
    kinds: BTreeMap<String, Vec<Template>>,
}

#[derive(Debug, Deserialize)]
struct Template {
    weight: usize,
    name: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<String>,
    payloads: Vec<Value>,
}

/// Fills a customer's past; answers how many events there are.
pub async fn deal_past(client: &Client, clock: &Clock, customer: &str) -> anyhow::Result<usize> {
    let timeline: Timeline = serde_json::from_str(files::TIMELINE)?;
    let events = past(&timeline, clock, customer);
    send(client, &events).await?;
    Ok(events.len())
}

/// A customer's past, always the same but for the day it is counted from.
fn past(timeline: &Timeline, clock: &Clock, customer: &str) -> Vec<Value> {
    let mut rng = Rng::new(1042);
    let days: Vec<(usize, usize)> = timeline.activity.iter().copied().enumerate().collect();
    let mut events = Vec::new();
    for (kind, count) in &timeline.counts {
        for n in 0..*count {
            let recent = rng.below(100) < RECENT_PERCENT;
            let day = match (kind.as_str(), recent) {
                ("error", true) => rng.pick(&timeline.errors_on).copied(),
                (_, true) => rng.weighted(&days, |d| d.1).map(|d| d.0),
                _ => None,
            };
            let last = timeline.activity.len() - 1;
            let days_ago =
                day.map_or_else(|| timeline.activity.len() + rng.below(OLD_DAYS), |day| last - day);
            let key = format!("demo-{customer}-{kind}-{n}");
            events.extend(event(timeline, clock, &mut rng, customer, kind, days_ago, key));
        }
    }
    events
}

/// A few events for each customer with an external id.
pub async fn deal_small(
    client: &Shared,
    clock: &Clock,
    customers: &[Value],
) -> anyhow::Result<usize> {
    let timeline: Timeline = serde_json::from_str(files::TIMELINE)?;
    let mut rng = Rng::new(7);
    let mut events = Vec::new();
    for customer in customers.iter().filter_map(|c| c["external_id"].as_str()) {
        for n in 0..4 + rng.below(40) {
            let kind = *rng
                .pick(&["event", "event", "event", "event", "help", "event"])
                .unwrap_or(&"event");
            let days_ago = 1 + rng.below(80);
            let key = format!("demo-{customer}-{n}");
            events.extend(event(&timeline, clock, &mut rng, customer, kind, days_ago, key));
        }
    }
    send(client, &events).await?;
    Ok(events.len())
}

fn event(
    timeline: &Timeline,
    clock: &Clock,
    rng: &mut Rng,
    customer: &str,
    kind: &str,
    days_ago: usize,
    key: String,
) -> Option<Value> {
    let template = rng.weighted(timeline.kinds.get(kind)?, |t| t.weight)?;
    let seconds = rng.below(DAY_MINUTES * 60);
    let minutes = (DAY_START + seconds / 60) as i64;
    let at = clock.at(days_ago as i64, minutes) + chrono::TimeDelta::seconds((seconds % 60) as i64);
    let payload = rng.pick(&template.payloads)?;
    Some(json!({
        "customer": {"external_id": customer},
        "occurred_at": at.min(clock.now()),
        "kind": kind,
        "source": template.source,
        "name": template.name,
        "title": template.title,
        "body": template.body,
        "payload": payload,
        "dedupe_key": key,
    }))
}

async fn send(client: &Client, events: &[Value]) -> anyhow::Result<()> {
    for batch in events.chunks(BATCH) {
        let answer = client.send(Request::post("/events", batch.into())).await?.done()?;
        refuse_rejected(&answer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_has_the_promised_size_and_leaves_the_story_s_days_alone() {
        let timeline: Timeline = serde_json::from_str(files::TIMELINE).expect("the fixture");
        let now = "2026-11-24T15:00:00Z".parse().expect("a time");
        let clock = Clock::new(now);
        let events = past(&timeline, &clock, "a");
        assert_eq!(events.len(), timeline.counts.values().sum::<usize>());
        let story_starts = clock.at(4, 0);
        for event in &events {
            let at: chrono::DateTime<chrono::Utc> =
                event["occurred_at"].as_str().and_then(|t| t.parse().ok()).expect("a time");
            assert!(at < story_starts, "{event}");
        }
        assert_eq!(past(&timeline, &clock, "a"), events);
    }
}
