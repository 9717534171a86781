//! A peer that promises the same, stored before it answers: bugsink, in the same run and on the
//! same machine. `scripts/bugsink.sh` starts it and says where; without it this is left out.

use crate::measure::Client;
use anyhow::{Context, ensure};
use rapport_domain::Uuid;
use serde_json::json;
use std::env;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

const CLIENTS: usize = 4;
const ROUND: Duration = Duration::from_secs(10);
/// How long it may go on digesting what it accepted.
const DIGEST: Duration = Duration::from_secs(60);

pub async fn run(client: &Client) -> anyhow::Result<()> {
    let (Ok(url), Ok(key)) = (env::var("BUGSINK_URL"), env::var("BUGSINK_KEY")) else {
        println!("\n## Peer\n\n- bugsink is not there (scripts/bugsink.sh)");
        return Ok(());
    };
    let address = format!("{url}/api/1/envelope/?sentry_key={key}");
    let before = digested()?;
    let start = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, address) = (client.clone(), address.clone());
        senders.spawn(async move {
            let mut sent = 0_u32;
            while start.elapsed() < ROUND {
                let status = client.post_text(&address, envelope()).await?;
                ensure!(status.is_success(), "bugsink answered {status}");
                sent += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let mut accepted = 0;
    while let Some(done) = senders.join_next().await {
        accepted += done??;
    }
    let accepting = start.elapsed().as_secs_f64();
    let mut done = digested()? - before;
    while done < i64::from(accepted) && start.elapsed() < ROUND + DIGEST {
        sleep(Duration::from_millis(500)).await;
        done = digested()? - before;
    }
    let digesting = start.elapsed().as_secs_f64();
    println!("\n## Peer: bugsink, single events, {CLIENTS} clients\n");
    println!("- accepted: {:.0} a second", f64::from(accepted) / accepting);
    println!("- digested: {:.0} a second ({done} of {accepted})", done as f64 / digesting);
    Ok(())
}

fn envelope() -> String {
    let id = Uuid::now_v7().simple().to_string();
    let event = json!({"event_id": id, "platform": "other", "level": "error",
        "timestamp": "2026-11-24T10:00:00Z", "exception": {"values": [
            {"type": "TypeError", "value": "x is undefined"}]}});
    format!("{}\n{}\n{event}\n", json!({"event_id": id}), json!({"type": "event"}))
}

/// Events that stand in its database.
fn digested() -> anyhow::Result<i64> {
    let command = env::var("BUGSINK_COUNT").context("BUGSINK_COUNT is not set")?;
    let out = Command::new("sh").args(["-c", &command]).output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    text.trim().parse().with_context(|| format!("no count: {text}"))
}
