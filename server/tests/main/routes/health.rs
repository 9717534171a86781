use crate::support::TestApp;
use axum::http::StatusCode;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_migrated_server_is_ready(pool: PgPool) {
    let app = TestApp::empty(pool);
    for path in ["/healthz", "/readyz"] {
        let answer = app.page(path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_without_database_says_so(pool: PgPool) {
    let app = TestApp::empty(pool.clone());
    pool.close().await;
    assert_eq!(app.page("/healthz", "").await.status, StatusCode::OK);
    assert_eq!(app.page("/readyz", "").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = app.get("/customers").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    answer.problem();
    assert!(!answer.header("retry-after").is_empty());
}
