use crate::support::{KEY, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

async fn raw(app: &TestApp, media_type: &str, body: impl Into<Body>) -> crate::support::Answer {
    let request = Request::post("/api/v1/customers")
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_TYPE, media_type)
        .body(body.into());
    app.send(request.expect("a request")).await
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_bad_body_is_a_problem(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let json = "application/json";
    for (media_type, body, status) in [
        (json, "{\"name\":".to_string(), 400),
        (json, format!("{}1{}", "[".repeat(70), "]".repeat(70)), 400),
        (json, "{\"name\":1}".into(), 422),
        (json, "{\"nickname\":\"x\"}".into(), 422),
        (json, "{}".into(), 422),
        (json, "\u{FEFF}{}".into(), 400),
        ("text/plain", "{}".into(), 415),
        (json, format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024)), 413),
    ] {
        let answer = raw(&app, media_type, body).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        answer.problem();
        assert!(
            !answer.body.contains("struct") && !answer.body.contains("rapport_"),
            "{}",
            answer.body
        );
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nul_is_stored_as_something_harmless(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let answer = raw(&app, "application/json", r#"{"external_id":"u1","name":"A\u0000b"}"#).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.json()["name"], "A\u{FFFD}b");
    let answer = app.get("/customers?q=%00").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn unknown_routes_methods_and_names_are_problems(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (method, path, status) in [
        (Method::GET, "/nothing", 404),
        (Method::POST, "/nothing/at/all", 404),
        (Method::DELETE, "/customers", 405),
        (Method::GET, "/tickets/999999", 404),
        (Method::GET, "/tickets/abc", 404),
        (Method::GET, "/tickets/-1", 404),
        (Method::GET, "/tickets/99999999999999999999", 404),
        (Method::GET, "/customers/cus_x", 404),
        (Method::GET, "/customers/tkt_01jdb2x4v0e5r8s3q6t9wzy1aa", 404),
        (Method::GET, "/customers/%FF", 404),
        (Method::GET, "/customers?limit=0", 422),
        (Method::GET, "/customers?limit=201", 422),
        (Method::GET, "/customers?limit=x", 422),
        (Method::GET, "/tickets?status=odd", 422),
        (Method::GET, "/tickets?cursor=odd", 422),
        (Method::GET, "/accounts?cursor=odd", 422),
        (Method::GET, "/customers?page=2", 422),
    ] {
        let answer = app.api_as(KEY, method.clone(), path, None).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {answer:?}");
        answer.problem();
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn history_has_a_time_and_an_actor(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.customer("u1").await;
    let write = async |at: &str, actor: &str| {
        let path = format!("/customers/{id}/notes");
        let mut request =
            crate::support::api_request(KEY, Method::POST, &path, Some(json!({"body": "x"})));
        request.headers_mut().insert("rapport-at", at.parse().expect("a header"));
        request.headers_mut().insert("rapport-actor", actor.parse().expect("a header"));
        app.send(request).await
    };
    let note = write("2026-01-02T03:04:05Z", "priya@acme.example").await.json();
    assert_eq!(note["author_name"], "Priya Raman");
    assert_eq!(note["created_at"], "2026-01-02T03:04:05Z");
    assert_eq!(write("2026-01-02T03:04:05Z", "Importer").await.json()["author_name"], "Importer");
    assert_eq!(write("2926-01-02T03:04:05Z", "Importer").await.wrong_fields(), ["Rapport-At"]);
    assert_eq!(write("yesterday", "Importer").await.wrong_fields(), ["Rapport-At"]);
    assert_eq!(
        write("2026-01-02T03:04:05Z", "no@acme.example").await.wrong_fields(),
        ["Rapport-Actor"]
    );
    // An agent's name brings the agent's role with it.
    assert_eq!(
        write("2026-01-02T03:04:05Z", "vera@acme.example").await.status,
        StatusCode::FORBIDDEN
    );
}
