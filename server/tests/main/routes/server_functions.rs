use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::PgPool;

/// Functions that tell who is logged in; they answer the nameless with "nobody".
const OPEN: [&str; 1] = ["current_viewer"];

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_server_function_refuses_the_nameless(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mut refused = 0;
    for (path, method) in server_fn::axum::server_fn_paths() {
        assert_ne!(method, "GET", "{path}: a link could call it");
        if OPEN.iter().any(|name| path.contains(name)) {
            continue;
        }
        let media_types = ["application/x-www-form-urlencoded", "application/json"];
        for media_type in media_types {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header("sec-fetch-site", "same-origin")
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, media_type)
                .body(Body::from("{}"));
            let answer = app.send(request.expect("a request")).await;
            // Arguments are read before the function runs: those that cannot be read are refused too.
            let refusal = answer.status == StatusCode::UNAUTHORIZED
                || answer.status.is_client_error()
                || answer.status.is_server_error();
            assert!(refusal, "{path} as {media_type}: {answer:?}");
        }
        refused += 1;
    }
    assert!(refused > 5, "only {refused} functions are registered");
}
