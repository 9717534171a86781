//! Taking in events over HTTP, durable, against an UNNEST insert of the same rows alone; single
//! events; and a page while events flow.

use crate::measure::{Client, Times};
use crate::seed::Seeded;
use anyhow::{Context, ensure};
use chrono::Utc;
use rapport_domain::{Uuid, WorkspaceId};
use serde_json::json;
use sqlx::PgPool;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

const BATCH: usize = 100;
/// Who sends batches at once: few, who wait for the disk between two batches, and enough of them
/// to keep both sides busy.
const BATCH_CLIENTS: [usize; 2] = [4, 16];
const SINGLE_CLIENTS: usize = 64;
const ROUNDS: usize = 5;
/// Share of the own table's floor that has to come through once all are busy, and what a page may
/// cost of a quiet one.
const FLOOR_MIN: f64 = 0.5;
const BESIDE_MAX: f64 = 2.0;
const FLOW_PER_SECOND: u64 = 10_000;
/// Customers that the events are spread over.
const PEOPLE: u64 = 200;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Seconds of one round; a try on a slow build takes shorter ones.
fn round() -> Duration {
    let ms = env::var("RAPPORT_BENCH_MS").ok().and_then(|ms| ms.parse().ok());
    Duration::from_millis(ms.unwrap_or(4_000))
}

pub async fn run(
    pool: &PgPool,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
    seeded: &Seeded,
) -> anyhow::Result<Vec<String>> {
    sqlx::raw_sql(FLOOR_TABLES).execute(pool).await?;
    let share = durable(pool, client, url, workspace).await?;
    let (rate, times) = singles(client, url).await?;
    println!("\n## Single events, {SINGLE_CLIENTS} clients\n");
    println!("- {rate:.0} a second, p50 {:.1} ms, p99 {:.1} ms", times.p50(), times.quantile(0.99));
    let (quiet, beside, flowed) = beside(client, url, seeded).await?;
    let ratio = beside.quantile(0.99) / quiet.quantile(0.99);
    println!("\n## Profile page while {FLOW_PER_SECOND} events/s flow ({flowed:.0} did)\n");
    println!("| | p50 ms | p99 ms |\n|---|---|---|");
    for (name, times) in [("quiet", &quiet), ("beside the flow", &beside)] {
        println!("| {name} | {:.2} | {:.2} |", times.p50(), times.quantile(0.99));
    }
    println!("\n- ratio of p99: {ratio:.2} (at most {BESIDE_MAX})");
    let mut missed = Vec::new();
    if share < FLOOR_MIN {
        missed.push(format!("ingest at {share:.2} of its table's floor"));
    }
    if ratio > BESIDE_MAX {
        missed.push(format!("profile beside ingest at {ratio:.2}"));
    }
    Ok(missed)
}

/// Batches of ours beside inserts of the rows alone; answers the share of the own table's floor
/// with the most clients.
async fn durable(
    pool: &PgPool,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
) -> anyhow::Result<f64> {
    println!("\n## Events, batches of {BATCH}, durable, events/s\n");
    println!("| clients | Rapport | own table and indexes | a key alone | shares |");
    println!("|---|---|---|---|---|");
    let (mut cpu, mut all, mut share) = (0.0, 0.0, 0.0);
    for clients in BATCH_CLIENTS {
        let (mut ours, mut key, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let before = server_cpu();
            ours.push(batches(client, url, clients).await?);
            cpu += server_cpu() - before;
            key.push(bare(pool, workspace, FLOOR_INSERT, clients).await?);
            own.push(bare(pool, workspace, INDEXED_INSERT, clients).await?);
        }
        all += ours.iter().sum::<f64>();
        let (ours, key, own) = (median(&mut ours), median(&mut key), median(&mut own));
        share = ours / own;
        println!("| {clients} | {ours:.0} | {own:.0} | {key:.0} | {share:.2}, {:.2} |", ours / key);
    }
    println!(
        "\n- share of the own table's floor with {clients} clients: {share:.2} (at least {FLOOR_MIN})",
        clients = BATCH_CLIENTS[1]
    );
    if cpu > 0.0 {
        let per_core = all * round().as_secs_f64() / cpu;
        println!("- events a second of the server's own processor time: {per_core:.0}");
    }
    Ok(share)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn event(run: &str) -> serde_json::Value {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    json!({"type": "track", "event": "Report exported", "messageId": format!("{run}-{n}"),
        "anonymousId": format!("bench-{}", n % PEOPLE),
        "properties": {"format": "csv", "columns": n % 40}})
}

async fn batches(client: &Client, url: &str, clients: usize) -> anyhow::Result<f64> {
    let run = Uuid::now_v7().simple().to_string();
    let until = Instant::now() + round();
    let mut senders = JoinSet::new();
    for _ in 0..clients {
        let (client, url, run) = (client.clone(), format!("{url}/v1/batch"), run.clone());
        senders.spawn(async move {
            let mut sent = 0;
            while Instant::now() < until {
                let batch: Vec<_> = (0..BATCH).map(|_| event(&run)).collect();
                let status = client.post_json(&url, &json!({ "batch": batch })).await?;
                ensure!(status.is_success(), "a batch was answered {status}");
                sent += BATCH;
            }
            anyhow::Ok(sent)
        });
    }
    let mut sent = 0;
    while let Some(done) = senders.join_next().await {
        sent += done??;
    }
    Ok(sent as f64 / round().as_secs_f64())
}

async fn singles(client: &Client, url: &str) -> anyhow::Result<(f64, Times)> {
    let run = Uuid::now_v7().simple().to_string();
    let until = Instant::now() + round();
    let mut senders = JoinSet::new();
    for _ in 0..SINGLE_CLIENTS {
        let (client, url, run) = (client.clone(), format!("{url}/v1/track"), run.clone());
        senders.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < until {
                let start = Instant::now();
                let status = client.post_json(&url, &event(&run)).await?;
                ensure!(status.is_success(), "an event was answered {status}");
                times.push(start.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Times::default();
    let mut sent = 0;
    while let Some(done) = senders.join_next().await {
        for time in done?? {
            times.add(time);
            sent += 1;
        }
    }
    Ok((f64::from(sent) / round().as_secs_f64(), times))
}

/// Pages alone, then pages while events flow at a fixed rate, whether or not answers are slow.
async fn beside(
    client: &Client,
    url: &str,
    seeded: &Seeded,
) -> anyhow::Result<(Times, Times, f64)> {
    let page = format!("{url}/customers/{}", seeded.profile);
    let quiet = pages(client, &page).await?;
    let run: Arc<str> = Uuid::now_v7().simple().to_string().into();
    let until = Instant::now() + round();
    let (sender, batch_url) = (client.clone(), format!("{url}/v1/batch"));
    let flow = tokio::spawn(async move {
        let mut tick = interval(Duration::from_millis(1_000 * BATCH as u64 / FLOW_PER_SECOND));
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut sent = JoinSet::new();
        while Instant::now() < until {
            tick.tick().await;
            let (client, url, run) = (sender.clone(), batch_url.clone(), run.clone());
            sent.spawn(async move {
                let batch: Vec<_> = (0..BATCH).map(|_| event(&run)).collect();
                client.post_json(&url, &json!({ "batch": batch })).await
            });
        }
        let answers = sent.join_all().await;
        answers.into_iter().filter(|a| a.as_ref().is_ok_and(|s| s.is_success())).count()
    });
    let beside = pages(client, &page).await?;
    let stored = flow.await.context("the flow broke off")? * BATCH;
    Ok((quiet, beside, stored as f64 / round().as_secs_f64()))
}

async fn pages(client: &Client, page: &str) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let until = Instant::now() + round().mul_f64(0.9);
    while Instant::now() < until {
        times.add(client.get(page).await?.0);
    }
    Ok(times)
}

/// Seconds of processor time that the server has used.
fn server_cpu() -> f64 {
    let stat = env::var("RAPPORT_PID")
        .ok()
        .and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    // After the name in brackets: the 12th and 13th field, in hundredths of a second.
    let fields = stat.as_deref().and_then(|s| s.rsplit_once(')')).map(|(_, rest)| rest);
    let ticks = fields.map(|f| f.split_whitespace().skip(11).take(2));
    ticks.into_iter().flatten().filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The rows alone.
async fn bare(
    pool: &PgPool,
    workspace: WorkspaceId,
    insert: &'static str,
    clients: usize,
) -> anyhow::Result<f64> {
    let until = Instant::now() + round();
    let mut writers = JoinSet::new();
    for _ in 0..clients {
        let pool = pool.clone();
        writers.spawn(async move {
            let mut written = 0;
            while Instant::now() < until {
                let ids: Vec<Uuid> = (0..BATCH).map(|_| Uuid::now_v7()).collect();
                let people: Vec<Uuid> = ids
                    .iter()
                    .map(|id| Uuid::from_u128(id.as_u128() % u128::from(PEOPLE)))
                    .collect();
                let payloads = vec![json!({"format": "csv", "columns": 3}); BATCH];
                sqlx::query(insert)
                    .bind(workspace.0)
                    .bind(&people)
                    .bind(Utc::now())
                    .bind(&ids)
                    .bind(&payloads)
                    .execute(&pool)
                    .await?;
                written += BATCH;
            }
            anyhow::Ok(written)
        });
    }
    let mut written = 0;
    while let Some(done) = writers.join_next().await {
        written += done??;
    }
    Ok(written as f64 / round().as_secs_f64())
}

/// The least that such a table needs, and all that ours has.
const FLOOR_TABLES: &str = "create table if not exists bench_floor (
    workspace_id uuid, customer_id uuid, occurred_at timestamptz, id uuid, kind text, source text,
    name text, payload jsonb, primary key (workspace_id, customer_id, occurred_at, id));
    create table if not exists bench_indexed (like timeline_events including all)";

const FLOOR_INSERT: &str = "insert into bench_floor
    select $1, e.customer_id, $3, e.id, 'event', 'segment', 'Report exported', e.payload
    from unnest($2::uuid[], $4::uuid[], $5::jsonb[]) as e (customer_id, id, payload)
    on conflict do nothing";

const INDEXED_INSERT: &str = "insert into bench_indexed (workspace_id, customer_id, occurred_at, id,
        kind, source, name, payload, dedupe_key, received_as)
    select $1, e.customer_id, $3, e.id, 'event', 'segment', 'Report exported', e.payload, e.id::text,
        'track'
    from unnest($2::uuid[], $4::uuid[], $5::jsonb[]) as e (customer_id, id, payload)
    on conflict do nothing";
