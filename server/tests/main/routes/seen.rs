//! What a browser says of its user shows on the customer: the newest, and only what reads well.

use crate::support::{KEY, PUBLIC_KEY, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use rapport_services::ingest;
use serde_json::{Value, json};
use sqlx::PgPool;

const CHROME: &str =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/142.0.0.0 Safari/537.36";

async fn send(app: &TestApp, key: &str, message: Value) {
    let body = json!({"batch": [message], "writeKey": key}).to_string();
    let request = Request::post("/v1/b").body(Body::from(body)).expect("a request");
    let answer = app.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    ingest::count_due(&app.store).await.expect("the notes are written");
}

fn page(path: &str, at: &str, context: Value) -> Value {
    json!({"type": "page", "anonymousId": "a1", "timestamp": at, "context": context,
        "properties": {"path": path, "url": format!("https://x.example{path}?token=secret")}})
}

async fn visitor(app: &TestApp) -> Value {
    let found = app.get("/customers?limit=50").await.json();
    let all = found["items"].as_array().cloned().unwrap_or_default();
    let [visitor] = all.as_slice() else { panic!("not one customer: {all:?}") };
    app.get(&format!("/customers/{}", visitor["id"].as_str().unwrap_or_default())).await.json()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_newest_of_what_a_browser_says_shows_on_the_customer(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let berlin = json!({"userAgent": CHROME, "timezone": "Europe/Berlin", "locale": "de-DE",
        "library": {"name": "rapport", "version": "0.1.0"}});
    send(&app, PUBLIC_KEY, page("/settings", "2026-11-24T10:00:00Z", berlin)).await;
    let seen = visitor(&app).await;
    assert_eq!(seen["last_seen_at"], "2026-11-24T10:00:00Z");
    assert_eq!(seen["last_page"], "/settings");
    assert_eq!((&seen["browser"], &seen["os"]), (&json!("Chrome 142"), &json!("macOS")));
    assert_eq!(seen["time_zone"], "Europe/Berlin");
    assert_eq!(seen["language"], "de-DE");
    // Older news that come late change nothing; newer ones leave what they do not say.
    let tokyo = json!({"userAgent": CHROME, "timezone": "Asia/Tokyo"});
    send(&app, PUBLIC_KEY, page("/old", "2026-11-24T09:00:00Z", tokyo.clone())).await;
    assert_eq!(visitor(&app).await, seen);
    send(&app, PUBLIC_KEY, page("/new", "2026-11-24T10:01:00Z", tokyo)).await;
    let seen = visitor(&app).await;
    assert_eq!((&seen["last_page"], &seen["time_zone"]), (&json!("/new"), &json!("Asia/Tokyo")));
    assert_eq!(seen["language"], "de-DE");
    // Nonsense is left out, and what somebody said of them stays.
    let id = seen["id"].as_str().expect("an id").to_string();
    let said = json!({"time_zone": "Europe/London"});
    assert_eq!(app.patch(&format!("/customers/{id}"), said).await.status, StatusCode::OK);
    let wrong = json!({"userAgent": "\u{0}x", "timezone": "Mars/Olympus", "locale": "<script>"});
    send(&app, PUBLIC_KEY, page("/\u{0}\n<b>", "2999-01-01T00:00:00Z", wrong)).await;
    let paris = json!({"userAgent": CHROME, "timezone": "Europe/Paris"});
    send(&app, PUBLIC_KEY, page("/last", "2999-01-01T00:00:00Z", paris)).await;
    let seen = visitor(&app).await;
    assert_eq!((&seen["time_zone"], &seen["language"]), (&json!("Europe/London"), &json!("de-DE")));
    let at: chrono::DateTime<chrono::Utc> =
        seen["last_seen_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    assert!(at <= chrono::Utc::now(), "nobody was seen tomorrow");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_s_events_say_nothing_of_where_somebody_is(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let track = json!({"type": "track", "userId": "u1", "event": "Invoice paid",
        "context": {"library": {"name": "analytics-python"}, "timezone": "Asia/Tokyo"}});
    send(&app, KEY, track).await;
    let found = app.get("/customers?q=u1").await.json();
    let id = found["items"][0]["id"].as_str().expect("an id").to_string();
    let customer = app.get(&format!("/customers/{id}")).await.json();
    assert_eq!((&customer["last_seen_at"], &customer["time_zone"]), (&Value::Null, &Value::Null));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_time_zone_that_is_none_is_refused_by_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let wrong = json!({"external_id": "u1", "time_zone": "Mars"});
    let answer = app.post("/customers", wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("time_zone") && answer.body.contains("no such time zone"));
}
