//! Who may reach what. Every route of the server stands in one of the tables here, which are held
//! against the source: a new one fails until somebody said who may use it. What a use case itself asks
//! for is followed in `crates/services/tests/leave`.

mod functions;
pub(super) mod roles;

use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use rapport_app::page_table::PAGES;
use rapport_domain::permission::Permission;
use serde_json::json;
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Door {
    /// Everybody: it says nothing of a workspace, or proves by itself who may.
    Open,
    /// Programs by their keys: see `api_access`, `api_keys`, `segment` and `recordings`.
    Key,
    /// The demo alone.
    Demo,
    /// People by their session, with this permission.
    Session(Method2, &'static str, Permission),
}

/// How a session's route is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Method2 {
    Get,
    Post,
    Delete,
}

use Door::{Demo, Key, Open, Session};
use Method2::{Delete, Get, Post};
use Permission as P;

/// An id that nothing has, behind its prefix.
const ID: &str = "01jdb2x4v0e5r8s3q6t9wzy1aa";

/// The routes that are written down one by one; `{x}` of a sample is an id that nobody has.
const ROUTES: &[(&str, &[Door])] = &[
    ("/", &[Session(Get, "/", P::WorkspaceRead)]),
    ("/accounts/new", &[Session(Get, "/accounts/new", P::CustomersWrite)]),
    ("/accounts/{id}/edit", &[Session(Get, "/accounts/{acc}/edit", P::CustomersWrite)]),
    ("page_table::ACCOUNTS.path", &[]),
    ("P::PAGE.path", &[]),
    (
        "&format!(\"{}/{{id}}\", Notifications::PAGE.path)",
        &[Session(Post, "/notifications/x", P::WorkspaceRead)],
    ),
    ("/api/docs", &[Open]),
    ("/openapi.json", &[Open]),
    ("/api/v1/{*rest}", &[Open]),
    ("/api/{*function}", &[]),
    ("/away", &[Session(Post, "/away", P::TicketsWrite)]),
    ("/client-errors", &[Open]),
    ("/csat/{token}", &[Open]),
    ("/customers/deleted", &[Session(Get, "/customers/deleted", P::WorkspaceRead)]),
    ("/customers/{id}/delete", &[Session(Get, "/customers/{cus}/delete", P::CustomersDelete)]),
    ("/customers/{id}/identity", &[Session(Get, "/customers/{cus}/identity", P::CustomersRead)]),
    ("/customers/{id}/seen", &[Session(Get, "/customers/{cus}/seen", P::CustomersRead)]),
    ("/customers/{id}/sessions", &[Session(Get, "/customers/{cus}/sessions", P::CustomersRead)]),
    (
        "/customers/{id}/sessions/{session}",
        &[Session(Get, "/customers/{cus}/sessions/{rec}", P::RecordingsWatch)],
    ),
    (
        "/customers/{id}/sessions/{session}/events",
        &[Session(Get, "/customers/{cus}/sessions/{rec}/events?seek=0", P::RecordingsWatch)],
    ),
    ("/demo-app", &[Demo]),
    ("/demo-app/checkout", &[Demo]),
    ("/demo-app/shop.css", &[Demo]),
    ("/demo-app/shop.js", &[Demo]),
    ("/demo-app/sign-in", &[Demo]),
    ("/demo-app/things/{thing}", &[Demo]),
    (
        "/dev/outbox/{id}",
        &[Session(Get, "/dev/outbox/00000000-0000-0000-0000-000000000000", P::TicketsRead)],
    ),
    (
        "/dev/outbox/{id}/raw",
        &[Session(Get, "/dev/outbox/00000000-0000-0000-0000-000000000000/raw", P::TicketsRead)],
    ),
    (
        "/files/attachments/{id}",
        &[
            Session(Get, "/files/attachments/{att}", P::TicketsRead),
            Session(Delete, "/files/attachments/{att}", P::TicketsWrite),
        ],
    ),
    (
        "/files/attachments/{id}/remove",
        &[Session(Post, "/files/attachments/{att}/remove", P::TicketsWrite)],
    ),
    (
        "/files/attachments/{id}/thumb",
        &[Session(Get, "/files/attachments/{att}/thumb", P::TicketsRead)],
    ),
    ("/files/events/{stream}/{at}/icon", &[]),
    (
        "/files/messages/{id}/headers",
        &[Session(Get, "/files/messages/{msg}/headers", P::TicketsRead)],
    ),
    ("/files/messages/{id}/html", &[Session(Get, "/files/messages/{msg}/html", P::TicketsRead)]),
    (
        "/files/messages/{id}/pictures/{n}",
        &[Session(Get, "/files/messages/{msg}/pictures/0", P::TicketsRead)],
    ),
    ("/files/messages/{id}/raw", &[Session(Get, "/files/messages/{msg}/raw", P::TicketsRead)]),
    ("/files/people/{id}", &[Session(Get, "/files/people/{usr}", P::WorkspaceRead)]),
    (
        "/files/uploads/{desk}",
        &[Session(Post, "/files/uploads/1?mode=reply&name=x", P::TicketsWrite)],
    ),
    ("/files/uploads/{desk}/form", &[]),
    ("/forgotten", &[Open]),
    ("/healthz", &[Open]),
    ("/icon/{name}", &[]),
    ("/inbox/bulk", &[]),
    ("/join/{token}", &[Open]),
    ("/login", &[Open]),
    ("/login/code", &[Open]),
    ("/login/passkey", &[Open]),
    ("/login/passkey/ask", &[Open]),
    ("/login/sso/callback", &[Open]),
    ("/login/sso/{workspace}", &[Open]),
    ("/logout", &[Open]),
    ("/messages/{id}/forward", &[Session(Get, "/messages/{msg}/forward", P::TicketsReply)]),
    ("/messages/{id}/reparse", &[Session(Post, "/messages/{msg}/reparse", P::MailWrite)]),
    ("/notifications/devices", &[]),
    ("/o/{name}", &[Open]),
    ("/readyz", &[Open]),
    ("/reset/{token}", &[Open]),
    ("/search", &[Session(Get, "/search?q=x", P::CustomersRead)]),
    ("/search/suggestions", &[Session(Get, "/search/suggestions?q=x", P::CustomersRead)]),
    ("/settings/account/picture", &[]),
    (
        "/settings/audit-log/export",
        &[Session(Get, "/settings/audit-log/export?format=csv", P::DataExport)],
    ),
    ("/settings/snippets", &[Session(Get, "/settings/snippets", P::WorkspaceRead)]),
    ("/setup", &[Open]),
    ("/source", &[Open]),
    ("/tickets/{number}/split", &[Session(Get, "/tickets/{number}/split", P::TicketsWrite)]),
    ("/v1/m", &[Key]),
    ("/v1/projects/{key}/settings", &[Key]),
    ("/v1/recordings/chunks", &[Key]),
    ("/v1/recordings/settings/{key}", &[Key]),
    ("/v1/{kind}", &[Key]),
    ("HERE", &[]),
    // Pages with a browser half; those with a name stand in the table of pages.
    ("path:", &[]),
    ("path:/accounts/:id", &[Session(Get, "/accounts/{acc}", P::CustomersRead)]),
    ("path:/customers", &[]),
    ("path:/customers/:id", &[Session(Get, "/customers/{cus}", P::CustomersRead)]),
    ("path:/inbox", &[]),
    ("path:/settings/info-pane", &[]),
    ("path:/setup", &[Open]),
    ("path:tickets/:number", &[]),
    ("PATH", &[Session(Get, "/live", P::WorkspaceRead)]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Server and app without their tests.
fn source() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("../app/src"), &mut files);
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a file");
    let without_tests = |text: String| match text.find("#[cfg(test)]\nmod tests") {
        Some(at) => text[..at].to_string(),
        None => text,
    };
    files.iter().map(read).map(without_tests).collect()
}

/// The first argument of every `.route(`.
fn routes_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(".route(").skip(1).map(|rest| {
        let rest = rest.trim_start();
        let end = match rest.strip_prefix('"') {
            Some(literal) => literal.find('"').map(|at| at + 2),
            None => {
                let mut depth = 0;
                rest.char_indices().find_map(|(at, c)| {
                    match c {
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        ',' if depth == 0 => return Some(at),
                        _ => {}
                    }
                    None
                })
            }
        };
        rest[..end.expect("an argument")].trim_matches('"').to_string()
    })
}

/// The paths of the pages with a browser half.
fn paths_of(text: &str) -> impl Iterator<Item = String> + '_ {
    let paths = text.split("<Route path=path!(\"").skip(1);
    let parents = text.split("<ParentRoute path=path!(\"").skip(1);
    paths.chain(parents).map(|rest| format!("path:{}", rest.split('"').next().unwrap_or_default()))
}

#[test]
fn every_route_of_the_source_is_placed() {
    let all = |text: &String| routes_of(text).chain(paths_of(text)).collect::<Vec<_>>();
    let found: BTreeSet<String> = source().iter().flat_map(all).collect();
    let placed: BTreeSet<String> = ROUTES.iter().map(|(route, _)| (*route).to_string()).collect();
    let unplaced: Vec<_> = found.difference(&placed).collect();
    assert!(unplaced.is_empty(), "say in ROUTES who may use these: {unplaced:?}");
    let gone: Vec<_> = placed.difference(&found).collect();
    assert!(gone.is_empty(), "no route is called so any more: {gone:?}");
}

/// Server functions reach services through `api::run`, which refuses the nameless; services ask.
#[test]
fn every_server_function_goes_through_the_one_door() {
    let mut functions = 0;
    for text in source() {
        for function in text.split("\n#[server").skip(1) {
            let name = function.split("fn ").nth(1).and_then(|f| f.split('(').next());
            let name = name.unwrap_or_default().to_string();
            let body = function.split("\n}\n").next().unwrap_or_default();
            assert!(body.contains("api::run(") || name == "current_viewer", "{name}: {body}");
            functions += 1;
        }
    }
    assert!(functions > 30, "{functions}");
}

pub(super) async fn knock(app: &TestApp, method: Method2, path: &str, cookie: &str) -> Answer {
    let method = match method {
        Get => Method::GET,
        Post => Method::POST,
        Delete => Method::DELETE,
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .body(Body::empty());
    app.send(request.expect("a request")).await
}

fn leads_to_login(answer: &Answer) -> bool {
    let redirected = answer.status == StatusCode::SEE_OTHER
        && answer.header(header::LOCATION).starts_with("/login");
    redirected || answer.status == StatusCode::UNAUTHORIZED
}

/// All doors of people: those of the table, and the pages with a name. What is named is there.
pub(super) async fn doors(app: &TestApp) -> Vec<(Method2, String, Permission)> {
    let customer = app.customer("u1").await;
    let account = app.post("/accounts", json!({"external_id": "a1", "name": "Acme"})).await.json();
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "S"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let account = account["id"].as_str().expect("an id");
    let routes = ROUTES.iter().flat_map(|(_, doors)| doors.iter()).filter_map(|door| match door {
        Session(method, path, permission) => {
            let path = path.replace("{cus}", &customer).replace("{acc}", account);
            let mut path = path.replace("{number}", &number);
            for prefix in ["att", "msg", "rec", "usr"] {
                path = path.replace(&format!("{{{prefix}}}"), &format!("{prefix}_{ID}"));
            }
            Some((*method, path, *permission))
        }
        _ => None,
    });
    let pages = PAGES.iter().map(|page| (Get, page.path.to_string(), page.permission));
    routes.chain(pages).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nobody_and_who_was_deactivated_are_led_to_the_login(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, doors) = (app.sam().await, doors(&app).await);
    sqlx::query("update users set disabled_at = now() where email = 'sam@acme.example'")
        .execute(&pool)
        .await
        .expect("deactivated");
    for (method, path, _) in doors.clone() {
        for cookie in ["", "rapport=unknown", &sam] {
            let answer = knock(&app, method, &path, cookie).await;
            assert!(leads_to_login(&answer), "{method:?} {path} as {cookie:?}: {answer:?}");
        }
    }
}
