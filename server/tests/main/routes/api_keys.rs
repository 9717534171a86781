//! App config › API keys: made on the page, used by programs, revoked.

use super::access::roles::{give_sam, least};
use crate::support::{TestApp, api_request};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use rapport_domain::Permission;
use serde_json::json;
use sqlx::PgPool;

const PAGE: &str = "/settings/api-keys";

/// Makes a key on the page and answers it.
async fn made(app: &TestApp, form: &str, cookie: &str) -> String {
    let answer =
        app.form(&format!("{PAGE}?new=secret"), &format!("do=create&{form}"), cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let panel = answer.body.split("The new key").nth(2).expect("the panel");
    let key = panel.split("value=\"").nth(1).and_then(|v| v.split('"').next());
    key.expect("a key").to_string()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_is_shown_once_does_what_it_may_and_ends_when_revoked(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let cookie = app.priya().await;
    let form = "kind=secret&name=Billing&days=30&scope=customers%3Aread";
    let key = made(&app, form, &cookie).await;
    assert!(key.starts_with("rsk_") && key.len() > 40, "{key}");
    let page = app.page(PAGE, &cookie).await;
    assert!(page.body.contains("Billing") && page.body.contains(&key[..8]));
    assert!(!page.body.contains(&key), "a key is shown once");
    assert!(page.body.contains("Never used"));
    let again =
        app.form(&format!("{PAGE}?new=secret"), &format!("do=create&{form}"), &cookie).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a reload makes no second key");
    assert!(again.body.contains("There is a key with this name already."));

    let mut request = api_request(&key, Method::GET, "/customers", None);
    request.headers_mut().insert(header::USER_AGENT, "billing/2".parse().expect("a header"));
    assert_eq!(app.send(request).await.status, StatusCode::OK);
    let refused = app.api_as(&key, Method::POST, "/customers", Some(json!({"name": "x"}))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let problem = refused.problem();
    assert_eq!(problem["type"], "urn:rapport:problem:missing-scope");
    assert!(problem["detail"].as_str().expect("text").contains("customers:write"), "{problem}");
    let page = app.page(PAGE, &cookie).await;
    assert!(page.body.contains("from 127.0.0.1") && page.body.contains("billing/2"));

    let id: rapport_domain::Uuid =
        sqlx::query_scalar("select id from api_keys where name = 'Billing'")
            .fetch_one(&pool)
            .await
            .expect("the key");
    let revoke = format!("do=revoke&id={}", rapport_domain::ApiKeyId(id));
    let done = app.form(PAGE, &revoke, &cookie).await;
    assert_eq!(done.header(header::LOCATION), format!("{PAGE}?done=revoked"));
    let gone = app.api_as(&key, Method::GET, "/customers", None).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.form(PAGE, &revoke, &cookie).await.status, StatusCode::NOT_FOUND);
    // Its name is free again.
    made(&app, form, &cookie).await;
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_scope_opens_its_own_routes_and_no_others(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let description = app.get("/openapi.json").await.json();
    let mut seen = std::collections::BTreeSet::new();
    for scope in Permission::SCOPES {
        let word = scope.as_str();
        let form = format!("kind=secret&name={word}&days=0&scope={word}").replace(':', "%3A");
        let key = made(&app, &form, &cookie).await;
        for (path, item) in description["paths"].as_object().expect("paths") {
            let path = path.replace("{id}", "x").replace("{number}", "1");
            for (method, operation) in item.as_object().expect("methods") {
                let Some(needed) = operation["security"][0]["secret_key"][0].as_str() else {
                    assert_eq!(method, "parameters", "{path} says no scope");
                    continue;
                };
                let method: Method = method.to_uppercase().parse().expect("a method");
                let body = (method != Method::GET).then(|| json!({}));
                let answer = app.api_as(&key, method.clone(), &path, body).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, needed != word, "{word}: {method} {path} {answer:?}");
                seen.insert(needed.to_string());
            }
        }
    }
    // That one opens no route: it says what others answer.
    seen.insert(Permission::CustomersSensitive.as_str().into());
    assert_eq!(seen.len(), Permission::SCOPES.len(), "every scope opens something: {seen:?}");
}

fn track(key: &str, origin: Option<&str>) -> Request<Body> {
    let body = json!({"event": "Paid", "anonymousId": "a1", "writeKey": key});
    let mut request = Request::post("/v1/track").header(header::CONTENT_TYPE, "text/plain");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin).header("sec-fetch-site", "cross-site");
    }
    request.body(Body::from(body.to_string())).expect("a request")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_browser_s_key_works_on_its_own_pages_until_it_is_revoked(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let cookie = app.priya().await;
    let form = "kind=public&name=Shop&days=0&origins=https%3A%2F%2FShop.example%2F";
    let key = made(&app, form, &cookie).await;
    assert!(key.starts_with("rpk_"), "{key}");
    let here = app.send(track(&key, Some("https://shop.example"))).await;
    assert_eq!(here.status, StatusCode::OK, "{}", here.body);
    assert_eq!(app.send(track(&key, None)).await.status, StatusCode::OK, "an app is no browser");
    for elsewhere in ["https://evil.example", "http://shop.example", "null"] {
        let answer = app.send(track(&key, Some(elsewhere))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{elsewhere}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "the page can read why");
    }
    // A server's key without the scope sends no events by this way either.
    let form = "kind=secret&name=Reader&days=0&scope=tickets%3Aread";
    let reader = made(&app, form, &cookie).await;
    let answer = app.send(track(&reader, None)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("events:write"), "{}", answer.body);

    sqlx::query("update api_keys set revoked_at = now()").execute(&pool).await.expect("revoked");
    let began = std::time::Instant::now();
    while app.send(track(&key, None)).await.status != StatusCode::UNAUTHORIZED {
        assert!(began.elapsed().as_secs() < 5, "a revoked key lives on");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_expired_key_is_none(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let cookie = app.priya().await;
    let key = made(&app, "kind=secret&name=Old&days=30&scope=tickets%3Aread", &cookie).await;
    sqlx::query("update api_keys set expires_at = now() where name = 'Old'")
        .execute(&pool)
        .await
        .expect("expired");
    let answer = app.api_as(&key, Method::GET, "/tickets", None).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(app.page(PAGE, &cookie).await.body.contains("Expired"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_refused_key_keeps_what_was_typed_and_a_made_up_scope_is_none(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let form = "do=create&kind=public&name=Shop+%22b&days=30&origins=shop.example";
    let refused = app.form(&format!("{PAGE}?new=public"), form, &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"Shop &quot;b\""), "{}", refused.body);
    assert!(refused.body.contains(">shop.example</textarea>"), "{}", refused.body);
    assert!(refused.body.contains("is not an origin"));
    let form = "do=create&kind=secret&name=X&days=0&scope=everything";
    let refused = app.form(&format!("{PAGE}?new=secret"), form, &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("There is no such scope."));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_rotated_key_works_by_both_secrets_until_the_old_one_ends_everywhere(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let cookie = app.priya().await;
    let form = "kind=secret&name=Billing&days=30&scope=customers%3Aread&scope=events%3Awrite";
    let old = made(&app, form, &cookie).await;
    let id: rapport_domain::Uuid =
        sqlx::query_scalar("select id from api_keys where name = 'Billing'")
            .fetch_one(&pool)
            .await
            .expect("the key");
    let id = rapport_domain::ApiKeyId(id);
    let rotate = format!("do=rotate&id={id}&overlap=24h");
    let page = app.form(PAGE, &rotate, &cookie).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let panel = page.body.split("The new key").nth(2).expect("the panel");
    let new = panel.split("value=\"").nth(1).and_then(|v| v.split('"').next()).expect("a key");
    assert_ne!(new, old);
    assert!(page.body.contains("Old secret") && page.body.contains(&old[..8]));
    let reads = async |key: &str| app.api_as(key, Method::GET, "/customers", None).await.status;
    assert_eq!((reads(&old).await, reads(new).await), (StatusCode::OK, StatusCode::OK));
    // The way in for events believes a key for some seconds.
    let sends = async |key: &str| app.send(track(key, None)).await.status;
    assert_eq!(sends(&old).await, StatusCode::OK);
    let end = app.form(PAGE, &format!("do=end-old&id={id}"), &cookie).await;
    assert_eq!(end.header(header::LOCATION), format!("{PAGE}?done=ended"));
    assert_eq!((reads(&old).await, reads(new).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    tokio::time::sleep(std::time::Duration::from_millis(4_500)).await;
    assert_eq!(sends(&old).await, StatusCode::UNAUTHORIZED, "within five seconds everywhere");
    assert_eq!(sends(new).await, StatusCode::OK);
    let odd = app.form(PAGE, &format!("do=rotate&id={id}&overlap=9y"), &cookie).await;
    assert!(odd.status.is_client_error(), "{odd:?}");
    let sam = app.sam().await;
    let refused = app.form(PAGE, &rotate, &sam).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // They are counted, and written a moment later.
    let mut used = 0i64;
    for _ in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        used = sqlx::query_scalar(
            "select coalesce(sum(requests), 0)::bigint from api_key_usage where key_id = $1",
        )
        .bind(id.0)
        .fetch_one(&pool)
        .await
        .expect("a number");
        if used >= 5 {
            break;
        }
    }
    assert_eq!(used, 5, "reads by each, one more by the new, an event by each");
    let page = app.page(PAGE, &cookie).await;
    assert!(page.body.contains("5 requests in 30 days"), "{}", page.body);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_that_may_more_than_oneself_gives_no_secret(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let key =
        made(&app, "kind=secret&name=All&days=0&scope=tickets%3Aread", &app.priya().await).await;
    let id: rapport_domain::Uuid = sqlx::query_scalar("select id from api_keys where name = 'All'")
        .fetch_one(&pool)
        .await
        .expect("the key");
    let id = rapport_domain::ApiKeyId(id);
    give_sam(&pool, least(Permission::PeopleManage)).await;
    let sam = app.sam().await;
    let answer = app.form(PAGE, &format!("do=rotate&id={id}&overlap=7d"), &sam).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert!(
        !answer.body.contains("rsk_") || !answer.body.contains("The new key"),
        "{}",
        answer.body
    );
    assert_eq!(app.api_as(&key, Method::GET, "/tickets", None).await.status, StatusCode::OK);
}
