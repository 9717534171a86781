use crate::support::{Answer, KEY, OTHER_KEY, TestApp, api_request};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use sqlx::PgPool;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

const CSV: &str =
    "day,use\nday,use\nday,use\nday,use\nday,use\nday,use\nday,use\nday,use\nday,use\nday,use\n";

/// A ticket whose first message carries these files; answers the ticket's page and number.
async fn ticket(app: &TestApp, files: &[(&str, &str, &str)]) -> (String, i64) {
    let customer = app.customer("usr_1").await;
    let new = json!({"customer": {"external_id": "usr_1"}, "subject": "Files", "channel": "email"});
    let ticket = app.post("/tickets", new).await.json();
    let number = ticket["number"].as_i64().expect("a number");
    let files: Vec<_> = files
        .iter()
        .map(|(name, kind, data)| json!({"file_name": name, "content_type": kind, "data": data}))
        .collect();
    let message = json!({"kind": "customer", "body_text": "See", "attachments": files});
    let path = format!("/tickets/{number}/messages");
    assert_eq!(app.post(&path, message).await.status, StatusCode::CREATED);
    (format!("/customers/{customer}/tickets/{number}"), number)
}

async fn attachment(app: &TestApp, number: i64, n: usize) -> serde_json::Value {
    let messages = app.get(&format!("/tickets/{number}/messages")).await.json();
    messages["items"][0]["attachments"][n].clone()
}

async fn asked(app: &TestApp, method: Method, path: &str, cookie: &str, body: &[u8]) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_vec()));
    app.send(request.expect("a request")).await
}

async fn part(app: &TestApp, path: &str, cookie: &str, range: &str) -> Answer {
    let request = Request::get(path).header(header::COOKIE, cookie).header(header::RANGE, range);
    app.send(request.body(Body::empty()).expect("a request")).await
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_file_comes_as_what_it_is_and_in_parts(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let files = [
        // "%PDF-1.7 and so on", "<!doctype html><script>", and enough lines to be worth packing
        ("a.pdf", "application/pdf", "JVBERi0xLjcgYW5kIHNvIG9u"),
        ("b.png", "image/png", "PCFkb2N0eXBlIGh0bWw+PHNjcmlwdD4="),
        ("c.csv", "text/csv", &BASE64_STANDARD.encode(CSV)),
    ];
    let (page, number) = ticket(&app, &files).await;
    let priya = app.priya().await;
    let at = async |n| attachment(&app, number, n).await["id"].as_str().expect("an id").to_string();
    let (pdf, html, csv) = (at(0).await, at(1).await, at(2).await);
    let path = |id: &str| format!("/files/attachments/{id}");

    let whole = app.page(&path(&pdf), &priya).await;
    assert_eq!((whole.status, whole.body.as_str()), (StatusCode::OK, "%PDF-1.7 and so on"));
    assert_eq!(whole.header(header::CONTENT_TYPE), "application/pdf");
    assert!(whole.header(header::CONTENT_DISPOSITION).starts_with("inline"));
    assert_eq!(whole.header(header::CONTENT_LENGTH), "18");
    let some = part(&app, &path(&pdf), &priya, "bytes=1-3").await;
    assert_eq!((some.status, some.body.as_str()), (StatusCode::PARTIAL_CONTENT, "PDF"));
    assert_eq!(some.header(header::CONTENT_RANGE), "bytes 1-3/18");
    let none = part(&app, &path(&pdf), &priya, "bytes=18-").await;
    assert_eq!(none.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(none.header(header::CONTENT_RANGE), "bytes */18");

    // Called a picture, and none.
    let hidden = app.page(&path(&html), &priya).await;
    assert_eq!(hidden.header(header::CONTENT_TYPE), "application/octet-stream");
    assert!(hidden.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    assert!(hidden.header(header::CONTENT_SECURITY_POLICY).starts_with("sandbox;"));
    assert_eq!(app.page(&format!("{}/thumb", path(&html)), &priya).await.status, 404);
    let text = app.page(&path(&csv), &priya).await;
    assert_eq!(text.header(header::CONTENT_TYPE), "text/plain; charset=utf-8");
    // Not packed: its length and its parts are those of the file.
    assert_eq!((text.body.as_str(), text.header(header::CONTENT_LENGTH)), (CSV, "80"));
    let line = part(&app, &path(&csv), &priya, "bytes=8-15").await;
    assert_eq!((line.status, line.body.as_str()), (StatusCode::PARTIAL_CONTENT, "day,use\n"));
    for answer in [&whole, &hidden, &text] {
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::CACHE_CONTROL), "private, no-store");
    }
    let shown = app.page(&page, &priya).await;
    assert!(shown.body.contains("a.pdf") && !shown.body.contains("/thumb"), "{}", shown.body);
    let nobody = app.page(&path(&pdf), "").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_secret_key_gets_a_file_of_its_workspace(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, number) = ticket(&app, &[("c.csv", "text/csv", "YSxiCjEsMgo=")]).await;
    let file = attachment(&app, number, 0).await;
    assert_eq!(
        (file["content_type"].as_str(), file["size_bytes"].as_i64()),
        (Some("text/csv"), Some(8))
    );
    let url = file["url"].as_str().expect("a url").strip_prefix("/api/v1").expect("ours");
    let got = app.get(url).await;
    assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, "a,b\n1,2\n"));
    let mut request = api_request(KEY, Method::GET, url, None);
    request.headers_mut().insert(header::RANGE, "bytes=-4".parse().expect("a value"));
    assert_eq!(app.send(request).await.body, "1,2\n");
    let other = app.api_as(OTHER_KEY, Method::GET, url, None).await;
    assert_eq!(
        (other.status, other.problem()["status"].as_u64()),
        (StatusCode::NOT_FOUND, Some(404))
    );
    assert_eq!(app.get("/attachments/att_1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.api_as("", Method::GET, url, None).await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_upload_waits_in_its_ticket(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (page, number) = ticket(&app, &[]).await;
    let priya = app.priya().await;
    let path = format!("/files/uploads/{number}?mode=reply&name=Gr%C3%BC%C3%9Fe.png");
    let stored = asked(&app, Method::POST, &path, &priya, PNG).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{stored:?}");
    let file = stored.json();
    let id = file["id"].as_str().expect("an id");
    let thumb = format!("/files/attachments/{id}/thumb");
    let size = PNG.len();
    assert_eq!(
        file,
        json!({"id": id, "name": "Grüße.png", "type": "image/png", "size": size, "thumb": thumb})
    );
    assert_eq!(app.page(&thumb, &priya).await.header(header::CONTENT_TYPE), "image/jpeg");
    let shown = app.page(&page, &priya).await;
    assert!(
        shown.body.contains(&format!("name=\"attachments[]\" value=\"{id}\"")),
        "{}",
        shown.body
    );
    // A key of the workspace is nobody's agent: what waits is its author's alone.
    assert_eq!(app.get(&format!("/attachments/{id}")).await.status, StatusCode::NOT_FOUND);
    let empty = asked(&app, Method::POST, &path, &priya, b"").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(empty.json()["message"], "This file is empty.");
    let large = vec![0; 19 * 1024 * 1024];
    let large = asked(&app, Method::POST, &path, &priya, &large).await;
    assert!(large.json()["message"].as_str().is_some_and(|m| m.contains("18 MB")), "{large:?}");
    let foreign = Request::post(&path)
        .header(header::COOKIE, &priya)
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(PNG));
    let foreign = app.send(foreign.expect("a request")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let own = format!("/files/attachments/{id}");
    assert_eq!(asked(&app, Method::DELETE, &own, &priya, b"").await.status, StatusCode::NO_CONTENT);
    assert_eq!(asked(&app, Method::DELETE, &own, &priya, b"").await.status, StatusCode::NOT_FOUND);
    let nobody = asked(&app, Method::POST, &path, "", PNG).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn without_scripts_a_form_uploads_and_the_message_carries_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (page, number) = ticket(&app, &[]).await;
    let priya = app.priya().await;
    let form = async |files: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\nnote\r\n{files}--b--\r\n"
        );
        let request = Request::post(format!("/files/uploads/{number}/form"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &priya)
            .header(header::REFERER, format!("http://127.0.0.1:3000{page}?upload=empty"))
            .body(Body::from(body));
        app.send(request.expect("a request")).await
    };
    let part = |name: &str, data: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
            Content-Type: text/plain\r\n\r\n{data}\r\n"
        )
    };
    let two = form(&(part("one.txt", "1") + &part("two.txt", "2"))).await;
    assert_eq!((two.status, two.header(header::LOCATION)), (StatusCode::SEE_OTHER, page.as_str()));
    let shown = app.page(&page, &priya).await.body;
    assert!(shown.contains("one.txt") && shown.contains("two.txt"), "{shown}");
    let none = form(&part("none.txt", "")).await;
    assert_eq!(none.header(header::LOCATION), format!("{page}?upload=empty"));
    let said = app.page(none.header(header::LOCATION), &priya).await.body;
    assert!(said.contains("This file is empty."), "{said}");
    let nothing = form(&part("", "")).await;
    assert_eq!(nothing.header(header::LOCATION), page);
    // One is taken off again.
    let (_, rest) = shown.split_once("action=\"/files/attachments/").expect("a form");
    let (id, _) = rest.split_once('/').expect("an id");
    let removed = app.form(&format!("/files/attachments/{id}/remove"), "", &priya).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    assert!(!app.page(&page, &priya).await.body.contains(id));
}
