use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_lead_the_nameless_to_the_login(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let answer = app.page("/customers?q=a", "rapport=forged").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/login?next=/customers%3Fq%3Da");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_script_carries_the_nonce_of_the_header(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let answer = app.page("/login", "").await;
    let policy = answer.header(header::CONTENT_SECURITY_POLICY);
    let nonce = policy.split("'nonce-").nth(1).and_then(|p| p.split('\'').next()).expect("a nonce");
    assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"), "{policy}");
    for script in answer.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
    }
    assert!(!answer.body.contains(" style=\""), "the policy refuses inline styles");
    let second = app.page("/login", "").await;
    assert_ne!(second.header(header::CONTENT_SECURITY_POLICY), policy);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn other_sites_cannot_post_to_pages(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let function = server_fn::axum::server_fn_paths().next().expect("a server function").0;
    for path in ["/login", "/logout", "/setup", function] {
        let request = Request::post(path)
            .header("sec-fetch-site", "cross-site")
            .header(header::ORIGIN, "https://evil.example")
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::empty());
        let answer = app.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(app.page("/inbox", &cookie).await.status, StatusCode::OK, "still logged in");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_main_pages_render_with_data(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.customer("u1").await;
    let ticket = serde_json::json!({"customer": {"external_id": "u1"}, "subject": "Export </title><b>fails</b>"});
    let number = app.post("/tickets", ticket).await.json()["number"].clone();
    let cookie = app.priya().await;
    for path in [
        "/inbox".into(),
        "/customers".into(),
        format!("/customers/{id}"),
        format!("/customers/{id}/tickets/{number}"),
    ] {
        let answer = app.page(&path, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.body.contains("Alex"), "{path}");
        let markup =
            answer.body.find("<b>fails").map(|i| &answer.body[i.saturating_sub(200)..i + 20]);
        assert_eq!(markup, None, "{path}: text is never markup");
    }
    let lost = app.page("/customers/cus_00000000000000000000000000", &cookie).await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_what_is_there_is_kept_for_a_year(pool: PgPool) {
    let site = std::env::temp_dir().join(format!("rapport-site-{}", std::process::id()));
    std::fs::create_dir_all(site.join("pkg")).expect("a folder");
    std::fs::write(site.join("pkg/rapport.1f.js"), "1").expect("a file");
    std::fs::write(site.join("robots.txt"), "1").expect("a file");
    let root = site.to_string_lossy().into_owned();
    let app = TestApp::with(pool, |config| config.site_root = root).await;
    for (path, status, kept) in [
        ("/pkg/rapport.1f.js", 200, "public, max-age=31536000, immutable"),
        ("/pkg/rapport.2e.js", 404, "no-store"),
        ("/robots.txt", 200, "public, max-age=86400"),
        ("/no-such.txt", 404, "no-store"),
    ] {
        let answer = app.page(path, "").await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header(header::CACHE_CONTROL), kept, "{path}");
    }
    // People get a page that leads on, whether they are logged in or not.
    let lost = app.page("/settings/no-such", "").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.body.contains("Go to the inbox"), "{}", lost.body);
    assert!(lost.header(header::CONTENT_SECURITY_POLICY).contains("default-src"));
    std::fs::remove_dir_all(site).expect("removed");
}
