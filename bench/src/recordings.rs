//! Recorded sessions: many at once, and one of an hour, of which the player wants any second.

use crate::measure::{Client, Times, in_browser};
use anyhow::ensure;
use chrono::Utc;
use rapport_domain::{CustomerId, RecordingId, Uuid};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

const SESSIONS: u32 = 500;
/// A recorder sends so often.
const EVERY: Duration = Duration::from_secs(3);
const CHUNKS: i32 = 6;
/// The session of an hour, and seconds between whole pictures of its page.
const HOUR_CHUNKS: i32 = 1_200;
const PICTURE_EVERY: i32 = 20;
/// What a chunk may take, in ms, and the dearest second of the hour of the cheapest.
const CHUNK_MAX: f64 = 100.0;
const SEEK_MAX: f64 = 2.0;
const SEEKS: i32 = 40;
/// Of the visitor's main thread; KiB of a minute; and how much more than the whole as one.
const SHARE_MAX: f64 = 0.02;
const MINUTE_MAX: f64 = 60.0;
const WHOLE_MAX: f64 = 2.0;
/// As the server packs.
const LEVEL: i32 = 12;
/// What a person takes for quick, in ms.
const OPEN_GOAL: f64 = 500.0;
const SEEK_GOAL: f64 = 300.0;

pub async fn run(
    pool: &PgPool,
    client: &Client,
    url: &str,
    token: &str,
) -> anyhow::Result<Vec<String>> {
    println!("\n## Recorded sessions\n");
    let mut missed = Vec::new();
    let times = many(pool, client, url).await?;
    let (p50, p99) = (times.p50(), times.quantile(0.99));
    println!(
        "| {SESSIONS} sessions at once, each a chunk every {} s | p50 ms | p99 ms |",
        EVERY.as_secs()
    );
    println!(
        "|---|---|---|\n| chunk sent to chunk safe (at most {CHUNK_MAX}) | {p50:.1} | {p99:.1} |"
    );
    println!(
        "\n- of {} chunks that were acknowledged, none is missing",
        SESSIONS * CHUNKS.unsigned_abs()
    );
    if p99 > CHUNK_MAX {
        missed.push(format!("chunks of recordings at {p99:.0} ms"));
    }
    missed.extend(visits(pool, client, url).await?);
    let ratio = hour(pool, client, url, token).await?;
    if ratio > SEEK_MAX {
        missed.push(format!("seeking in an hour at {ratio:.2}"));
    }
    Ok(missed)
}

/// Every session at its own moment; what was acknowledged is in the tables afterwards.
async fn many(pool: &PgPool, client: &Client, url: &str) -> anyhow::Result<Times> {
    let run = Uuid::now_v7().simple().to_string();
    let mut senders = JoinSet::new();
    for n in 0..SESSIONS {
        let (client, url, run) = (client.clone(), url.to_string(), run.clone());
        senders.spawn(async move {
            sleep(EVERY * n / SESSIONS).await;
            let mut beat = interval(EVERY);
            let mut times = Vec::new();
            let start = Utc::now().timestamp_millis();
            for seq in 0..CHUNKS {
                beat.tick().await;
                let body = chunk(&format!("{run}-{n}"), seq, start, seq == 0);
                let sent = Instant::now();
                let from = browser(n);
                let url = format!("{url}/v1/recordings/chunks");
                let status = client.post_text_from(&url, body, from).await?;
                times.push(sent.elapsed());
                ensure!(status.is_success(), "a chunk was answered {status}");
            }
            anyhow::Ok(times)
        });
    }
    let mut all = Times::default();
    while let Some(times) = senders.join_next().await {
        times??.into_iter().for_each(|time| all.add(time));
    }
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from recording_chunks c join recordings r on r.workspace_id = c.workspace_id
            and r.id = c.recording_id where r.session_key like $1",
    )
    .bind(format!("{run}-%"))
    .fetch_one(pool)
    .await?;
    let sent = i64::from(SESSIONS) * i64::from(CHUNKS);
    ensure!(kept == sent, "of {sent} acknowledged chunks {kept} are kept");
    Ok(all)
}

#[derive(Deserialize)]
struct Visits {
    /// Of the main thread's time, while somebody is busy on a page.
    share: f64,
    /// The session of ten minutes.
    long: String,
}

/// What recording costs the page of a visitor, and what ten minutes of one take once they are packed.
async fn visits(pool: &PgPool, client: &Client, url: &str) -> anyhow::Result<Vec<String>> {
    let Some(said) = in_browser("end2end/record.mjs", &[url]).await else {
        println!("\n- what recording costs a page: no browser");
        return Ok(Vec::new());
    };
    let visits: Visits = serde_json::from_str(&said)?;
    // It is over as if half an hour had gone by, and the server packs it.
    sqlx::query(
        "update recordings set received_at = now() - interval '1 hour' where session_key = $1",
    )
    .bind(&visits.long)
    .execute(pool)
    .await?;
    let row = "select customer_id, id, stored, bytes, (select sum(raw_bytes)::bigint from recording_parts p
            where p.workspace_id = r.workspace_id and p.recording_id = r.id) as raw,
            (select max(last_at) - min(first_at) from recording_parts p
            where p.workspace_id = r.workspace_id and p.recording_id = r.id) as length
        from recordings r where session_key = $1";
    let packed = loop {
        let packed: Packed = sqlx::query_as(row).bind(&visits.long).fetch_one(pool).await?;
        if packed.stored {
            break packed;
        }
        sleep(Duration::from_millis(500)).await;
    };
    let base = format!(
        "{url}/customers/{}/sessions/{}",
        CustomerId(packed.customer_id),
        RecordingId(packed.id)
    );
    let whole = whole(pool, client, &base, &packed).await?;
    let minutes = packed.length.unwrap_or_default() as f64 / 60_000.0;
    let a_minute = packed.bytes as f64 / 1_024.0 / minutes;
    let ratio = packed.bytes as f64 / whole as f64;
    println!(
        "\n- the recorder's share of the main thread on a busy page: {:.1} % (at most {} %)",
        visits.share * 100.0,
        SHARE_MAX * 100.0
    );
    println!(
        "- a visit of {minutes:.1} minutes: {:.0} KiB of events, {:.0} KiB stored, {a_minute:.1} KiB a minute (at most {MINUTE_MAX}), {ratio:.2} times what zstd makes of the whole (at most {WHOLE_MAX})",
        packed.raw.unwrap_or_default() as f64 / 1_024.0,
        packed.bytes as f64 / 1_024.0,
    );
    let mut missed = Vec::new();
    if visits.share > SHARE_MAX {
        missed.push(format!("recording takes {:.1} % of the page", visits.share * 100.0));
    }
    if a_minute > MINUTE_MAX || ratio > WHOLE_MAX {
        missed.push(format!("recordings at {a_minute:.0} KiB a minute, {ratio:.2} of the whole"));
    }
    Ok(missed)
}

#[derive(sqlx::FromRow)]
struct Packed {
    customer_id: Uuid,
    id: Uuid,
    stored: bool,
    bytes: i64,
    raw: Option<i64>,
    /// Milliseconds.
    length: Option<i64>,
}

/// The size of all events of a session in one frame of the same level.
async fn whole(
    pool: &PgPool,
    client: &Client,
    base: &str,
    packed: &Packed,
) -> anyhow::Result<usize> {
    let windows: Vec<(String, i64)> = sqlx::query_as(
        "select window_key, max(last_at) from recording_parts where recording_id = $1 group by 1 order by 1",
    )
    .bind(packed.id)
    .fetch_all(pool)
    .await?;
    let mut all = Vec::new();
    for (window, end) in windows {
        let mut way = "seek=0".to_string();
        loop {
            let (last, json) =
                client.get_events(&format!("{base}/events?window={window}&{way}")).await?;
            all.extend_from_slice(&json);
            match last {
                Some(last) if last < end => way = format!("after={last}"),
                _ => break,
            }
        }
    }
    Ok(zstd::bulk::compress(&all, LEVEL)?.len())
}

/// The address of a visitor.
fn browser(n: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + n)
}

/// Asks for seconds all over one session of an hour; answers the dearest part's share of the cheapest's.
async fn hour(pool: &PgPool, client: &Client, url: &str, token: &str) -> anyhow::Result<f64> {
    let session = format!("{}-hour", Uuid::now_v7().simple());
    let start = Utc::now().timestamp_millis() - 3_600_000;
    for seq in 0..HOUR_CHUNKS {
        let body = chunk(&session, seq, start, seq % PICTURE_EVERY == 0);
        let from = browser(seq.unsigned_abs() / 60);
        let url = format!("{url}/v1/recordings/chunks");
        let status = client.post_text_from(&url, body, from).await?;
        ensure!(status.is_success(), "a chunk was answered {status}");
    }
    let (customer, id): (Uuid, Uuid) =
        sqlx::query_as("select customer_id, id from recordings where session_key = $1")
            .bind(&session)
            .fetch_one(pool)
            .await?;
    let (customer, id) = (CustomerId(customer), RecordingId(id));
    let base = format!("{url}/customers/{customer}/sessions/{id}");
    println!("\n| one session of an hour | p50 ms | p99 ms | KiB |\n|---|---|---|---|");
    let mut page = Times::default();
    let mut size = 0;
    for _ in 0..SEEKS {
        let (time, bytes) = client.get(&base).await?;
        page.add(time);
        size = bytes;
    }
    println!(
        "| the player's page | {:.1} | {:.1} | {} |",
        page.p50(),
        page.quantile(0.99),
        size / 1024
    );
    let mut middles = Vec::new();
    for (name, from) in [("begin", 0), ("middle", 1_780), ("end", 3_000)] {
        let mut times = Times::default();
        for n in 0..SEEKS {
            let at = start + i64::from(from + n) * 1_000;
            let (time, bytes) =
                client.get(&format!("{base}/events?window={WINDOW}&seek={at}")).await?;
            times.add(time);
            size = bytes;
        }
        println!(
            "| a second near its {name} | {:.1} | {:.1} | {} |",
            times.p50(),
            times.quantile(0.99),
            size / 1024
        );
        middles.push(times.p50());
    }
    match played(url, token, &base[url.len()..]).await {
        Some((opened, sought)) => {
            println!(
                "| in a browser: page opened to its first picture (goal {OPEN_GOAL}) | {:.0} | {:.0} | |",
                opened.p50(),
                opened.quantile(0.99)
            );
            println!(
                "| in a browser: click on the bar to that second (goal {SEEK_GOAL}) | {:.0} | {:.0} | |",
                sought.p50(),
                sought.quantile(0.99)
            );
        }
        None => println!("| in a browser | no browser | | |"),
    }
    let (least, most) = (
        middles.iter().copied().fold(f64::MAX, f64::min),
        middles.iter().copied().fold(0.0, f64::max),
    );
    println!("\n- dearest to cheapest: {:.2} (at most {SEEK_MAX})", most / least);
    Ok(most / least)
}

/// From opening the page to its first picture, and from a click on the bar to the picture of that second.
async fn played(url: &str, token: &str, path: &str) -> Option<(Times, Times)> {
    let seconds = (HOUR_CHUNKS * 3).to_string();
    let (mut opened, mut sought) = (Times::default(), Times::default());
    for line in in_browser("end2end/player.mjs", &[url, token, path, &seconds]).await?.lines() {
        let (first, second) = line.split_once(' ')?;
        opened.add(Duration::from_millis(first.parse().ok()?));
        sought.add(Duration::from_millis(second.parse().ok()?));
    }
    Some((opened, sought))
}

const WINDOW: &str = "benchwindow";

/// Three seconds of a session as a recorder sends them: moves of the mouse and changes of a page of 300
/// elements, now and then its whole picture.
fn chunk(session: &str, seq: i32, start: i64, whole: bool) -> String {
    let at = start + i64::from(seq) * 3_000;
    let mut events: Vec<Value> = Vec::new();
    if whole {
        events.push(json!({"type": 4, "timestamp": at, "data": {"href": "https://shop.example/cart", "width": 1440, "height": 900}}));
        events.push(json!({"type": 2, "timestamp": at + 1, "data": {"initialOffset": {"left": 0, "top": 0}, "node": page(session)}}));
    }
    for n in 0..30 {
        let (x, y) = ((seq * 37 + n * 13) % 1_400, (seq * 11 + n * 29) % 880);
        let moves = json!([{"x": x, "y": y, "id": 5, "timeOffset": -40}]);
        events.push(json!({"type": 3, "timestamp": at + 50 + i64::from(n) * 90, "data": {"source": 1, "positions": moves}}));
        if n % 6 == 0 {
            let texts = json!([{"id": 12 + 3 * (n % 90), "value": format!("Row {n} of {seq}")}]);
            events.push(json!({"type": 3, "timestamp": at + 60 + i64::from(n) * 90, "data": {"source": 0, "texts": texts, "attributes": [], "removes": [], "adds": []}}));
        }
    }
    let head = json!({"key": "rpk_demo_write", "session": session, "window": WINDOW, "seq": seq,
        "anonymousId": format!("bench-{session}"), "sentAt": Utc::now().timestamp_millis(),
        "context": {"userAgent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36"}});
    format!("{head}\n{}", Value::Array(events))
}

/// A page of a hundred rows.
fn page(session: &str) -> Value {
    let row = |n: i32| {
        let text =
            json!({"type": 3, "id": 12 + 3 * n, "textContent": format!("Row {n} of {session}")});
        let cell = json!({"type": 2, "id": 11 + 3 * n, "tagName": "span", "attributes": {"class": "cell"}, "childNodes": [text]});
        json!({"type": 2, "id": 10 + 3 * n, "tagName": "div", "attributes": {"class": format!("row row-{n}")}, "childNodes": [cell]})
    };
    let body = json!({"type": 2, "id": 5, "tagName": "body", "attributes": {}, "childNodes": (0..100).map(row).collect::<Vec<_>>()});
    let head = json!({"type": 2, "id": 4, "tagName": "head", "attributes": {}, "childNodes": []});
    let html = json!({"type": 2, "id": 3, "tagName": "html", "attributes": {}, "childNodes": [head, body]});
    json!({"type": 0, "id": 1, "childNodes": [{"type": 1, "id": 2, "name": "html", "publicId": "", "systemId": ""}, html]})
}
