//! What the net between workspaces costs: the same services over two stores of one database, one
//! from when there was no net. What a page's statements take longer is set against the whole page,
//! whose rendering is the same on both sides; events are taken in without HTTP.

use crate::bare;
use crate::measure::{Client, Times};
use anyhow::{Context, ensure};
use http::HeaderMap;
use http::header::COOKIE;
use rapport_domain::{CustomerId, WorkspaceId};
use rapport_services::Ctx;
use rapport_services::ingest::{Batch, Ingest, take_segment};
use rapport_services::secrets::Keyring;
use rapport_store::{Files, Net, Store};
use serde_json::json;
use sqlx::{Executor, PgPool};
use std::time::Instant;

const WARM_UP: usize = 50;
const ROUNDS: usize = 1_500;
const PAGES: usize = 300;
const BATCHES: usize = 600;
const BATCH: usize = 100;
const PEOPLE: usize = 200;
/// What it may cost.
const RATIO_MAX: f64 = 1.05;

pub async fn run(
    pool: &PgPool,
    database: &str,
    (client, url, token): (&Client, &str, &str),
    workspace: WorkspaceId,
    profile: CustomerId,
) -> anyhow::Result<Vec<String>> {
    // A store looks for the net once, and these two while a right is missing.
    pool.execute("revoke select on presence from rapport_app").await?;
    let without = stores(database).await;
    pool.execute("grant select on presence to rapport_app").await?;
    let (without, with) = (without?, stores(database).await?);
    ensure!(
        matches!(without.0.net().await?, Net::Missing(_)) && *with.0.net().await? == Net::Stands
    );

    let page = page(&without.0, &with.0, token, profile).await.context("a page")?;
    let whole = whole(client, &format!("{url}/customers/{profile}")).await?;
    let (without, with) = (Ingest::start(without.1), Ingest::start(with.1));
    let events = events(pool, workspace, [&without, &with]).await.context("events")?;
    println!("\n## Row-level security, p50 in ms\n");
    println!("| | without | with | ratio |\n|---|---|---|---|");
    let [page, events] =
        [("the four statements of a page", page), ("taking in 100 events", events)].map(
            |(what, [without, with])| {
                let (without, with) = (without.p50(), with.p50());
                println!("| {what} | {without:.3} | {with:.3} | {:.3} |", with / without);
                (without, with)
            },
        );
    let page = 1.0 + (page.1 - page.0) / whole.p50();
    let events = events.1 / events.0;
    println!("\n- a page in whole, {:.2} ms: {page:.3} (at most {RATIO_MAX})", whole.p50());
    println!("- taking in events: {events:.3} (at most {RATIO_MAX})");
    let slower = |(what, ratio)| {
        (ratio > RATIO_MAX).then(|| format!("row-level security: {what} at {ratio:.3}"))
    };
    Ok([("a page", page), ("events", events)].into_iter().filter_map(slower).collect())
}

/// The page over HTTP.
async fn whole(client: &Client, page: &str) -> anyhow::Result<Times> {
    let mut times = Times::default();
    for _ in 0..WARM_UP {
        client.get(page).await?;
    }
    for _ in 0..PAGES {
        times.add(client.get(page).await?.0);
    }
    Ok(times)
}

/// For pages and for events, each having looked for the net.
async fn stores(database: &str) -> anyhow::Result<(Store, Store)> {
    let pages = Store::connect(database, Files::in_memory()).await?;
    let events = Store::connect_for_ingest(database).await?;
    pages.net().await?;
    events.net().await?;
    Ok((pages, events))
}

async fn page(
    without: &Store,
    with: &Store,
    token: &str,
    profile: CustomerId,
) -> anyhow::Result<[Times; 2]> {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, format!("rapport={token}").parse()?);
    let id = profile.to_string();
    let mut times = [Times::default(), Times::default()];
    for round in 0..WARM_UP + ROUNDS {
        for (store, times) in [without, with].into_iter().zip(&mut times) {
            let began = Instant::now();
            bare::four_statements(store, &id, &headers).await?;
            if round >= WARM_UP {
                times.add(began.elapsed());
            }
        }
    }
    Ok(times)
}

async fn events(
    pool: &PgPool,
    workspace: WorkspaceId,
    ways: [&Ingest; 2],
) -> anyhow::Result<[Times; 2]> {
    let store = Store::from_pool(pool.clone());
    let keys = Keyring::default();
    let mut times = [Times::default(), Times::default()];
    for round in 0..WARM_UP + BATCHES {
        for (ingest, times) in ways.into_iter().zip(&mut times) {
            let message = |n: usize| {
                Ok(json!({"type": "track", "event": "Report exported",
                    "anonymousId": format!("apart-{}", (round * BATCH + n) % PEOPLE),
                    "properties": {"format": "csv", "columns": n}}))
            };
            let batch = Batch { messages: (0..BATCH).map(message).collect(), ..Batch::default() };
            let ctx = Ctx::for_system(store.clone(), workspace, "Bench");
            let began = Instant::now();
            let results = take_segment(&ctx, ingest, &keys, batch).await?;
            ensure!(results.iter().all(|r| r.id.is_some()), "an event was not stored: {results:?}");
            if round >= WARM_UP {
                times.add(began.elapsed());
            }
        }
    }
    Ok(times)
}
