//! Plays requests in their order, each at its time and in its actor's name.

use super::client::{Client, Request};
use super::clock::Clock;
use super::files;
use anyhow::Context;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;

/// One request of the story; exactly one of `post`, `patch` and `mail` says which.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: Option<String>,
    actor: Option<String>,
    post: Option<String>,
    patch: Option<String>,
    /// An e-mail to post to the inbound route.
    mail: Option<String>,
    #[serde(default)]
    body: Value,
}

/// Plays the story; answers how many steps there were.
pub async fn play(client: &Client, clock: &Clock) -> anyhow::Result<usize> {
    let steps: Vec<Step> = serde_json::from_str(files::ALEX)?;
    let count = steps.len();
    // Tickets that an earlier run opened: their changes are not made again.
    let mut known = HashSet::new();
    for (number, step) in steps.into_iter().enumerate() {
        play_one(client, clock, step, &mut known)
            .await
            .with_context(|| format!("step {}", number + 1))?;
    }
    Ok(count)
}

async fn play_one(
    client: &Client,
    clock: &Clock,
    step: Step,
    known: &mut HashSet<i64>,
) -> anyhow::Result<()> {
    let at = step.at.as_deref().and_then(|at| clock.instant(at));
    let body = attach(clock.resolve(step.body))?;
    let actor = step.actor.as_deref();
    if let Some(file) = step.mail {
        let date = at.unwrap_or(clock.now()).to_rfc2822();
        let raw = std::str::from_utf8(files::named(&file)?)?.replace("{date}", &date);
        let raw = raw.replace('\n', "\r\n");
        let request = Request::mail("/inbound/email", raw).done_by(at, actor);
        return client.send(request).await?.done().map(drop);
    }
    let path = client
        .path(step.post.as_deref().or(step.patch.as_deref()).context("a step does nothing")?)?;
    let changes = step.patch.is_some() || path.ends_with("/csat");
    if changes && known.contains(&ticket_number(&path))
        || is_known_note(client, &path, &body).await?
    {
        return Ok(());
    }
    let request = if step.patch.is_some() {
        Request::patch(&path, body.clone())
    } else {
        Request::post(&path, body.clone())
    };
    let answer = client.send(request.done_by(at, actor)).await?;
    if path == "/tickets" && answer.status == StatusCode::CONFLICT {
        known.extend(body["number"].as_i64());
        return Ok(());
    }
    let answer = answer.done()?;
    if path == "/events" {
        refuse_rejected(&answer)?;
    }
    client.remember(body["external_id"].as_str().unwrap_or_default(), &answer);
    Ok(())
}

/// An error if one of the events was not stored.
pub fn refuse_rejected(answer: &Value) -> anyhow::Result<()> {
    let rejected =
        answer["results"].as_array().into_iter().flatten().find(|r| r["status"] == "rejected");
    rejected.map_or(Ok(()), |result| Err(anyhow::anyhow!("an event was refused: {result}")))
}

/// The number in `/tickets/1042/csat`.
fn ticket_number(path: &str) -> i64 {
    path.split('/').nth(2).and_then(|n| n.parse().ok()).unwrap_or(0)
}

async fn is_known_note(client: &Client, path: &str, body: &Value) -> anyhow::Result<bool> {
    if !path.ends_with("/notes") {
        return Ok(false);
    }
    let there = client.get(path).await?;
    Ok(there["items"].as_array().into_iter().flatten().any(|note| note["body"] == body["body"]))
}

/// Replaces `@name` in attachments by the file in base64.
fn attach(mut body: Value) -> anyhow::Result<Value> {
    let list = body.get_mut("attachments").and_then(Value::as_array_mut);
    for attachment in list.into_iter().flatten() {
        let name = attachment["data"].as_str().and_then(|d| d.strip_prefix('@')).map(String::from);
        if let Some(name) = name {
            attachment["data"] = STANDARD.encode(files::named(&name)?).into();
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_does_one_thing_at_a_time_that_can_be_read() {
        let clock = Clock::new("2026-11-24T15:00:00Z".parse().expect("a time"));
        let steps: Vec<Step> = serde_json::from_str(files::ALEX).expect("steps");
        for step in steps {
            let actions =
                [&step.post, &step.patch, &step.mail].iter().filter(|a| a.is_some()).count();
            assert_eq!(actions, 1, "{step:?}");
            assert_eq!(
                step.at.is_some(),
                step.at.as_deref().and_then(|a| clock.instant(a)).is_some()
            );
            step.mail.iter().for_each(|name| assert!(files::named(name).is_ok()));
            attach(step.body).expect("attachments are there");
        }
    }
}
