use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

const PAGE: &str = "/get-started";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_fresh_workspace_gets_started_by_plain_forms(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    sqlx::query("update workspaces set getting_started = true").execute(&pool).await.expect("set");
    let cookie = app.priya().await;
    let page = app.page(PAGE, &cookie).await;
    assert!(
        page.body.contains("Send a first event") && page.body.contains("YOUR_KEY"),
        "{}",
        page.body
    );
    assert!(app.page("/inbox", &cookie).await.body.contains("href=\"/get-started\""));
    let with_key = app.form(PAGE, "do=key&id=event", &cookie).await;
    assert_eq!(with_key.status, StatusCode::OK);
    assert!(with_key.body.contains("Bearer rsk_") && with_key.body.contains("YOUR_KEY"));
    assert!(!app.page(PAGE, &cookie).await.body.contains("rsk_"), "shown once");
    for (form, word) in [
        ("do=skip&id=mail", "skipped"),
        ("do=unskip&id=mail", "back"),
        ("do=sample", "sample"),
        ("do=unsample", "removed"),
    ] {
        let done = app.form(PAGE, form, &cookie).await;
        assert_eq!(done.header(header::LOCATION), format!("{PAGE}?done={word}"), "{}", done.body);
    }
    for bad in ["do=skip&id=nothing", "do=key&id=mail", "do=dance"] {
        assert!(app.form(PAGE, bad, &cookie).await.status.is_client_error(), "{bad}");
    }
    let sam = app.sam().await;
    assert_eq!(app.page(PAGE, &sam).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.form(PAGE, "do=finish", &sam).await.status, StatusCode::FORBIDDEN);
    assert!(!app.page("/inbox", &sam).await.body.contains("href=\"/get-started\""));
    app.form(PAGE, "do=finish", &cookie).await;
    assert!(app.page(PAGE, &cookie).await.body.contains("This workspace is set up"));
    assert!(!app.page("/inbox", &cookie).await.body.contains("href=\"/get-started\""));
}
