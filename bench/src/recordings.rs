//! Recorded sessions: many at once, and one of an hour, of which the player wants any second.

use crate::measure::{Client, Times, in_browser};
use anyhow::ensure;
use chrono::Utc;
use rapport_domain::{CustomerId, RecordingId, Uuid};
use serde_json::{Value, json};
use sqlx::PgPool;
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
                let status = client.post_text(&format!("{url}/v1/recordings/chunks"), body).await?;
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

/// Asks for seconds all over one session of an hour; answers the dearest part's share of the cheapest's.
async fn hour(pool: &PgPool, client: &Client, url: &str, token: &str) -> anyhow::Result<f64> {
    let session = format!("{}-hour", Uuid::now_v7().simple());
    let start = Utc::now().timestamp_millis() - 3_600_000;
    for seq in 0..HOUR_CHUNKS {
        let body = chunk(&session, seq, start, seq % PICTURE_EVERY == 0);
        let status = client.post_text(&format!("{url}/v1/recordings/chunks"), body).await?;
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
    for (name, from) in [("begin", 0), ("middle", 1_780), ("end", 3_550)] {
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
