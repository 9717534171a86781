//! The profile page, rendered on the server, against the bare handler.

use crate::bare;
use crate::measure::{Client, Times};
use crate::seed::Seeded;
use rapport_store::Store;
use std::time::{Duration, Instant};
use tokio::time::sleep;

const WARM_UP: usize = 30;
const ROUNDS: usize = 300;
/// What rendering may cost on top of the data, and the round trips of a page.
const RATIO_MAX: f64 = 2.0;
const TRIPS_MAX: f64 = 4.0;
/// What the work of the clock may differ by between two stretches of the same length.
const TRIPS_NOISE: f64 = 0.05;

pub async fn run(
    store: &Store,
    client: &Client,
    url: &str,
    seeded: &Seeded,
) -> anyhow::Result<Vec<String>> {
    let page = format!("{url}/customers/{}", seeded.profile);
    let (_, bytes) = client.get(&page).await?;
    let bare = bare::serve(store.clone(), bytes, seeded).await?;
    for _ in 0..WARM_UP {
        client.get(&page).await?;
        client.get(&bare).await?;
    }
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        ours.add(client.get(&page).await?.0);
        theirs.add(client.get(&bare).await?.0);
    }
    let ratio = ours.p50() / theirs.p50();
    let trips = trips(store, client, &page).await?;
    println!("\n## Profile page, 60 events, 20 tickets, {} KB\n", bytes / 1024);
    println!("| | p50 ms | p99 ms |\n|---|---|---|");
    for (name, times) in [("Rapport", &ours), ("bare axum + sqlx, same SQL", &theirs)] {
        println!("| {name} | {:.2} | {:.2} |", times.p50(), times.quantile(0.99));
    }
    println!(
        "\n- ratio of p50: {ratio:.2} (at most {RATIO_MAX})\n- SQL statements a page: {trips:.2} (at most {TRIPS_MAX})"
    );
    let mut missed = Vec::new();
    if ratio > RATIO_MAX {
        missed.push(format!("profile page ratio {ratio:.2}"));
    }
    if trips > TRIPS_MAX + TRIPS_NOISE {
        missed.push(format!("{trips:.2} SQL statements a page"));
    }
    Ok(missed)
}

/// Transactions that the database counted for each page: one a statement outside of any. What the
/// server does by the clock in as long a time without pages is taken off.
async fn trips(store: &Store, client: &Client, page: &str) -> anyhow::Result<f64> {
    let before = transactions(store).await?;
    let began = Instant::now();
    for _ in 0..ROUNDS {
        client.get(page).await?;
    }
    let took = began.elapsed();
    let busy = transactions(store).await?;
    sleep(took).await;
    let quiet = transactions(store).await?;
    Ok(((busy - before) - (quiet - busy)) as f64 / ROUNDS as f64)
}

async fn transactions(store: &Store) -> anyhow::Result<i64> {
    // Idle connections report what they counted after a second, at the latest after ten.
    sleep(Duration::from_secs(12)).await;
    let sql = "select xact_commit from pg_stat_database where datname = current_database()";
    Ok(sqlx::query_scalar(sql).fetch_one(store.pool()).await?)
}
