//! A page of the timeline at its top, middle and end, for customers of several sizes, alone and
//! merged of five.

use crate::measure::{Client, Times};
use crate::seed::Seeded;
use chrono::Utc;
use rapport_domain::timeline::{EventKind, Position, TimelineQuery};
use rapport_domain::{CustomerId, WorkspaceId};
use rapport_store::Store;
use std::time::Instant;

const WARM_UP: usize = 10;
const ROUNDS: usize = 100;
/// The dearest position may cost this much of the cheapest.
const RATIO_MAX: f64 = 1.3;

pub async fn run(
    store: &Store,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
    seeded: &Seeded,
) -> anyhow::Result<Vec<String>> {
    let mut missed = table(store, client, url, workspace, &seeded.timelines, &PLAIN).await?;
    missed.extend(table(store, client, url, workspace, &seeded.merged, &MERGED).await?);
    Ok(missed)
}

/// One kind of timeline, and what the dearest position may cost of the cheapest.
struct Case {
    title: &'static str,
    kinds: &'static [EventKind],
    identities: i64,
    ratio_max: f64,
}

const PLAIN: Case = Case { title: "", kinds: &[], identities: 1, ratio_max: RATIO_MAX };
const MERGED: Case = Case {
    title: " of five merged identities, three kinds",
    kinds: &[EventKind::Event, EventKind::Error, EventKind::Help],
    identities: 5,
    ratio_max: 2.0,
};

async fn table(
    store: &Store,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
    customers: &[(i64, CustomerId)],
    case: &Case,
) -> anyhow::Result<Vec<String>> {
    let mut cells = Vec::new();
    for (events, customer) in customers {
        let own = *events / case.identities;
        for (name, at) in seed_positions(store, workspace, *customer, own).await? {
            let query = TimelineQuery::new(case.kinds, at);
            let page = format!("{url}/customers/{customer}{}", query.to_query_string());
            cells.push((*events, name, *customer, query, page, Times::default(), Times::default()));
        }
    }
    // All cells in turn, so that what slows the machine slows each alike.
    for round in 0..WARM_UP + ROUNDS {
        for (_, _, customer, query, page, sql, http) in &mut cells {
            let start = Instant::now();
            store.timeline(workspace, *customer, query, None, Utc::now()).await?;
            let took = start.elapsed();
            let (fetched, _) = client.get(page).await?;
            if round >= WARM_UP {
                sql.add(took);
                http.add(fetched);
            }
        }
    }
    println!(
        "\n## Timeline page{}, p50 in ms\n\n| events | at | query | page over HTTP |\n|---|---|---|---|",
        case.title
    );
    for (events, name, _, _, _, sql, http) in &cells {
        println!("| {events} | {name} | {:.3} | {:.2} |", sql.p50(), http.p50());
    }
    let spread = |times: Vec<f64>| {
        let most = times.iter().copied().fold(f64::MIN, f64::max);
        most / times.iter().copied().fold(f64::MAX, f64::min)
    };
    let sql = spread(cells.iter().map(|c| c.5.p50()).collect());
    let http = spread(cells.iter().map(|c| c.6.p50()).collect());
    println!(
        "\n- dearest to cheapest: query {sql:.2}, page {http:.2} (at most {})",
        case.ratio_max
    );
    let names = [("query", sql), ("page", http)].into_iter();
    Ok(names
        .filter(|(_, r)| *r > case.ratio_max)
        .map(|(n, r)| format!("timeline{} {n} spread {r:.2}", case.title))
        .collect())
}

/// Where a full page lies at the top, in the middle and at the end.
async fn seed_positions(
    store: &Store,
    workspace: WorkspaceId,
    customer: CustomerId,
    events: i64,
) -> anyhow::Result<Vec<(&'static str, Position)>> {
    let mut positions = vec![("top", Position::Newest)];
    for (name, skip) in [("middle", events / 2), ("end", events - 52)] {
        let (at, id) = sqlx::query_as(
            "select occurred_at, id from timeline_events where workspace_id = $1 and customer_id = $2
            order by occurred_at desc, id desc offset $3 limit 1",
        )
        .bind(workspace.0)
        .bind(customer.0)
        .bind(skip)
        .fetch_one(store.pool())
        .await?;
        positions.push((name, Position::Before(rapport_domain::Cursor { at, id })));
    }
    Ok(positions)
}
