//! `/api/docs`: the description for people.

use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_description_is_a_page_that_shows_every_call_with_its_scope(pool: PgPool) {
    let app = TestApp::empty(pool);
    let page = app.page("/api/docs", "").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("'nonce-") && !policy.contains("'unsafe-inline'"), "{policy}");
    assert!(!page.body.contains("style=\""));
    let description = app.get("/openapi.json").await.json();
    let mut calls = 0;
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("methods") {
            let Some(scope) = call["security"][0]["secret_key"][0].as_str() else { continue };
            let name = path.trim_matches('/').replace(['{', '}'], "").replace('/', "-");
            let start = format!("<article id=\"{method}-{name}\">");
            let part = page.body.split(&start).nth(1).unwrap_or_else(|| panic!("no {start}"));
            let part = part.split("</article>").next().unwrap_or_default();
            assert!(part.contains(scope), "{method} {path} says {scope}");
            assert!(part.contains("Authorization: Bearer rsk_…"), "{method} {path}");
            calls += 1;
        }
    }
    assert!(calls > 25, "{calls}");
    // Every link within the page leads somewhere.
    for link in page.body.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap_or_default();
        assert!(page.body.contains(&format!("id=\"{id}\"")), "nothing is at #{id}");
    }
}
