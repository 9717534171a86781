use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

fn event(more: Value) -> Value {
    let mut event = json!({"customer": {"external_id": "u1"}, "name": "seat_added"});
    event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    event
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_bad_event_spoils_no_good_one(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let batch = json!([
        event(json!({"dedupe_key": "1"})),
        event(json!({"name": ""})),
        event(json!({"customer": {"external_id": "nobody"}})),
        event(json!({"kind": "party"})),
        7,
        event(json!({"dedupe_key": "1"})),
        event(json!({"payload": {"a": 1}})),
    ]);
    let answer = app.post("/events", batch).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let answer = answer.json();
    let states: Vec<_> = answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["status"].clone())
        .collect();
    assert_eq!(
        states,
        ["created", "rejected", "unlinked", "rejected", "rejected", "duplicate", "created"]
    );
    assert_eq!(answer["results"][1]["errors"][0]["field"], "name");
    assert_eq!(answer["results"][0]["id"], answer["results"][5]["id"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_event_needs_no_list_and_more_than_segment_takes_are_too_many(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    assert_eq!(
        app.post("/events", event(json!({}))).await.json()["results"][0]["status"],
        "created"
    );
    let many = Value::Array(vec![event(json!({})); 2_501]);
    assert_eq!(app.post("/events", many).await.wrong_fields(), ["events"]);
}
