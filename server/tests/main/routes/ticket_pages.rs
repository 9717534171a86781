use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

/// A ticket with a message of its customer; answers number and message.
async fn ticket(app: &TestApp) -> (String, String) {
    app.customer("u1").await;
    let ticket = json!({"customer": {"external_id": "u1"}, "subject": "Export <fails>"});
    let number = app.post("/tickets", ticket).await.json()["number"].to_string();
    let message = json!({"kind": "customer", "body_text": "It <b>fails</b>"});
    let message = app.post(&format!("/tickets/{number}/messages"), message).await.json();
    (number, message["id"].as_str().expect("an id").to_string())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn split_and_forward_are_pages_of_the_ticket(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let (number, message) = ticket(&app).await;
    for path in [format!("/tickets/{number}/split"), format!("/messages/{message}/forward")] {
        let page = app.page(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        assert!(page.body.contains("It &lt;b&gt;fails"), "{path}: {}", page.body);
    }
    for path in ["/tickets/999/split", "/messages/msg_1/forward", "/tickets/x/split"] {
        assert_eq!(app.page(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused =
        app.form(&format!("/messages/{message}/forward"), "to=&note=Look%21", &cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Look!"), "{}", refused.body);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_form_without_scripts_that_was_refused_keeps_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    let (number, _) = ticket(&app).await;
    let (path, _) = server_fn::axum::server_fn_paths()
        .find(|(path, _)| path.contains("edit_ticket"))
        .expect("the function that edits");
    let send = async |value: &str, page: &str| {
        let version = app.get(&format!("/tickets/{number}")).await.json()["version"].to_string();
        let form = format!("number={number}&version={version}&property=link&value={value}{page}");
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::REFERER, format!("http://localhost{path}"))
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        app.send(request.expect("a request")).await
    };
    let customer = app.customer("u1").await;
    let page = format!("/customers/{customer}/tickets/{number}");
    let from = format!("&__page={}", page.replace('/', "%2F"));
    let refused = send("nowhere%22%3Cb%3E", &from).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    // The ticket's own page, with the words in its own field and the way back to it.
    assert!(refused.body.contains("Export &lt;fails&gt;"), "{}", refused.body);
    assert_eq!(refused.body.matches("value=\"nowhere&quot;&lt;b&gt;\"").count(), 1);
    assert!(refused.body.contains(&format!("name=\"__page\" value=\"{page}\"")));
    assert!(!refused.body.contains("<script"), "no browser half at an address of no page");
    // Where the page has no such form, nothing is made up.
    let lost = send("nowhere", "&__page=%2Finbox").await;
    assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY, "{lost:?}");
    assert!(lost.body.contains("Nothing was saved. Go back"), "{}", lost.body);
    let done = send("https%3A%2F%2Fgithub.com%2Facme%2Fapp%2Fissues%2F1", "&__page=%2Finbox").await;
    assert_eq!(done.status, StatusCode::FOUND, "{done:?}");
    let to = done.header(header::LOCATION).trim_end_matches('?');
    assert_eq!(to, "http://localhost/inbox");
    let elsewhere =
        send("https%3A%2F%2Fgithub.com%2Facme%2Fapp%2Fissues%2F2", "&__page=%2F%2Fevil.example")
            .await;
    assert!(!elsewhere.header(header::LOCATION).contains("evil"), "{elsewhere:?}");
}
