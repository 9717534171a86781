//! What every answer says to browsers, whichever route, method or refusal it is of.

use crate::support::{Answer, KEY, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, header};
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::path::Path;

/// A host that nobody configured.
const STRANGER: &str = "host.evil.example";

/// Every path that the sources route to, the API's and the server functions' among them.
async fn paths(app: &TestApp) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for folder in ["src", "../app/src"] {
        routed(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    let described = app.get("/openapi.json").await.json();
    let described = described["paths"].as_object().expect("paths").keys();
    paths.extend(described.map(|path| match path.starts_with("/api/v1") {
        true => path.clone(),
        false => format!("/api/v1{path}"),
    }));
    paths.extend(server_fn::axum::server_fn_paths().map(|(path, _)| path.to_string()));
    for extra in ["/", "/no-such", "/api/no-such", "/api/v1/no-such", "/v1/no-such", "/robots.txt"]
    {
        paths.insert(extra.into());
    }
    paths.into_iter().map(|path| filled(&path)).collect()
}

/// The paths in `.route("…`, `.route_service("…`, `path!("…` and constants called PATH.
fn routed(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            routed(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            for start in
                [".route(", ".route_service(", "path!(", "PATH: &'static str =", "PATH: &str ="]
            {
                for rest in text.split(start).skip(1) {
                    let literal =
                        rest.trim_start().strip_prefix('"').and_then(|r| r.split('"').next());
                    found.extend(literal.filter(|l| l.starts_with('/')).map(String::from));
                }
            }
        }
    }
}

/// The path with something in each of its holes.
fn filled(path: &str) -> String {
    let part = |part: &str| match part.starts_with(['{', ':', '*']) {
        true => "x".to_string(),
        false => part.to_string(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn check(what: &str, answer: &Answer, tls: bool) {
    for name in [
        header::CONTENT_SECURITY_POLICY,
        header::X_CONTENT_TYPE_OPTIONS,
        header::REFERRER_POLICY,
        header::CACHE_CONTROL,
    ] {
        assert_eq!(answer.headers.get_all(&name).iter().count(), 1, "{what}: {name}");
    }
    assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{what}");
    let policy = answer.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    let hsts = answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY);
    assert_eq!(hsts, tls, "{what}");
    let kept = answer.header(header::CACHE_CONTROL);
    let shared = kept.contains("public");
    assert!(shared || kept.contains("no-store") || kept.contains("private"), "{what}: {kept}");
    // What a cache may keep for others holds nothing that one caller said.
    let reflects = answer.body.contains(STRANGER)
        || answer.headers.values().any(|v| v.to_str().is_ok_and(|v| v.contains(STRANGER)));
    assert!(!reflects || kept.contains("no-store"), "{what}: {kept}");
}

async fn walk(app: &TestApp, tls: bool) -> usize {
    let cookie = app.priya().await;
    let paths = paths(app).await;
    for path in &paths {
        // Strangers with every method; whoever is logged in with those that do something.
        let strangers = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS, Method::DELETE];
        let asked = strangers.into_iter().map(|m| (m, false));
        for (method, known) in asked.chain([(Method::GET, true), (Method::POST, true)]) {
            // What follows changes never ends, and whoever is logged in stays so.
            let endless = path == "/live" && method == Method::GET;
            if known && (endless || path == "/logout") {
                continue;
            }
            let mut request = Request::builder()
                .method(&method)
                .uri(path.as_str())
                .header(header::HOST, STRANGER)
                .header(header::ACCEPT, "text/html");
            if known {
                request = request.header(header::COOKIE, &cookie);
                if path.starts_with("/api/v1") {
                    request = request.header(header::AUTHORIZATION, format!("Bearer {KEY}"));
                }
            }
            let answer = app.send(request.body(Body::empty()).expect("a request")).await;
            check(&format!("{method} {path} known={known} {}", answer.status), &answer, tls);
        }
    }
    paths.len()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_answer_says_what_a_browser_may_do_with_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let count = walk(&app, false).await;
    assert!(count > 100, "only {count} paths were found");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn behind_tls_every_answer_asks_for_tls(pool: PgPool) {
    let app = TestApp::with(pool, |config| {
        config.public_url = Some("https://rapport.acme.example".into());
    })
    .await;
    let login = app.form("/login", "email=priya%40acme.example&password=rapport-demo", "").await;
    check("login", &login, true);
    for path in ["/inbox", "/login", "/no-such", "/healthz", "/api/v1/customers", "/sdk.js"] {
        check(path, &app.page(path, "").await, true);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_referer_leads_back_to_this_server_only(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    for (referer, to) in [
        ("http://127.0.0.1:3000/inbox?view=mine", "/inbox?view=mine"),
        ("http://127.0.0.1:3000//evil.example/x", "/"),
        ("http://127.0.0.1:3000/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let request = Request::post("/away")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::REFERER, referer)
            .header(header::COOKIE, &cookie)
            .body(Body::from("on=1"));
        let answer = app.send(request.expect("a request")).await;
        assert_eq!(answer.header(header::LOCATION), to, "{referer}");
    }
    for next in ["//evil.example", "/\\evil.example", "https://evil.example"] {
        let form = format!("email=priya%40acme.example&password=rapport-demo&next={next}");
        let answer = app.form("/login", &form, "").await;
        assert_eq!(answer.header(header::LOCATION), "/", "{next}");
    }
}
