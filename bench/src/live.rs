//! Telling open pages: how soon a change is told to 1,000 readers, and what a stream costs.

use crate::measure::{Client, Times, in_browser};
use crate::seed::Seeded;
use anyhow::{Context, bail, ensure};
use rapport_domain::{CustomerId, UserId, WorkspaceId};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const READERS: usize = 1_000;
const ROUNDS: usize = 20;
/// From sending an event to its entry in an open page, in ms: what a person takes for at once.
const DOM_MAX: f64 = 100.0;
const IDLE: usize = 10_000;
/// Streams of one person; a server has a bound.
const OF_A_PERSON: usize = 20;
/// What a stream may hold while nothing happens, in KiB.
const KIB_MAX: f64 = 20.0;
/// Connections opened at once.
const AT_ONCE: usize = 50;
/// Until all is quiet after so many came.
const SETTLE: Duration = Duration::from_secs(12);

pub async fn run(
    pool: &PgPool,
    client: &Client,
    url: &str,
    workspace: WorkspaceId,
    seeded: &Seeded,
) -> anyhow::Result<Vec<String>> {
    let tokens = people(pool, workspace, IDLE / OF_A_PERSON).await?;
    println!("\n## Open pages\n");
    told(client, url, &tokens, seeded.profile).await?;
    idle(url, &tokens, seeded.profile).await
}

/// The same in a real page, while the other readers listen.
async fn shown(url: &str, token: &str, customer: CustomerId) -> Option<Times> {
    let args = [url, token, &customer.to_string(), &ROUNDS.to_string()];
    let mut times = Times::default();
    for line in in_browser("end2end/dom.mjs", &args).await?.lines() {
        times.add(Duration::from_millis(line.parse().ok()?));
    }
    Some(times)
}

/// From sending an event to the hint at each of many readers of the same page.
async fn told(
    client: &Client,
    url: &str,
    tokens: &[String],
    customer: CustomerId,
) -> anyhow::Result<()> {
    let (say, mut heard) = mpsc::channel(READERS * 2);
    // Dropping the set ends the readers: the people behind them are needed again.
    let mut readers = JoinSet::new();
    for stream in open(url, tokens, customer, READERS).await? {
        let say = say.clone();
        readers.spawn(async move {
            let (mut lines, _open) = stream;
            while let Ok(Some(line)) = lines.next_line().await {
                if line.starts_with("data: timeline") && say.send(Instant::now()).await.is_err() {
                    return;
                }
            }
        });
    }
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        // The streams beat at times of their own.
        sleep(Duration::from_millis(300)).await;
        let sent = Instant::now();
        client.post_event(&format!("{url}/api/v1/events"), customer).await?;
        for _ in 0..READERS {
            let at = timeout(Duration::from_secs(10), heard.recv()).await;
            times.add(at.ok().flatten().context("a reader heard nothing")? - sent);
        }
    }
    println!("| event to hint, {READERS} readers | p50 ms | p99 ms |\n|---|---|---|");
    println!("| over HTTP, at each reader | {:.0} | {:.0} |", times.p50(), times.quantile(0.99));
    // They go on listening meanwhile.
    let listening = tokio::spawn(async move { while heard.recv().await.is_some() {} });
    let dom = shown(url, &tokens[tokens.len() - 1], customer).await;
    listening.abort();
    match dom {
        Some(dom) => {
            let (p50, p99) = (dom.p50(), dom.quantile(0.99));
            println!("| in the document of an open page (goal {DOM_MAX}) | {p50:.0} | {p99:.0} |");
        }
        None => println!("| in the document of an open page | no browser | |"),
    }
    Ok(())
}

/// What the server's memory grows by.
async fn idle(url: &str, tokens: &[String], customer: CustomerId) -> anyhow::Result<Vec<String>> {
    sleep(SETTLE).await;
    let before = crate::memory_kib();
    let streams = open(url, tokens, customer, IDLE).await?;
    sleep(SETTLE).await;
    let after = crate::memory_kib();
    drop(streams);
    let Some((before, after)) = before.zip(after) else {
        println!("\n- memory a stream: unknown (RAPPORT_PID is not set)");
        return Ok(Vec::new());
    };
    let each = (after.saturating_sub(before)) as f64 / IDLE as f64;
    println!("\n- memory of {IDLE} idle streams: {each:.1} KiB each (at most {KIB_MAX})");
    Ok((each > KIB_MAX).then(|| format!("{each:.1} KiB a stream")).into_iter().collect())
}

type Open = (Lines<BufReader<OwnedReadHalf>>, OwnedWriteHalf);

/// Opens streams, and answers them once each was accepted.
async fn open(
    url: &str,
    tokens: &[String],
    customer: CustomerId,
    count: usize,
) -> anyhow::Result<Vec<Open>> {
    let host = url.strip_prefix("http://").context("an address without TLS")?.to_string();
    let mut streams = Vec::with_capacity(count);
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut opening = JoinSet::new();
        for n in some {
            let (host, token) = (host.clone(), tokens[n % tokens.len()].clone());
            opening.spawn(async move { one(&host, &token, customer).await });
        }
        while let Some(opened) = opening.join_next().await {
            streams.push(opened??);
        }
    }
    Ok(streams)
}

async fn one(host: &str, token: &str, customer: CustomerId) -> anyhow::Result<Open> {
    let (reads, mut writes) = TcpStream::connect(host).await?.into_split();
    let head = format!(
        "GET /live?topic=customer+{} HTTP/1.1\r\nHost: {host}\r\nCookie: rapport={token}\r\n\r\n",
        customer.0
    );
    writes.write_all(head.as_bytes()).await?;
    // A reader of its own size: this side's memory is not what is measured.
    let mut lines = BufReader::with_capacity(1024, reads).lines();
    let status = lines.next_line().await?.unwrap_or_default();
    ensure!(status.contains(" 200 "), "a stream was answered {status}");
    while let Some(line) = lines.next_line().await? {
        if line.is_empty() {
            return Ok((lines, writes));
        }
    }
    bail!("a stream ended at once")
}

/// Agents, each with a session; answers the tokens.
async fn people(
    pool: &PgPool,
    workspace: WorkspaceId,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let run = UserId::generate();
    let users: Vec<_> = (0..count).map(|_| UserId::generate().0).collect();
    let tokens: Vec<_> = (0..count).map(|n| format!("bench-{run}-{n}")).collect();
    sqlx::query(
        "with people as (
            insert into users (workspace_id, id, email, name, role, password_hash)
            select $1, id, id || '@bench.example', 'Bench', 'agent', '' from unnest($2::uuid[]) as id
        )
        insert into sessions (token_hash, workspace_id, user_id, expires_at)
        select sha256(convert_to(token, 'UTF8')), $1, id, now() + interval '1 hour'
        from unnest($2::uuid[], $3::text[]) as s (id, token)",
    )
    .bind(workspace.0)
    .bind(&users)
    .bind(&tokens)
    .execute(pool)
    .await?;
    Ok(tokens)
}
