//! Postgres is gone, or stands still, or the network between swallows everything.

use super::live::{Reader, serve};
use crate::crash::database_url;
use crate::support::{TestApp, config};
use axum::http::StatusCode;
use rapport_server::state::AppState;
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::live::Live;
use rapport_store::{Files, Store};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Nothing gets through, and nobody is told.
    Held,
    /// Every connection breaks, and no new one is taken.
    Cut,
}

/// A way to Postgres that can be held up or cut.
struct Proxy {
    url: String,
    way: watch::Sender<Way>,
}

impl Proxy {
    async fn start(pool: &PgPool) -> Self {
        let options = pool.connect_options();
        let target = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let url = database_url(pool).replacen(&target, &here, 1);
        assert!(url.contains(&here), "{target} is not in DATABASE_URL");
        let (way, at) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *at.borrow() == Way::Cut {
                    continue;
                }
                let server = TcpStream::connect(&target).await.unwrap();
                let ((from, to), (back, home)) = (client.into_split(), server.into_split());
                tokio::spawn(pass(from, home, at.clone()));
                tokio::spawn(pass(back, to, at.clone()));
            }
        });
        Self { url, way }
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut cut = way.clone();
    let mut bytes = vec![0; 16 * 1024];
    let passing = async {
        while let Ok(n @ 1..) = from.read(&mut bytes).await {
            drop(way.wait_for(|way| *way == Way::Open).await);
            if to.write_all(&bytes[..n]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = passing => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}

/// A server whose every connection goes through the proxy, as `rapport serve` lays them out.
async fn behind(proxy: &Proxy) -> TestApp {
    let url = &proxy.url;
    let store = Store::connect(url, Files::in_memory()).await.unwrap();
    let mut state = AppState::new(store, config(), HttpClient::new(Reach::Public).unwrap());
    state.api_store = Store::connect_for_api(url, Files::in_memory()).await.unwrap();
    state.live = Live::new(Store::connect_for_live(url).await.unwrap());
    let (losing, lost) = watch::channel(false);
    state.lost = lost;
    let watched = url.clone();
    tokio::spawn(async move { Store::watch(&watched, losing).await });
    TestApp::over(state)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_lost_database_is_said_within_two_seconds_and_found_again_within_five(pool: PgPool) {
    TestApp::new(pool.clone()).await;
    let proxy = Proxy::start(&pool).await;
    let app = behind(&proxy).await;
    tokio::spawn(app.live.clone().run(std::future::pending()));
    let addr = serve(&app).await;
    let cookie = app.priya().await;
    let function = server_fn::axum::server_fn_paths().next().expect("a server function").0;
    for way in [Way::Held, Way::Cut] {
        let up = Instant::now();
        let mut stream = loop {
            let (head, stream) = Reader::new(addr, "/live", &cookie).await;
            if head.contains("200 OK") {
                break stream;
            }
            assert!(up.elapsed() < Duration::from_secs(5), "{way:?}: {head}");
            sleep(Duration::from_millis(100)).await;
        };
        proxy.way.send_replace(way);
        let lost = Instant::now();
        let timed = async |answer| (answer, lost.elapsed());
        let (page, api, call, ended) = tokio::join!(
            async { timed(app.page("/inbox", &cookie).await).await },
            async { timed(app.get("/customers").await).await },
            async { timed(app.form(function, "", &cookie).await).await },
            async {
                stream.end().await;
                lost.elapsed()
            },
        );
        for (what, (answer, took)) in [("page", page), ("api", api), ("function", call)] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{way:?} {what}");
            assert!(took < Duration::from_secs(2), "{way:?} {what}: {took:?}");
            assert_eq!(answer.header("retry-after"), "2", "{way:?} {what}");
        }
        assert!(ended < Duration::from_secs(3), "{way:?}: the stream lived {ended:?}");
        // From now on it is known, and said at once.
        sleep(Duration::from_millis(500)).await;
        let asked = Instant::now();
        assert_eq!(app.page("/inbox", &cookie).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(asked.elapsed() < Duration::from_millis(200), "{way:?}: {:?}", asked.elapsed());
        assert_eq!(app.page("/healthz", "").await.status, StatusCode::OK);

        proxy.way.send_replace(Way::Open);
        let back = async {
            while app.page("/inbox", &cookie).await.status != StatusCode::OK
                || app.get("/customers").await.status != StatusCode::OK
            {
                sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(timeout(Duration::from_secs(5), back).await.is_ok(), "{way:?}: never came back");
    }
}
