use crate::support::TestApp;
use axum::http::{Method, StatusCode};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_description_is_public_and_stable(pool: PgPool) {
    let app = TestApp::empty(pool);
    let answer = app.api_as("", Method::GET, "/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    insta::assert_json_snapshot!("openapi", answer.json());
}
