use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_migrated_server_is_ready(pool: PgPool) {
    let app = TestApp::empty(pool);
    for path in ["/healthz", "/readyz"] {
        let answer = app.page(path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(app.page("/readyz", "").await.body, "ready");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_without_the_net_between_workspaces_works_and_says_so(pool: PgPool) {
    sqlx::query("revoke select on tickets from rapport_app").execute(&pool).await.expect("revoked");
    let app = TestApp::new(pool).await;
    let answer = app.page("/readyz", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("without row-level security"), "{}", answer.body);
    let made =
        app.post("/customers", json!({"name": "Alex Morgan", "email": "alex@acme.example"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(app.get("/customers").await.json()["items"][0]["name"], "Alex Morgan");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_without_database_says_so(pool: PgPool) {
    let app = TestApp::empty(pool);
    app.store.pool().close().await;
    assert_eq!(app.page("/healthz", "").await.status, StatusCode::OK);
    assert_eq!(app.page("/readyz", "").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = app.get("/customers").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    answer.problem();
    assert!(!answer.header("retry-after").is_empty());
}
