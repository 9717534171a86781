use crate::support::{Answer, KEY, OTHER_KEY, TestApp, api_request};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

async fn post(app: &TestApp, api_key: &str, key: &str, path: &str, body: Value) -> Answer {
    let mut request = api_request(api_key, Method::POST, path, Some(body));
    request.headers_mut().insert("idempotency-key", key.parse().expect("a header"));
    app.send(request).await
}

fn ticket(subject: &str) -> Value {
    json!({"customer": {"external_id": "u1"}, "subject": subject})
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_retry_gets_the_first_answer_and_does_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let first = post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    let again = post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.get("/tickets").await.json()["items"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_belongs_to_one_request_of_one_workspace(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    let other = post(&app, KEY, "k1", "/tickets", ticket("B")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.wrong_fields(), ["Idempotency-Key"]);
    let elsewhere = post(&app, OTHER_KEY, "k1", "/customers", json!({"external_id": "u1"})).await;
    assert_eq!(elsewhere.status, StatusCode::CREATED);
    let long = post(&app, KEY, &"k".repeat(256), "/tickets", ticket("A")).await;
    assert_eq!(long.wrong_fields(), ["Idempotency-Key"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_refusal_is_kept_and_an_expired_key_is_free(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let first = post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    assert_eq!(first.wrong_fields(), ["customer"]);
    app.customer("u1").await;
    let again = post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    assert_eq!(again.wrong_fields(), ["customer"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
    sqlx::query("update idempotency_keys set created_at = now() - interval '25 hours'")
        .execute(&pool)
        .await
        .expect("aged");
    assert_eq!(post(&app, KEY, "k1", "/tickets", ticket("A")).await.status, StatusCode::CREATED);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn while_the_first_runs_the_second_is_refused(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    app.customer("u1").await;
    post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    sqlx::query("update idempotency_keys set status = null, response = null")
        .execute(&pool)
        .await
        .expect("reset");
    let second = post(&app, KEY, "k1", "/tickets", ticket("A")).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    second.problem();
    // The server that ran it is gone: after two minutes a retry runs.
    sqlx::query("update idempotency_keys set created_at = now() - interval '3 minutes'")
        .execute(&pool)
        .await
        .expect("aged");
    assert_eq!(post(&app, KEY, "k1", "/tickets", ticket("A")).await.status, StatusCode::CREATED);
}
