use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

const FORM: &str =
    "code=open-sesame&workspace=Acme&name=Ada&email=ada%40acme.example&password=correct+horse";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_comes_first_owns_it_and_nobody_later(pool: PgPool) {
    let app = TestApp::empty(pool);
    let answer = app.page("/inbox", "").await;
    assert_eq!(answer.header(header::LOCATION), "/setup");
    let answer = app.form("/setup", FORM, "").await;
    assert_eq!(answer.header(header::LOCATION), "/get-started");
    let cookie = answer.header(header::SET_COOKIE).split(';').next().expect("a cookie").to_string();
    assert_eq!(app.page("/inbox", &cookie).await.status, StatusCode::OK);
    let again = app.form("/setup", &FORM.replace("ada", "eve"), "").await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert!(again.body.contains("set up already"), "{}", again.body);
    assert!(again.header(header::SET_COOKIE).is_empty());
    assert_eq!(app.page("/setup", "").await.header(header::LOCATION), "/login");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn wrong_fields_are_named_and_nothing_is_stored(pool: PgPool) {
    let app = TestApp::empty(pool);
    let answer = app
        .form("/setup", "code=open-sesame&workspace=&name=Ada&email=ada&password=short", "")
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body.matches("field-help error").count(), 3, "{}", answer.body);
    assert!(answer.body.contains("value=\"Ada\"") && !answer.body.contains("short\""));
    assert!(!app.store.has_workspace().await.expect("a database"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_does_not_know_the_code_sets_nothing_up(pool: PgPool) {
    let app = TestApp::empty(pool);
    assert!(app.page("/setup", "").await.body.contains("name=\"code\""));
    for form in [FORM.replace("open-sesame", "guess"), FORM.replace("code=open-sesame&", "")] {
        let answer = app.form("/setup", &form, "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.body.contains("log shows"), "{}", answer.body);
        assert!(answer.header(header::SET_COOKIE).is_empty());
        assert!(!app.store.has_workspace().await.expect("a database"));
    }
}
