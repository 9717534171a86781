//! The demo's two recorded sessions, as the recorder sent them from a browser
//! (`end2end/record-demo.mjs`): the same chunks by the same route, their times made fresh.

use super::ALEX;
use super::client::{Client, Request};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};

const KEY: &str = "rpk_demo_write";
/// What Alex's browser calls itself.
const BROWSER: &str = "demo-alex-browser";
/// How long ago each began, in minutes: on the timeline they stand among what else happened.
const AGO: [i64; 2] = [95, 26 * 60];

#[derive(Deserialize)]
struct Session {
    context: Value,
    chunks: Vec<Chunk>,
}

#[derive(Deserialize)]
struct Chunk {
    window: String,
    seq: i32,
    events: Vec<Value>,
}

/// Sends both sessions; answers how many chunks they had.
pub async fn send(client: &Client, now: DateTime<Utc>) -> anyhow::Result<usize> {
    // The browser is Alex's, so that the sessions are.
    let identify = json!({"type": "identify", "userId": ALEX, "anonymousId": BROWSER, "messageId": "demo-alex-browser"});
    client.send(Request::post("/v1/identify", identify)).await?.done()?;
    let sessions: Vec<Session> =
        serde_json::from_str(include_str!("../../../fixtures/demo/recordings.json"))
            .context("the recorded sessions")?;
    let mut sent = 0;
    for (session, ago) in sessions.into_iter().zip(AGO) {
        let start = (now - TimeDelta::minutes(ago)).timestamp_millis();
        let name = Uuid::now_v7().simple().to_string();
        for chunk in session.chunks {
            let events: Vec<Value> = chunk.events.into_iter().map(|e| fresh(e, start)).collect();
            let head = json!({"key": KEY, "session": name, "window": chunk.window, "seq": chunk.seq,
                "anonymousId": BROWSER, "sentAt": Utc::now().timestamp_millis(), "context": session.context});
            let body = format!("{head}\n{}", serde_json::to_string(&events)?);
            client.send(Request::text("/v1/recordings/chunks", body)).await?.done()?;
            sent += 1;
        }
    }
    Ok(sent)
}

fn fresh(mut event: Value, start: i64) -> Value {
    let at = event["timestamp"].as_i64().unwrap_or_default();
    event["timestamp"] = (start + at).into();
    event
}
