//! What the command palette asks for, and the page of results.

use crate::support::TestApp;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_palette_gets_places_and_the_nameless_get_none(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.customer("u1").await;
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "Export <b>fails</b>"});
    let number = app.post("/tickets", ticket).await.json()["number"].clone();
    let anonymous = app.page("/search/suggestions?q=export", "").await;
    assert_eq!(anonymous.status, StatusCode::SEE_OTHER);
    assert!(anonymous.header(header::LOCATION).starts_with("/login"));

    let cookie = app.priya().await;
    let found = app.page("/search/suggestions?q=export", &cookie).await;
    assert_eq!(found.status, StatusCode::OK);
    let groups: Value = serde_json::from_str(&found.body).expect("JSON");
    let tickets = groups.as_array().and_then(|all| all.iter().find(|g| g["name"] == "Tickets"));
    let first = &tickets.expect("tickets")["items"][0];
    assert_eq!(first["href"], format!("/customers/{id}/tickets/{number}"));
    assert_eq!(first["title"], format!("#{number} Export <b>fails</b>"));
    let empty = app.page("/search/suggestions", &cookie).await;
    assert!(empty.body.contains("Settings: SLA"), "{}", empty.body);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_page_of_results_shows_text_as_text(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "Export <b>fails</b>"});
    app.post("/tickets", ticket).await;
    let page = app.page("/search?q=export", &app.priya().await).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Export &lt;b&gt;fails&lt;/b&gt;"), "{}", page.body);
}
