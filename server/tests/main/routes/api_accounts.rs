use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn accounts_take_the_fields_that_were_defined(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let field = json!({"entity": "account", "key": "seats", "label": "Seats", "type": "number"});
    assert_eq!(app.post("/custom-fields", field.clone()).await.status, StatusCode::CREATED);
    assert!(app.post("/custom-fields", field).await.status.is_client_error());
    let account = json!({"external_id": "a1", "name": "Northwind", "mrr_minor": 400000, "currency": "EUR", "fields": {"seats": 46}});
    let first = app.post("/accounts", account).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    assert_eq!(first.json()["fields"]["seats"], 46);
    let wrong =
        app.post("/accounts", json!({"external_id": "a1", "fields": {"seats": "many"}})).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.wrong_fields().len(), 1);
    let again = app.post("/accounts", json!({"external_id": "a1", "plan": "Scale"})).await;
    assert_eq!((again.status, &again.json()["id"]), (StatusCode::OK, &first.json()["id"]));
    assert_eq!(app.get("/accounts").await.json()["items"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_domain_belongs_to_one_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let account = |name: &str, domain: &str| json!({"name": name, "domains": [domain]});
    app.post("/accounts", account("Northwind", "northwind.example")).await;
    let second = app.post("/accounts", account("Odd", "northwind.example")).await;
    assert_eq!(second.wrong_fields(), ["domains"], "{}", second.body);
    assert!(second.body.contains("northwind.example belongs to Northwind"), "{}", second.body);
    let odd = app.post("/accounts", account("Odd", "odd.example")).await.json();
    let path = format!("/accounts/{}", odd["id"].as_str().expect("an id"));
    let both = json!({"domains": ["odd.example", "northwind.example"]});
    assert_eq!(app.patch(&path, both).await.wrong_fields(), ["domains"]);
    // The same again is no second account.
    let again = app.post("/accounts", account("Northwind", "northwind.example")).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
}
