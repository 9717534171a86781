use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn login_opens_pages_and_logout_closes_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let answer = app
        .form("/login", "email=priya%40acme.example&password=rapport-demo&next=%2Fcustomers", "")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/customers");
    let cookie = answer.header(header::SET_COOKIE);
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().expect("a cookie").to_string();
    assert_eq!(app.page("/inbox", &cookie).await.status, StatusCode::OK);
    let out = app.form("/logout", "", &cookie).await;
    assert!(out.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(app.page("/inbox", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_wrong_password_and_an_unknown_address_read_the_same(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let wrong = app.form("/login", "email=priya%40acme.example&password=guess-guess", "").await;
    let unknown = app.form("/login", "email=nobody%40acme.example&password=guess-guess", "").await;
    for answer in [wrong, unknown] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.body.contains("E-mail or password is wrong."), "{}", answer.body);
        assert!(answer.header(header::SET_COOKIE).is_empty());
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn guessing_is_slowed_down_even_with_the_right_password(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for _ in 0..10 {
        app.form("/login", "email=priya%40acme.example&password=guess-guess", "").await;
    }
    let answer = app.form("/login", "email=priya%40acme.example&password=rapport-demo", "").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_refused_login_keeps_the_address_and_where_it_was_to_lead(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let form = "email=ada%22%3Cb%3E%40x.example&password=guess-guess&next=%2Fcustomers%3Fq%3Da";
    let answer = app.form("/login", form, "").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("value=\"ada&quot;&lt;b&gt;@x.example\""), "{}", answer.body);
    assert!(answer.body.contains("value=\"/customers?q=a\""), "{}", answer.body);
    assert!(!answer.body.contains("guess-guess"));
}
