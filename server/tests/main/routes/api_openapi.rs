use crate::support::TestApp;
use axum::http::{Method, StatusCode};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_description_is_public_and_stable(pool: PgPool) {
    let app = TestApp::empty(pool);
    let answer = app.api_as("", Method::GET, "/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    // As they are sent: a client made from it refuses every other spelling.
    let schemas = answer.json()["components"]["schemas"].clone();
    let schemas = schemas.as_object().expect("schemas");
    for (name, schema) in schemas {
        for word in schema["enum"].as_array().into_iter().flatten() {
            let word = word.as_str().expect("a word");
            assert_eq!(word, word.to_lowercase(), "{name}");
        }
    }
    insta::assert_json_snapshot!("openapi", answer.json());
}
