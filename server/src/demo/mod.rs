//! Fills a workspace with the demo's story, through the public REST API.
//!
//! The data is in `fixtures/demo`; [`clock`] makes its times fresh, [`story`] plays Alex's
//! requests in order, [`tickets`] and [`events`] deal out the many around them.

mod client;
mod clock;
mod events;
mod files;
mod recordings;
mod rng;
mod story;
mod tickets;

use anyhow::Context;
use client::{Client, Request};
use clock::Clock;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// The customer whose story it is.
const ALEX: &str = "usr_8Kd20a";
/// Where Alex is now. Written last, so it also says that everything else is there.
const LAST_PAGE: &str = "/settings";

/// Loads the fixtures into the server at `url` with the secret key `key`. A server that has
/// them is left alone, unless `force`.
pub async fn load(url: &str, key: &str, force: bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let client = Arc::new(Client::new(url, key)?);
    if is_loaded(&client).await? && !force {
        tracing::info!("the demo data is there already; --force loads what is missing again");
        return Ok(());
    }
    let clock = Clock::new(chrono::Utc::now());
    let fields = define_fields(&client).await?;
    tracing::info!("defined {fields} custom fields");
    let accounts = many(&client, &clock, "/accounts", &files::list(files::ACCOUNTS)?).await?;
    tracing::info!("stored {accounts} accounts");
    let customers = files::list(files::CUSTOMERS)?;
    let stored = many(&client, &clock, "/customers", &customers).await?;
    tracing::info!("stored {stored} customers");
    // Three streams that do not wait for each other: they touch different customers.
    let (story, tickets, small) = tokio::try_join!(
        alex(&client, &clock),
        tickets::deal(&client, &clock, &customers),
        events::deal_small(&client, &clock, &customers),
    )?;
    tracing::info!("told Alex's story: {story} requests and events");
    tracing::info!("opened {tickets} other tickets; {small} events around them");
    let chunks = recordings::send(&client, chrono::Utc::now()).await?;
    tracing::info!("sent two recorded sessions: {chunks} chunks");
    arrive(&client, &clock).await?;
    let seconds = started.elapsed().as_secs_f32();
    tracing::info!("the demo is loaded: {} requests in {seconds:.1} s", client.sent());
    Ok(())
}

async fn alex(client: &Arc<Client>, clock: &Clock) -> anyhow::Result<usize> {
    let steps = story::play(client, clock).await?;
    Ok(steps + events::deal_past(client, clock, ALEX).await?)
}

/// Whether an earlier run came to its end.
async fn is_loaded(client: &Client) -> anyhow::Result<bool> {
    let found = client.get(&format!("/customers?q={ALEX}&limit=1")).await?;
    let Some(id) = found["items"][0]["id"].as_str() else { return Ok(false) };
    let alex = client.get(&format!("/customers/{id}")).await?;
    Ok(alex["external_id"] == ALEX && alex["last_page"] == LAST_PAGE)
}

/// Defines the custom fields that are not there yet.
async fn define_fields(client: &Client) -> anyhow::Result<usize> {
    let there = client.get("/custom-fields").await?;
    let there = there["items"].as_array().cloned().unwrap_or_default();
    let mut new = 0;
    for field in files::list(files::CUSTOM_FIELDS)? {
        let same = |f: &Value| f["entity"] == field["entity"] && f["key"] == field["key"];
        if !there.iter().any(same) {
            client.send(Request::post("/custom-fields", field)).await?.done()?;
            new += 1;
        }
    }
    Ok(new)
}

/// Sends each body to `path`; they are upserts.
async fn many(
    client: &Arc<Client>,
    clock: &Clock,
    path: &str,
    bodies: &[Value],
) -> anyhow::Result<usize> {
    let jobs = bodies.iter().map(|body| {
        let (client, body) = (client.clone(), clock.resolve(body.clone()));
        let path = path.to_string();
        async move {
            let name = body["external_id"].as_str().unwrap_or_default().to_string();
            let answer = client.send(Request::post(&path, body)).await?.done()?;
            client.remember(&name, &answer);
            Ok(())
        }
    });
    client::all(jobs).await
}

/// Alex is online.
async fn arrive(client: &Client, clock: &Clock) -> anyhow::Result<()> {
    let body = json!({"external_id": ALEX, "last_page": LAST_PAGE, "last_seen_at": clock.now()});
    client.send(Request::post("/customers", body)).await?.done().map(drop).context("at the end")
}
