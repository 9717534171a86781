use super::access::roles::{give_sam, least};
use crate::support::{KEY, TestApp, api_request};
use axum::http::{Method, StatusCode, header};
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
    let made = app.post("/customers", made).await;
    let id = made.json()["id"].as_str().expect("an id").to_string();
    let change = app.patch(&format!("/customers/{id}"), json!({ "name": "Ines Told" })).await;
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

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_is_named_itself_at_the_time_when_it_acted(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let body = json!({ "email": "old@past.example", "name": "Old" });
    let mut request = api_request(KEY, Method::POST, "/customers", Some(body));
    let said = [("rapport-at", "2019-01-01T00:00:00Z"), ("rapport-actor", "sam@acme.example")];
    for (name, value) in said {
        request.headers_mut().insert(name, value.parse().expect("a header"));
    }
    assert_eq!(app.send(request).await.status, StatusCode::CREATED);
    let page = app.page(PAGE, &app.priya().await).await;
    let line = page.body.split("audit-line").skip(1).find(|line| line.contains("Added a customer"));
    let line = line.expect("the line").to_string();
    assert!(line.contains("API key") && line.contains("in_the_name_of"), "{line}");
    assert!(line.contains("said_to_be_at") && line.contains("2019-01-01"), "{line}");
    let (kind, today): (String, bool) = sqlx::query_as(
        "select actor_kind, at > now() - interval '1 minute' from audit_log
        where action = 'customer.created'",
    )
    .fetch_one(&pool)
    .await
    .expect("the line");
    assert_eq!((kind.as_str(), today), ("api_key", true));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_null_byte_is_refused_wherever_it_is_looked_for(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    for path in [
        "/settings/audit-log?object=%00",
        "/settings/people?q=%00",
        "/customers?q=a%00b",
        "/search?q=%00",
        "/inbox?tag=%00",
    ] {
        let status = app.page(path, &cookie).await.status;
        assert!(status.as_u16() < 500, "{path}: {status}");
    }
    let login = app.form("/login", "email=a%00b%40x.example&password=guess-guess", "").await;
    assert_eq!(login.status, StatusCode::UNAUTHORIZED);
}
