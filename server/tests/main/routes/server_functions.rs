use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::PgPool;

/// Functions that tell who is logged in; they answer the anonymous with "nobody".
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
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{path} as {media_type}: {answer:?}"
            );
            assert_eq!(answer.json(), "Unauthenticated", "{path} as {media_type}");
        }
        refused += 1;
    }
    assert!(refused > 5, "only {refused} functions are registered");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_form_of_somebody_logged_out_meanwhile_leads_to_the_login_and_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (path, _) = server_fn::axum::server_fn_paths()
        .find(|(path, _)| path.contains("add_note"))
        .expect("the function behind the form for notes");
    let request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::REFERER, "http://localhost/customers/cus_x?pane=info")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("body=kept"));
    let answer = app.send(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    let to = answer.header(header::LOCATION);
    assert_eq!(to, "/login?next=/customers/cus_x%3Fpane%3Dinfo");
}

/// What no page of this version sends is the sender's fault, and told in people's words.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_cannot_be_read_is_refused_without_a_word_of_what_is_inside(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let send = async |path: &str, body: Vec<u8>| {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        app.send(request.expect("a request")).await
    };
    let mut paths = server_fn::axum::server_fn_paths().map(|(path, _)| path);
    let note = paths.find(|path| path.contains("add_note")).expect("the form for notes");
    let answer = send(note, b"customer=\xff&body[a]=1".to_vec()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let answer = send(note, vec![b'a'; 2 << 20]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{answer:?}");
    let answer = send("/api/no_such_function", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    assert!(answer.body.contains("Reload the page"), "{answer:?}");
    assert_eq!(answer.header("rapport-updated"), "1");
    assert!(!answer.body.contains("server function"), "{answer:?}");
}
