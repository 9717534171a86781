//! Deals the ticket stories out to the customers, so that the inbox looks real.

use super::client::{Client, Request, Shared, all};
use super::clock::Clock;
use super::files;
use super::rng::Rng;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// The numbers of these tickets; Alex has 961, 997 and 1042.
const NUMBERS: std::ops::RangeInclusive<i64> = 920..=1041;
const ALEX_NUMBERS: [i64; 2] = [961, 997];
const MINUTES_A_DAY: i64 = 1_440;
const AGENTS: [&str; 3] = ["priya@acme.example", "sam@acme.example", "jonas@acme.example"];

#[derive(Debug, Deserialize)]
struct Stories {
    stories: Vec<Story>,
    notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Story {
    subject: String,
    area: String,
    channel: String,
    tags: Vec<String>,
    opening: String,
    answer: String,
    closing: String,
}

/// A ticket to open: its body, and what happened then.
#[derive(Debug)]
struct Dealt {
    opened: i64,
    body: Value,
    steps: Vec<Step>,
}

/// Something that happened to it, in minutes before now.
#[derive(Debug)]
struct Step {
    ago: i64,
    actor: Option<&'static str>,
    /// A message, or a change of the ticket.
    message: bool,
    body: Value,
}

/// Opens the tickets, side by side; answers how many.
pub async fn deal(client: &Shared, clock: &Clock, customers: &[Value]) -> anyhow::Result<usize> {
    let stories: Stories = serde_json::from_str(files::TICKETS)?;
    let mut rng = Rng::new(31);
    let dealt: Vec<_> = NUMBERS
        .filter(|n| !ALEX_NUMBERS.contains(n))
        .filter_map(|number| make(&stories, customers, number, &mut rng))
        .collect();
    all(dealt.into_iter().map(|ticket| {
        let (client, clock) = (client.clone(), *clock);
        async move { open(&client, &clock, ticket).await }
    }))
    .await
}

/// How many minutes ago a ticket was opened: later ones are closer together, and the last
/// came an hour before the story's.
fn opened_ago(number: i64, rng: &mut Rng) -> i64 {
    let (from, to, days_from, days_to) = match number {
        ..=960 => (920, 961, 45, 25),
        961..=996 => (961, 997, 25, 6),
        _ => (997, 1_042, 6, 0),
    };
    let span = (days_from - days_to) * MINUTES_A_DAY;
    let slot = span / (to - from);
    let ago = days_to * MINUTES_A_DAY + span * (to - number) / (to - from);
    150 + ago - rng.below(slot.max(2) as usize / 2) as i64
}

fn make(stories: &Stories, customers: &[Value], number: i64, rng: &mut Rng) -> Option<Dealt> {
    let story = rng.pick(&stories.stories)?;
    // One of the customers that can be found again, by what identifies them.
    let customer = loop {
        let candidate = rng.pick(customers)?;
        if let Some(id) = candidate["external_id"].as_str() {
            break json!({"external_id": id});
        }
        if let Some(email) = candidate["email"].as_str() {
            break json!({"email": email});
        }
    };
    let opened = opened_ago(number, rng);
    let age_days = opened / MINUTES_A_DAY;
    let status = *rng.weighted(&STATUSES, |s| s.1(age_days))?;
    let priority =
        rng.weighted(&[("normal", 60), ("high", 20), ("low", 14), ("urgent", 6)], |p| p.1)?.0;
    let agent =
        (status.0 != "new" || rng.below(3) == 0).then(|| rng.pick(&AGENTS).copied()).flatten();
    let team = if story.area == "Billing" { "Billing" } else { "Product support" };
    let body = json!({
        "number": number, "customer": customer, "subject": story.subject, "channel": story.channel,
        "priority": priority, "tags": story.tags, "team": team, "assignee": agent,
        "fields": {"product_area": story.area},
        "mailbox": (story.channel == "email").then_some("support@acme.example"),
    });
    let mut ticket = Dealt { opened, body, steps: Vec::new() };
    let left = |share: i64| (opened * share / 100).max(2);
    ticket.message(
        number,
        opened,
        if story.channel == "phone" { "note" } else { "customer" },
        &story.opening,
        agent,
    );
    if let Some(agent) = agent.filter(|_| status.0 != "new") {
        if rng.below(4) == 0 {
            let note = rng.pick(&stories.notes)?;
            ticket.message(number, left(90), "note", note, Some(agent));
        }
        ticket.message(number, left(80), "agent", &story.answer, Some(agent));
        if status.0 == "closed" {
            ticket.message(number, left(70), "customer", &story.closing, None);
        }
        ticket.change(left(65), agent, json!({"status": status.0}));
    }
    Some(ticket)
}

/// A status and its weight for a ticket so many days old.
type Weighted = (&'static str, fn(i64) -> usize);
const STATUSES: [Weighted; 5] = [
    ("closed", |days| if days > 6 { 92 } else { 30 }),
    ("open", |days| if days > 6 { 3 } else { 30 }),
    ("pending", |days| if days > 6 { 3 } else { 16 }),
    ("snoozed", |days| if days > 6 { 1 } else { 6 }),
    ("new", |days| if days > 2 { 0 } else { 26 }),
];

impl Dealt {
    fn message(
        &mut self,
        number: i64,
        ago: i64,
        kind: &str,
        text: &str,
        agent: Option<&'static str>,
    ) {
        let key = format!("demo-{number}-{}", self.steps.len());
        let mut body = json!({"kind": kind, "body_text": text, "client_key": key});
        if kind == "agent" {
            body["receipt"] =
                if self.steps.len().is_multiple_of(3) { "delivered" } else { "viewed" }.into();
        }
        let actor = agent.filter(|_| kind != "customer");
        self.steps.push(Step { ago, actor, message: true, body });
    }

    fn change(&mut self, ago: i64, agent: &'static str, body: Value) {
        self.steps.push(Step { ago, actor: Some(agent), message: false, body });
    }
}

async fn open(client: &Client, clock: &Clock, ticket: Dealt) -> anyhow::Result<()> {
    let at = |ago: i64| clock.now() - chrono::TimeDelta::minutes(ago);
    let number = ticket.body["number"].clone();
    let request = Request::post("/tickets", ticket.body).done_by(Some(at(ticket.opened)), None);
    let answer = client.send(request).await?;
    let known = answer.status == StatusCode::CONFLICT;
    if !known {
        answer.done()?;
    }
    for step in ticket.steps {
        let request = if step.message {
            let mut body = step.body;
            body["sent_at"] = json!(at(step.ago));
            Request::post(&format!("/tickets/{number}/messages"), body)
        } else if known {
            continue;
        } else {
            Request::patch(&format!("/tickets/{number}"), step.body)
        };
        client.send(request.done_by(Some(at(step.ago)), step.actor)).await?.done()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_grow_younger_with_their_number() {
        let stories: Stories = serde_json::from_str(files::TICKETS).expect("the fixture");
        let customers = files::list(files::CUSTOMERS).expect("the fixture");
        let mut rng = Rng::new(31);
        let mut before = i64::MAX;
        for number in NUMBERS {
            let ticket = make(&stories, &customers, number, &mut rng).expect("a ticket");
            assert!(ticket.opened < before, "{number}: {} after {before}", ticket.opened);
            assert!(
                ticket.steps.is_sorted_by(|a, b| a.ago >= b.ago),
                "{number}: {:?}",
                ticket.steps
            );
            before = ticket.opened;
        }
    }
}
