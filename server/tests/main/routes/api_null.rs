//! What `null` does in each PATCH, by the description itself: a new field comes with its own test.

use crate::support::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

/// A value that each field can have, by path of the description; a field that has none here is new.
fn sample(path: &str, field: &str, priya: &str) -> Option<Value> {
    let value = match (path, field) {
        (_, "name" | "subject") => json!("Named"),
        (_, "external_id") => json!("null-1"),
        (_, "website") => json!("https://x.example"),
        (_, "phone") => json!("+4930901820"),
        (_, "tags") => json!(["vip"]),
        (_, "version") => Value::Null,
        (_, "currency") => json!("EUR"),
        (_, "domains") => json!(["a.example"]),
        (_, "employee_count") => json!(5),
        (_, "mrr_minor") => json!(1_000),
        (_, "renewal_date") => json!("2027-01-01"),
        (_, "owner_id") => json!(priya),
        (_, "account") => json!({"name": "Northwind"}),
        (_, "avatar_url") => json!("https://x.example/a.png"),
        (_, "email") => json!("null@x.example"),
        (_, "first_seen_at" | "last_seen_at" | "signed_up_at") => json!("2024-01-01T00:00:00Z"),
        (_, "time_zone") => json!("Europe/Berlin"),
        (_, "language") => json!("en"),
        (_, "country") => json!("DE"),
        (
            _,
            "plan" | "health" | "industry" | "address" | "browser" | "city" | "company"
            | "job_title" | "os" | "source",
        ) => {
            json!("words")
        }
        (_, "last_page") => json!("https://x.example/p"),
        (_, "assignee") => json!("priya@acme.example"),
        (_, "priority") => json!("high"),
        (_, "snoozed_until") => {
            json!((chrono::Utc::now() + chrono::TimeDelta::days(1)).to_rfc3339())
        }
        (_, "status") => json!("open"),
        (_, "spam") => json!(false),
        // What is done once, and what a workspace has to have first: null is nothing done.
        (
            _,
            "add_participant" | "remove_participant" | "link_issue" | "unlink_issue" | "label"
            | "team",
        ) => Value::Null,
        _ => return None,
    };
    Some(value)
}

/// What nothing can be without: null is refused, or changes nothing.
const NEEDED: [&str; 7] = ["name", "subject", "source", "status", "priority", "spam", "version"];

fn takes_null(schema: &Value) -> bool {
    let kinds = |s: &Value| {
        s["type"] == "null" || s["type"].as_array().is_some_and(|t| t.contains(&json!("null")))
    };
    kinds(schema) || schema["oneOf"].as_array().is_some_and(|all| all.iter().any(kinds))
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn null_clears_each_field_of_each_patch(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let priya: rapport_domain::Uuid =
        sqlx::query_scalar("select id from users where email = 'priya@acme.example'")
            .fetch_one(&pool)
            .await
            .expect("Priya");
    let priya = rapport_domain::UserId(priya).to_string();
    let doc = app.api_as("", Method::GET, "/openapi.json", None).await.json();
    let account = app.post("/accounts", json!({"name": "A"})).await.json();
    let customer =
        app.post("/customers", json!({"external_id": "null-0", "name": "Ada"})).await.json();
    let ticket = json!({"customer": {"id": customer["id"]}, "subject": "S"});
    let ticket = app.post("/tickets", ticket).await.json();
    let paths = doc["paths"].as_object().expect("paths");
    let mut wrong = Vec::new();
    let mut cleared = 0;
    for (path, routes) in paths {
        let Some(patch) = routes.get("patch") else { continue };
        let reference =
            patch["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let name = reference
            .and_then(|r| r.rsplit('/').next())
            .unwrap_or_else(|| panic!("{path}: {patch}"));
        let address = match path.as_str() {
            "/accounts/{id}" => format!("/accounts/{}", account["id"].as_str().unwrap_or_default()),
            "/customers/{id}" => {
                format!("/customers/{}", customer["id"].as_str().unwrap_or_default())
            }
            "/tickets/{number}" => format!("/tickets/{}", ticket["number"]),
            // Nothing of these is ever empty, or there is none in a new workspace.
            _ => continue,
        };
        let fields =
            doc["components"]["schemas"][name]["properties"].as_object().expect("properties");
        for (field, _) in fields.iter().filter(|(_, schema)| takes_null(schema)) {
            let value =
                sample(path, field, &priya).unwrap_or_else(|| panic!("{path} {field} is new"));
            if !value.is_null() {
                let mut body = json!({field: value});
                if field == "mrr_minor" {
                    body["currency"] = json!("EUR");
                }
                let set = app.patch(&address, body).await;
                assert!(set.status.is_success(), "{path} {field}: {set:?}");
            }
            // Whom an account belongs to is shown with their name.
            let shown = if field == "owner_id" { "owner" } else { field.as_str() };
            let before = app.get(&address).await.json()[shown].clone();
            let answer = app.patch(&address, json!({field: null})).await;
            let after = app.get(&address).await.json()[shown].clone();
            let empty = after.is_null() || after == json!([]) || after == json!("");
            let right = match NEEDED.contains(&field.as_str()) {
                true => after == before && !answer.status.is_server_error(),
                false => answer.status.is_success() && empty,
            };
            cleared += usize::from(empty && !before.is_null());
            if !right {
                wrong.push(format!("{path} {field}: {before} → {} {after}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cleared >= 25, "{cleared} were set and cleared");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn null_where_a_ticket_needs_a_value_is_refused_by_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.customer("u1").await;
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "Export"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    for field in ["subject", "status", "label", "priority", "spam"] {
        let refused = app.patch(&format!("/tickets/{number}"), json!({field: null})).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {refused:?}");
        assert_eq!(refused.wrong_fields(), [field]);
    }
}
