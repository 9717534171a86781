//! The stream of changes over a real connection.

use crate::support::TestApp;
use axum::http::StatusCode;
use rapport_domain::CustomerId;
use rapport_services::live::Live;
use sqlx::PgPool;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// A stream as a browser has it: lines as they come.
pub struct Reader(Lines<BufReader<TcpStream>>);

impl Reader {
    /// Connects, and answers the head.
    pub async fn new(addr: SocketAddr, path: &str, cookie: &str) -> (String, Self) {
        let mut stream = TcpStream::connect(addr).await.expect("a connection");
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {addr}\r\nAccept: text/event-stream\r\n\
            Accept-Encoding: gzip, br\r\nCookie: {cookie}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut reader = Self(BufReader::new(stream).lines());
        let head = reader.until(str::is_empty).await;
        (head, reader)
    }

    /// All up to the first line of which `is_last` says so.
    pub async fn until(&mut self, is_last: impl Fn(&str) -> bool) -> String {
        let mut read = String::new();
        let lines = async {
            while let Some(line) = self.0.next_line().await.expect("a line") {
                read.push_str(&line);
                read.push('\n');
                if is_last(&line) {
                    return;
                }
            }
            panic!("the stream ended: {read}");
        };
        timeout(Duration::from_secs(20), lines).await.expect("in time");
        read
    }

    /// Reads until the server ends it: its last chunk is empty, the connection stays.
    pub async fn end(&mut self) {
        self.until(|line| line == "0").await;
    }
}

/// Serves `app` on a port of its own.
pub async fn serve(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, app.router.clone()).into_future());
    addr
}

pub(super) async fn start(live: &Live) {
    tokio::spawn(live.clone().run(std::future::pending()));
    while live.position().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_open_page_hears_of_a_change_at_once_and_uncompressed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    start(&app.live).await;
    let (addr, cookie) = (serve(&app).await, app.priya().await);
    let customer = app.customer("u-1").await;
    let id: CustomerId = customer.parse().expect("an id");
    let path = format!("/live?topic=customer+{}", id.0);
    let (head, mut reader) = Reader::new(addr, &path, &cookie).await;
    let head = head.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for line in ["content-type: text/event-stream", "x-accel-buffering: no", "no-store"] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("content-encoding"), "{head}");
    let event = serde_json::json!({"customer": {"external_id": "u-1"}, "name": "export_clicked"});
    assert_eq!(app.post("/events", event).await.status, StatusCode::OK);
    let told = reader.until(|line| line.contains("timeline")).await;
    assert!(told.contains(&format!("timeline {}", id.0)), "{told}");
    assert!(!told.contains("export_clicked"), "ids only: {told}");
    // Where it stopped, it goes on: the change is told again to whoever did not hear of it.
    let (_, mut late) = Reader::new(addr, &format!("{path}&from=0.0"), &cookie).await;
    late.until(|line| line.contains("everything")).await;
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_a_session_opens_the_stream_and_bad_questions_are_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    // Nothing can be told yet.
    let early = app.page("/live", &cookie).await;
    assert_eq!((early.status, early.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "2"));
    start(&app.live).await;
    for nobody in ["", "rapport=nonsense"] {
        let answer = app.fetch("/live", nobody).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
    }
    let bad = app.page("/live?topic=person+1", &cookie).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert_eq!(bad.body, "");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_quiet_stream_says_that_it_is_alive(pool: PgPool) {
    let app = TestApp::new(pool).await;
    start(&app.live).await;
    let (addr, cookie) = (serve(&app).await, app.priya().await);
    let (_, mut reader) = Reader::new(addr, "/live", &cookie).await;
    // Browsers hand an event on only when it has data; without an id nobody could go on from it.
    let beat = reader.until(str::is_empty).await;
    for line in ["event: beat\n", "data: beat\n", "id: "] {
        assert!(beat.contains(line), "{line} in {beat}");
    }
}
