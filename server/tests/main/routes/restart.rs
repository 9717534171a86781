//! The database goes away for some seconds and comes back.

use super::live::{Reader, serve, start};
use crate::support::{KEY, TestApp, api_request};
use axum::http::{Method, StatusCode};
use rapport_domain::CustomerId;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Longer than a server waits before it ends its streams.
const AWAY: Duration = Duration::from_millis(4_500);

/// Passes connections on to Postgres; while it is down it cuts and refuses them.
async fn proxy(to: SocketAddr) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (up, is_up) = watch::channel(true);
    tokio::spawn(async move {
        loop {
            let Ok((mut near, _)) = listener.accept().await else { return };
            let mut is_up = is_up.clone();
            tokio::spawn(async move {
                if !*is_up.borrow() {
                    return;
                }
                let Ok(mut far) = TcpStream::connect(to).await else { return };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    _ = is_up.wait_for(|up| !up) => {}
                }
            });
        }
    });
    (addr, up)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_restart_of_the_database_is_survived_and_streams_go_on(pool: PgPool) {
    let direct = TestApp::new(pool.clone()).await;
    let customer = direct.customer("u-1").await;
    let options = Arc::unwrap_or_clone(pool.connect_options());
    let port = options.get_port();
    let (addr, up) = proxy(SocketAddr::from(([127, 0, 0, 1], port))).await;
    let through = PgPoolOptions::new()
        .max_connections(5)
        .acquire_timeout(Duration::from_secs(3))
        .connect_with(options.host("127.0.0.1").port(addr.port()))
        .await
        .expect("a pool through the proxy");
    let app = TestApp::configured(through, |_| {});
    start(&app.live).await;
    let (server, cookie) = (serve(&app).await, app.priya().await);
    let id: CustomerId = customer.parse().expect("an id");
    let path = format!("/live?topic=customer+{}", id.0);
    let (_, mut reader) = Reader::new(server, &path, &cookie).await;
    let first = reader.until(|line| line.starts_with("id: ")).await;
    let last = first.rsplit("id: ").next().unwrap_or_default().trim().to_string();

    up.send(false).expect("the proxy runs");
    let began = Instant::now();
    let answer = app.page("/inbox", &cookie).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    assert_eq!(answer.header("retry-after"), "2");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // Meanwhile another server writes.
    let event = serde_json::json!({"customer": {"external_id": "u-1"}, "name": "meanwhile"});
    assert_eq!(direct.post("/events", event).await.status, StatusCode::OK);
    tokio::time::sleep(AWAY.saturating_sub(began.elapsed())).await;
    reader.end().await;

    up.send(true).expect("the proxy runs");
    let back = Instant::now();
    while app.page("/inbox", &cookie).await.status != StatusCode::OK {
        assert!(back.elapsed() < Duration::from_secs(5), "not back after {:?}", back.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let list = app.send(api_request(KEY, Method::GET, "/customers", None)).await;
    assert_eq!(list.status, StatusCode::OK);
    while app.live.position().is_none() {
        assert!(back.elapsed() < Duration::from_secs(5), "not told after {:?}", back.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (head, mut again) = Reader::new(server, &format!("{path}&from={last}"), &cookie).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // Perhaps not in the first event: what else is missed comes at once, and transactions of other
    // tests hold the latest back.
    again.until(|line| line == format!("data: timeline {}", id.0)).await;
}
