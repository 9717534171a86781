//! The server is killed in the middle of taking in events, again and again. A ledger holds what
//! was acknowledged: each of those is stored exactly once, a request that got no answer is
//! stored whole or not at all, and sending it again stores it once.
//!
//! `RAPPORT_KILL_POINTS` says how often; `make crash` kills 200 times.

use axum::http::header;
use rapport_services::http_client::choose_crypto;
use rapport_store::Store;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const KILL_POINTS: usize = 6;

/// How often the server is killed.
pub fn kill_points() -> usize {
    let points = std::env::var("RAPPORT_KILL_POINTS").ok().and_then(|n| n.parse().ok());
    points.unwrap_or(KILL_POINTS)
}

const SENDERS: usize = 6;
const BATCH_MAX: u64 = 40;

/// One request: its message ids.
type Batch = Vec<String>;

/// What the senders know.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: Vec<Batch>,
    /// Sent, and the server died before it answered.
    open: Vec<Batch>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

fn new_batch() -> Batch {
    let size = rand::random::<u64>() % BATCH_MAX + 1;
    (0..size).map(|_| format!("m{}", NEXT.fetch_add(1, Ordering::Relaxed))).collect()
}

fn body(batch: &Batch) -> Value {
    // Five browsers: customers are made and locked by many requests at once.
    let event = |(n, id): (usize, &String)| {
        json!({"type": "track", "event": "Ledger", "messageId": id,
            "anonymousId": format!("browser-{}", n % 5)})
    };
    json!({"batch": batch.iter().enumerate().map(event).collect::<Vec<_>>()})
}

/// A built site of empty files: no page is asked for here.
fn no_site() -> PathBuf {
    let site = std::env::temp_dir().join(format!("rapport-no-site-{}", std::process::id()));
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    for kind in ["js", "wasm", "css"] {
        std::fs::write(site.join(format!("pkg/rapport.0.{kind}")), "").unwrap();
    }
    std::fs::write(site.join("hash.txt"), "js: 0\nwasm: 0\ncss: 0\n").unwrap();
    site
}

/// Where a killed server leaves its files.
pub fn files_folder(of: &PgPool) -> PathBuf {
    let name = of.connect_options().get_database().unwrap().to_string();
    std::env::temp_dir().join(format!("rapport-crash-{name}"))
}

pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Serves a database, its files in `files`, until it is killed.
    pub async fn start(database: &str, files: &Path, client: &reqwest::Client) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let site = no_site();
        let child = Command::new(env!("CARGO_BIN_EXE_rapport"))
            .arg("serve")
            .env("LEPTOS_SITE_ROOT", &site)
            .env("LEPTOS_HASH_FILE", site.join("hash.txt"))
            .env("DATABASE_URL", database)
            .env("RAPPORT_ADDR", format!("127.0.0.1:{port}"))
            .env("RAPPORT_DEMO", "1")
            .env("RAPPORT_FILES", files)
            .env("RAPPORT_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, url: format!("http://127.0.0.1:{port}") };
        for _ in 0..600 {
            let ready = client.get(format!("{}/readyz", server.url)).send().await;
            if ready.is_ok_and(|r| r.status().is_success()) {
                return server;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("the server was not ready after 30 s");
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sends until the server is gone, `again` first; answers what was acknowledged and what was not.
async fn send(client: reqwest::Client, url: String, mut again: Vec<Batch>) -> Ledger {
    let mut ledger = Ledger::default();
    loop {
        let batch = again.pop().unwrap_or_else(new_batch);
        let request = client
            .post(format!("{url}/v1/batch"))
            .header(header::AUTHORIZATION, "Bearer rsk_demo_secret")
            .body(body(&batch).to_string());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                let answer: Value = match answer.text().await.map(|t| serde_json::from_str(&t)) {
                    Ok(Ok(answer)) => answer,
                    // The head was here, the rest was not.
                    _ => {
                        ledger.open.push(batch);
                        break;
                    }
                };
                let results = answer["results"].as_array().unwrap();
                let stored = |r: &Value| r["status"] == "created" || r["status"] == "duplicate";
                assert!(results.len() == batch.len() && results.iter().all(stored), "{answer}");
                ledger.acknowledged.push(batch);
            }
            // Full or starting: not stored, and it says so.
            Ok(answer) => assert_eq!(answer.status().as_u16(), 503),
            Err(_) => {
                ledger.open.push(batch);
                break;
            }
        }
    }
    ledger.open.extend(again);
    ledger
}

/// Where a test's database is.
pub fn database_url(pool: &PgPool) -> String {
    let base = std::env::var("DATABASE_URL").unwrap();
    let (address, parameters) = base.split_once('?').unwrap_or((&base, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    let name = pool.connect_options().get_database().unwrap().to_string();
    format!("{server}/{name}?{parameters}")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_acknowledged_survives_kill_9_exactly_once(pool: PgPool) {
    choose_crypto();
    let points = kill_points();
    let (database, files) = (database_url(&pool), files_folder(&pool));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut ledger = Ledger::default();
    let mut struck = 0;
    for _ in 0..points {
        let server = Server::start(&database, &files, &client).await;
        // Half of what is open is sent again, the rest never: both have to come out right.
        let again = ledger.open.len() / 2;
        let mut again: Vec<Batch> = ledger.open.drain(..again).collect();
        let mut senders = JoinSet::new();
        for left in (1..=SENDERS).rev() {
            let own = again.split_off(again.len() - again.len() / left);
            senders.spawn(send(client.clone(), server.url.clone(), own));
        }
        sleep(Duration::from_millis(rand::random::<u64>() % 400 + 20)).await;
        server.kill();
        let open = ledger.open.len();
        while let Some(sent) = senders.join_next().await {
            let sent = sent.unwrap();
            ledger.acknowledged.extend(sent.acknowledged);
            ledger.open.extend(sent.open);
        }
        struck += usize::from(ledger.open.len() > open);
    }
    assert!(struck * 2 >= points, "only {struck} of {points} kills hit a request");
    check(&Store::from_pool(pool), &ledger).await;
    std::fs::remove_dir_all(files).unwrap();
}

async fn check(store: &Store, ledger: &Ledger) {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select dedupe_key, count(*) from timeline_events where source = 'segment' group by 1",
    )
    .fetch_all(store.pool())
    .await
    .unwrap();
    let mut stored: HashMap<String, i64> = rows.into_iter().collect();
    assert!(!ledger.acknowledged.is_empty(), "nothing was acknowledged");
    let total: i64 = stored.values().sum();
    for id in ledger.acknowledged.iter().flatten() {
        assert_eq!(stored.remove(id), Some(1), "{id} was acknowledged");
    }
    for batch in &ledger.open {
        let there = batch.iter().filter(|id| stored.remove(*id).is_some()).count();
        assert!(there == 0 || there == batch.len(), "{there} of {} are stored", batch.len());
    }
    assert!(stored.is_empty(), "stored, and nobody sent it: {stored:?}");
    // What is kept beside the events tells the same, once what was noted is added up.
    rapport_services::ingest::count_due(store).await.unwrap();
    for sql in [
        "select sum(n)::bigint from timeline_counts where kind = 'event'",
        "select sum(n)::bigint from timeline_days",
        "select count(*) from timeline_events where received_as = 'track'",
    ] {
        let kept: i64 = sqlx::query_scalar(sql).fetch_one(store.pool()).await.unwrap();
        assert_eq!(kept, total, "{sql}");
    }
    let people = "select count(*) from customers where kind = 'visitor'";
    let people: i64 = sqlx::query_scalar(people).fetch_one(store.pool()).await.unwrap();
    assert_eq!(people, 5);
}
