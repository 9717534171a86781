use crate::support::{KEY, OTHER_KEY, TestApp, api_request};
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

/// A change that carries the version it was made from.
async fn change_if(
    app: &TestApp,
    method: Method,
    path: &str,
    version: &str,
    body: Value,
) -> (StatusCode, Value) {
    let mut request = api_request(KEY, method, path, Some(body));
    request.headers_mut().insert(header::IF_MATCH, version.parse().expect("a header"));
    let answer = app.send(request).await;
    (answer.status, answer.json())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_is_given_a_status_by_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let ticket =
        json!({"customer": {"external_id": "u1"}, "subject": "Export", "label": "pending"});
    let ticket = app.post("/tickets", ticket).await;
    assert_eq!(ticket.status, StatusCode::CREATED, "{ticket:?}");
    assert_eq!(ticket.json()["status"], "pending");
    assert_eq!(ticket.json()["label"]["name"], "Pending");
    let labels = app.get("/status-labels").await.json();
    let closed =
        labels["items"].as_array().expect("a list").iter().find(|l| l["category"] == "closed");
    let id = closed.expect("a label")["id"].clone();
    let number = ticket.json()["number"].clone();
    let path = format!("/tickets/{number}");
    let done = app.patch(&path, json!({"label": id})).await.json();
    assert_eq!((&done["status"], &done["label"]["id"]), (&json!("closed"), &id));
    let wrong = app.patch(&path, json!({"label": "No such"})).await;
    assert_eq!(wrong.wrong_fields(), ["label"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_stale_version_of_a_customer_or_account_is_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let customer = format!("/customers/{}", app.customer("u1").await);
    let account = app.post("/accounts", json!({"name": "Fox"})).await.json()["id"].clone();
    let account = format!("/accounts/{}", account.as_str().expect("an id"));
    for path in [customer, account] {
        let version = app.get(&path).await.json()["version"].to_string();
        let body = json!({"name": "First"});
        let (status, item) =
            change_if(&app, Method::PATCH, &path, &format!("\"{version}\""), body).await;
        assert_eq!((status, &item["name"]), (StatusCode::OK, &json!("First")), "{path}: {item}");
        let body = json!({"name": "Second"});
        let (status, _) = change_if(&app, Method::PATCH, &path, &version, body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{path}");
        assert_eq!(app.get(&path).await.json()["name"], "First");
        let (status, _) = change_if(&app, Method::PATCH, &path, "latest", json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mailbox_is_set_up_and_its_secrets_stay_inside(pool: PgPool) {
    let app = TestApp::with(pool, |config| {
        config.secret_key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=".parse().expect("a key");
    })
    .await;
    let server = json!({"host": "smtp.acme.example", "port": 587, "tls": "starttls",
        "user": "agent", "password": "hush-hush"});
    let mailbox = json!({"address": "Billing@acme.example", "name": "Billing", "smtp": server});
    let made = app.post("/mailboxes", mailbox.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.json()["address"], "billing@acme.example");
    assert_eq!(made.json()["smtp"]["password_set"], true);
    assert!(!made.body.contains("hush"), "{made:?}");
    let path = format!("/mailboxes/{}", made.json()["id"].as_str().expect("an id"));
    let version = made.json()["version"].to_string();
    let renamed = json!({"address": "billing@acme.example", "name": "Money"});
    let (status, item) = change_if(&app, Method::PUT, &path, &version, renamed.clone()).await;
    assert_eq!((status, &item["name"]), (StatusCode::OK, &json!("Money")), "{item}");
    let (status, _) = change_if(&app, Method::PUT, &path, &version, renamed.clone()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let blind = app.api_as(KEY, Method::PUT, &path, Some(renamed)).await;
    assert_eq!(blind.wrong_fields(), ["If-Match"]);
    assert_eq!(app.api_as(OTHER_KEY, Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.api_as(KEY, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
}
