//! The same for recordings: the server is killed while it takes in chunks. Each that was acknowledged
//! has a row and bytes that can be read, once; one that got no answer can be sent again.

use crate::crash::{Server, database_url, files_folder, kill_points};
use chrono::Utc;
use rapport_domain::recording::Settings;
use rapport_domain::{RecordingId, Uuid, WorkspaceId};
use rapport_services::http_client::choose_crypto;
use rapport_services::recordings;
use rapport_store::recordings as store;
use rapport_store::{Files, Store};
use serde_json::json;
use sqlx::PgPool;
use std::collections::HashSet;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const SENDERS: usize = 6;

/// A browser: its session, and the number of the chunk that comes next.
struct Sender {
    session: String,
    next: i32,
    start: i64,
}

/// Of each session, how many chunks were acknowledged, and whether one more was on its way.
impl Sender {
    fn new() -> Self {
        let start = Utc::now().timestamp_millis();
        Self { session: Uuid::now_v7().simple().to_string(), next: 0, start }
    }

    /// The same bytes each time for the same number.
    fn body(&self) -> String {
        let Self { session, next, start } = self;
        let at = start + i64::from(*next) * 3_000;
        let head = json!({"key": "rpk_demo_write", "session": session, "window": "aaaaaaaaaaaaaaaa",
            "seq": next, "anonymousId": format!("browser-{session}"), "sentAt": start});
        let events = json!([
            {"type": 4, "timestamp": at, "data": {"href": "https://shop.example/", "width": 800, "height": 600}},
            {"type": 2, "timestamp": at + 1, "data": {"node": {"type": 0, "childNodes": [], "id": 1}}},
            {"type": 3, "timestamp": at + 2, "data": {"source": 0, "texts": [{"id": 1, "value": "x".repeat(4_000)}]}},
        ]);
        format!("{head}\n{events}")
    }

    /// Sends until the server is gone.
    async fn send(mut self, client: reqwest::Client, url: String) -> Self {
        while let Ok(answer) =
            client.post(format!("{url}/v1/recordings/chunks")).body(self.body()).send().await
        {
            let status = answer.status();
            let Ok(text) = answer.text().await else { break };
            if status.is_success() {
                self.next += 1;
            } else {
                assert_eq!(status.as_u16(), 503, "{text}");
            }
        }
        self
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn acknowledged_chunks_survive_kill_9_exactly_once(pool: PgPool) {
    choose_crypto();
    let (database, files) = (database_url(&pool), files_folder(&pool));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // The demo is there once a server has started.
    Server::start(&database, &files, &client).await.kill();
    let workspace: Uuid =
        sqlx::query_scalar("select workspace_id from workspaces").fetch_one(&pool).await.unwrap();
    let workspace = WorkspaceId(workspace);
    let mut tx = pool.begin().await.unwrap();
    let settings = Settings { enabled: true, ..Settings::default() };
    store::set_settings(&mut tx, workspace, &settings).await.unwrap();
    tx.commit().await.unwrap();

    let mut waiting: Vec<Sender> = Vec::new();
    let mut gone: Vec<Sender> = Vec::new();
    for _ in 0..kill_points() {
        let server = Server::start(&database, &files, &client).await;
        // Half go on with the chunk that got no answer, and half never come back.
        waiting.extend(gone.split_off(gone.len() / 2 + gone.len() % 2).into_iter().take(SENDERS));
        waiting.resize_with(SENDERS, Sender::new);
        let mut senders = JoinSet::new();
        for sender in waiting.drain(..) {
            senders.spawn(sender.send(client.clone(), server.url.clone()));
        }
        sleep(Duration::from_millis(rand::random::<u64>() % 700 + 200)).await;
        server.kill();
        while let Some(sender) = senders.join_next().await {
            gone.push(sender.unwrap());
        }
    }
    assert!(gone.iter().any(|sender| sender.next > 0), "nothing was taken in");

    let store =
        Store::from_pool(pool.clone()).with_files(Files::at(files.to_str().unwrap()).unwrap());
    for sender in &gone {
        let rows: Vec<(Uuid, i32)> = sqlx::query_as(
            "select r.id, c.seq from recordings r join recording_chunks c
                on c.workspace_id = r.workspace_id and c.recording_id = r.id
            where r.session_key = $1",
        )
        .bind(&sender.session)
        .fetch_all(&pool)
        .await
        .unwrap();
        let numbers: HashSet<i32> = rows.iter().map(|row| row.1).collect();
        assert_eq!(numbers.len(), rows.len(), "a chunk is there twice");
        let lost: Vec<i32> = (0..sender.next).filter(|seq| !numbers.contains(seq)).collect();
        assert!(lost.is_empty(), "acknowledged, and gone: {lost:?} of {}", sender.session);
        // At most the one without an answer is there as well.
        assert!(rows.len() <= usize::try_from(sender.next).unwrap() + 1);
        // Packing reads all of their bytes.
        if let Some((id, _)) = rows.first() {
            assert!(recordings::pack_now(&store, workspace, RecordingId(*id)).await.unwrap());
        }
    }
    std::fs::remove_dir_all(files).unwrap();
}
