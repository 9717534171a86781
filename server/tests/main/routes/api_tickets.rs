use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

async fn open(app: &TestApp, more: Value) -> crate::support::Answer {
    let mut body = json!({"customer": {"external_id": "u1"}, "subject": "Export fails"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    app.post("/tickets", body).await
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_names_people_and_teams_as_people_do(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let answer =
        open(&app, json!({"assignee": "Priya@acme.example", "team": "billing", "tags": ["bug"]}))
            .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let ticket = answer.json();
    assert_eq!(ticket["assignee"]["name"], "Priya Raman");
    assert_eq!(ticket["team"]["name"], "Billing");
    let wrong = open(&app, json!({"assignee": "vera@acme.example", "team": "None", "customer": {"email": "no@x.example"}})).await;
    assert_eq!(wrong.wrong_fields(), ["assignee", "team", "customer"]);
    let path = format!("/tickets/{}", ticket["number"]);
    let changed = app.patch(&path, json!({"assignee": null, "status": "closed"})).await.json();
    assert_eq!((&changed["assignee"], &changed["status"]), (&Value::Null, &json!("closed")));
    let stale = app.patch(&path, json!({"version": 1, "priority": "high"})).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(app.get(&path).await.json()["priority"], "normal");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn imported_numbers_stay_and_new_ones_follow_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    assert_eq!(open(&app, json!({"number": 1042})).await.json()["number"], 1042);
    assert_eq!(open(&app, json!({"number": 655})).await.json()["number"], 655);
    assert_eq!(open(&app, json!({"number": 1042})).await.status, StatusCode::CONFLICT);
    assert_eq!(open(&app, json!({})).await.json()["number"], 1043);
    assert_eq!(open(&app, json!({"number": 0})).await.wrong_fields(), ["number"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn messages_come_in_order_and_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let number = open(&app, json!({})).await.json()["number"].clone();
    let path = format!("/tickets/{number}/messages");
    let first = json!({"kind": "customer", "body_text": "Hi", "client_key": "1"});
    assert_eq!(app.post(&path, first.clone()).await.status, StatusCode::CREATED);
    let again = app.post(&path, first).await;
    assert_eq!((again.status, &again.json()["duplicate"]), (StatusCode::OK, &json!(true)));
    app.post(&path, json!({"kind": "note", "body_text": "Look"})).await;
    let list = app.get(&path).await.json();
    let texts: Vec<_> =
        list["items"].as_array().expect("items").iter().map(|m| m["text"].clone()).collect();
    assert_eq!(texts, ["Hi", "Look"]);
    assert_eq!(
        app.post(&path, json!({"kind": "note", "body_text": ""})).await.wrong_fields(),
        ["body_text"]
    );
    let rated = app.post(&format!("/tickets/{number}/csat"), json!({"score": 5})).await;
    assert_eq!(rated.json()["csat_score"], 5);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_list_pages_and_filters(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    for n in 0..5 {
        open(&app, json!({"status": if n % 2 == 0 { "open" } else { "closed" }})).await;
    }
    let first = app.get("/tickets?limit=3").await.json();
    let next = first["next"].as_str().expect("more");
    let second = app.get(&format!("/tickets?limit=3&cursor={next}")).await.json();
    assert_eq!(second["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        app.get("/tickets?status=closed").await.json()["items"].as_array().map(Vec::len),
        Some(2)
    );
}
