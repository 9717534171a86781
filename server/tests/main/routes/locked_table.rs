//! Somebody holds a lock on one table: what does not need it goes on.

use crate::crash::database_url;
use crate::support::{TestApp, config};
use axum::http::StatusCode;
use rapport_server::state::AppState;
use rapport_services::http_client::{HttpClient, Reach};
use rapport_store::{Files, Store};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_locked_table_does_not_starve_the_rest(pool: PgPool) {
    TestApp::new(pool.clone()).await;
    let url = database_url(&pool);
    let store = Store::connect(&url, Files::in_memory()).await.unwrap();
    let mut state = AppState::new(store, config(), HttpClient::new(Reach::Public).unwrap());
    state.api_store = Store::connect_for_api(&url, Files::in_memory()).await.unwrap();
    let app = TestApp::over(state);
    let cookie = app.priya().await;
    let other = "/settings/preferences";
    assert_eq!(app.page(other, &cookie).await.status, StatusCode::OK);

    let mut lock = pool.begin().await.unwrap();
    sqlx::query("lock table macros in access exclusive mode").execute(&mut *lock).await.unwrap();
    let mut waiting = JoinSet::new();
    let began = Instant::now();
    for _ in 0..30 {
        let (app, cookie) = (app.clone(), cookie.clone());
        waiting.spawn(async move {
            let answer = app.page("/settings/macros", &cookie).await;
            (answer.status, began.elapsed())
        });
    }
    sleep(Duration::from_millis(300)).await;
    // Every connection of the pages waits for the lock: another page says so, and is not hung.
    let asked = Instant::now();
    let answer = app.page(other, &cookie).await;
    assert!(asked.elapsed() < Duration::from_millis(1_200), "{:?}", asked.elapsed());
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("try again") || answer.body.contains("Try again"));
    // The API has connections of its own.
    let asked = Instant::now();
    assert_eq!(app.get("/customers").await.status, StatusCode::OK);
    assert!(asked.elapsed() < Duration::from_millis(900), "{:?}", asked.elapsed());
    // Whoever waited for the lock is told as well, with the lock still there, and its
    // connection serves others.
    while let Some(done) = waiting.join_next().await {
        let (status, took) = done.unwrap();
        assert!(status.is_server_error() || status == StatusCode::OK, "{status}");
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
    assert_eq!(app.page(other, &cookie).await.status, StatusCode::OK);
    lock.rollback().await.unwrap();
    assert_eq!(app.page("/settings/macros", &cookie).await.status, StatusCode::OK);
}
