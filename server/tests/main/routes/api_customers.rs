use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use std::collections::HashSet;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_upsert_creates_once_and_then_changes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let body =
        json!({"external_id": "u1", "email": "Alex@X.example", "account": {"name": "Northwind"}});
    let first = app.post("/customers", body).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    let second = app.post("/customers", json!({"external_id": "u1", "job_title": "Lead"})).await;
    assert_eq!(second.status, StatusCode::OK);
    let customer = second.json();
    assert_eq!(customer["id"], first.json()["id"]);
    assert_eq!(customer["email"], "alex@x.example");
    assert_eq!(customer["account"]["name"], "Northwind");
    let path = format!("/customers/{}", customer["id"].as_str().expect("an id"));
    assert_eq!(app.get(&path).await.json(), customer);
    assert_eq!(app.patch(&path, json!({"city": "Berlin"})).await.json()["city"], "Berlin");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_follow_each_other_without_gap_or_repeat(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for n in 0..7 {
        app.customer(&format!("u{n}")).await;
    }
    for sort in ["activity", "name", "created"] {
        let mut seen = HashSet::new();
        let mut cursor = String::new();
        loop {
            let page = app.get(&format!("/customers?limit=3&sort={sort}{cursor}")).await.json();
            for item in page["items"].as_array().expect("items") {
                assert!(seen.insert(item["id"].to_string()), "{sort}: twice");
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7, "{sort}");
    }
    let found = app.get("/customers?q=u3").await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn notes_are_listed_newest_first(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let path = format!("/customers/{}/notes", app.customer("u1").await);
    for body in ["first", "second"] {
        assert_eq!(app.post(&path, json!({"body": body})).await.status, StatusCode::CREATED);
    }
    assert_eq!(app.post(&path, json!({"body": " "})).await.wrong_fields(), ["body"]);
    let page = app.get(&format!("{path}?limit=1")).await.json();
    assert_eq!(page["items"][0]["body"], "second");
    let next = page["next"].as_str().expect("more");
    assert_eq!(app.get(&format!("{path}?cursor={next}")).await.json()["items"][0]["body"], "first");
}
