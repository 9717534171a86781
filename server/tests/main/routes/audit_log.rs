use super::access::roles::{give_sam, least};
use crate::support::TestApp;
use axum::http::{StatusCode, header};
use rapport_domain::Permission;
use serde_json::json;
use sqlx::PgPool;

const PAGE: &str = "/settings/audit-log";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_done_is_read_filtered_and_taken_out_as_a_file(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let made = "do=create&kind=secret&name=%3DBilling%2C+%22one%22&days=0&scope=tickets%3Aread";
    assert_eq!(
        app.form("/settings/api-keys?new=secret", made, &cookie).await.status,
        StatusCode::OK
    );
    let page = app.page(PAGE, &cookie).await;
    for said in ["Made an API key", "Logged in", "Priya Raman", "from "] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let keys = app.page(&format!("{PAGE}?action=api_key.created"), &cookie).await;
    let list = keys.body.split("audit-log\">").nth(1).unwrap_or_default().to_string();
    assert!(list.contains("Made an API key") && !list.contains("Logged in"), "{list}");
    let none = app.page(&format!("{PAGE}?object=nobody&from=2026-01-01&to=odd"), &cookie).await;
    assert!(none.body.contains("Nothing in the log matches"));

    let csv = app.page(&format!("{PAGE}/export?format=csv"), &cookie).await;
    assert!(csv.header(header::CONTENT_DISPOSITION).contains("audit-log.csv"));
    assert!(csv.body.starts_with("at,kind,who,action,object,address,detail\r\n"), "{}", csv.body);
    // The export itself is in it.
    assert!(csv.body.contains("audit.exported") && csv.body.contains("api_key.created"));
    let lines =
        app.page(&format!("{PAGE}/export?format=jsonl&action=api_key.created"), &cookie).await;
    let one: serde_json::Value = serde_json::from_str(lines.body.trim()).expect("one line of JSON");
    assert_eq!(one["detail"]["name"], "=Billing, \"one\"");
    assert_eq!(
        app.page(&format!("{PAGE}/export?format=xls"), &cookie).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let sam = app.sam().await;
    for path in [PAGE.to_string(), format!("{PAGE}/export?format=csv")] {
        assert_eq!(app.page(&path, &sam).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(app.page(&path, "").await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let days = app.form(PAGE, "do=days&days=3", &cookie).await;
    assert_eq!(days.status, StatusCode::UNPROCESSABLE_ENTITY);
    let days = app.form(PAGE, "do=days&days=90", &cookie).await;
    assert_eq!(days.header(header::LOCATION), format!("{PAGE}?done=days"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_a_line_is_about_is_named_to_those_who_may_know_it(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let made = json!({ "email": "ines@named.example", "name": "Ines Named" });
    let made = app.post("/api/v1/customers", made).await;
    let id = made.json()["id"].as_str().expect("an id").to_string();
    let change =
        app.patch(&format!("/api/v1/customers/{id}"), json!({ "name": "Ines Told" })).await;
    assert_eq!(change.status, StatusCode::OK, "{change:?}");
    let page = format!("{PAGE}?object={id}");
    let admin = app.page(&page, &app.priya().await).await;
    assert!(admin.body.contains(">Ines Told<"), "{}", admin.body);
    // Whoever takes the log out may know nothing of customers.
    give_sam(&pool, least(Permission::DataExport)).await;
    let sam = app.page(&page, &app.sam().await).await;
    assert_eq!(sam.status, StatusCode::OK);
    assert!(sam.body.contains(&id) && !sam.body.contains("Ines"), "{}", sam.body);
}
