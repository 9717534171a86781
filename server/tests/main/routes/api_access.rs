use crate::support::{KEY, OTHER_KEY, PUBLIC_KEY, TestApp};
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// Every route of the description, with a real id of the demo workspace in its path.
async fn routes(app: &TestApp) -> Vec<(Method, String)> {
    let customer = app.customer("u1").await;
    let account = app.post("/accounts", json!({"name": "Northwind"})).await.json();
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "S"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let description = app.get("/openapi.json").await.json();
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        let id = if path.starts_with("/accounts") {
            account["id"].as_str().expect("an id")
        } else {
            &customer
        };
        let path = path.replace("{id}", id).replace("{number}", &number);
        for method in item.as_object().expect("methods").keys().filter(|m| *m != "parameters") {
            routes.push((method.to_uppercase().parse().expect("a method"), path.clone()));
        }
    }
    assert!(routes.len() > 15, "{routes:?}");
    routes
}

fn body(method: &Method) -> Option<Value> {
    (*method != Method::GET).then(|| json!({}))
}

/// Makes keys that worked once and could do everything.
async fn spend(pool: &PgPool) {
    let insert = "insert into api_keys (workspace_id, id, name, kind, prefix, key_hash, scopes,
            revoked_at, expires_at)
        select workspace_id, gen_random_uuid(), $1, 'secret', '', $2, scopes,
            case when $1 = 'revoked' then now() end, case when $1 = 'expired' then now() end
        from api_keys where name = 'Demo server'";
    for name in ["revoked", "expired"] {
        let hash = Sha256::digest(format!("rsk_{name}")).to_vec();
        sqlx::query(insert).bind(name).bind(hash).execute(pool).await.expect("a key");
    }
    let rotated = "insert into api_key_old_secrets
            (workspace_id, key_id, key_hash, prefix, valid_until)
        select workspace_id, id, $1, '', now() from api_keys where name = 'Demo server'";
    let hash = Sha256::digest("rsk_rotated").to_vec();
    sqlx::query(rotated).bind(hash).execute(pool).await.expect("an old secret");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_route_answers_without_a_valid_secret_key(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    spend(&pool).await;
    for (method, path) in routes(&app).await {
        for key in ["", "rsk_unknown", "x", "rsk_revoked", "rsk_expired", "rsk_rotated"] {
            let answer = app.api_as(key, method.clone(), &path, body(&method)).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {key}");
            assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"));
            answer.problem();
        }
        let answer = app.api_as(PUBLIC_KEY, method.clone(), &path, body(&method)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        answer.problem();
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspace_s_things_do_not_exist(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (method, path) in
        routes(&app).await.into_iter().filter(|(_, path)| path.matches('/').count() > 1)
    {
        if path == "/inbound/email" {
            continue;
        }
        let body = match path.rsplit('/').next() {
            _ if method == Method::GET => None,
            Some("messages") => Some(json!({"kind": "note", "body_text": "x"})),
            Some("notes") => Some(json!({"body": "x"})),
            Some("csat") => Some(json!({"score": 5})),
            _ if path.starts_with("/tickets") => Some(json!({"subject": "x"})),
            _ => Some(json!({"name": "x"})),
        };
        let answer = app.api_as(OTHER_KEY, method.clone(), &path, body).await;
        let empty = answer.status == StatusCode::OK && answer.json()["items"] == json!([]);
        assert!(answer.status == StatusCode::NOT_FOUND || empty, "{method} {path}: {answer:?}");
    }
    let list = app.api_as(OTHER_KEY, Method::GET, "/customers", None).await.json();
    assert_eq!(list["items"], json!([]));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_revoked_key_ends_at_once(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    assert_eq!(app.get("/customers").await.status, StatusCode::OK);
    sqlx::query("update api_keys set revoked_at = now()").execute(&pool).await.expect("revoked");
    assert_eq!(
        app.api_as(KEY, Method::GET, "/customers", None).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_cookie_opens_no_api_and_another_site_may_call_it_with_a_key(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    assert_eq!(app.page("/api/v1/customers", &cookie).await.status, StatusCode::UNAUTHORIZED);
    let mut request = crate::support::api_request(
        KEY,
        Method::POST,
        "/customers",
        Some(json!({"external_id": "u9"})),
    );
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    request.headers_mut().insert("origin", "https://app.example".parse().expect("a header"));
    assert_eq!(app.send(request).await.status, StatusCode::CREATED);
}
