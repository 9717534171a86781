use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;

const FORM: &str = "do=save&issuer=http%3A%2F%2F127.0.0.1%3A9&client_id=rapport&secret=hush-hush\
    &button=Log+in+with+%3CAcme%3E&joins=invited&default_role=agent";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_login_page_offers_what_is_set_up_and_shows_no_secret(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let cookie = app.priya().await;
    assert!(!app.page("/login", "").await.body.contains("/login/sso/"));
    let saved = app.form("/settings/single-sign-on", FORM, &cookie).await;
    assert_eq!(saved.header(header::LOCATION), "/settings/single-sign-on?done=saved");
    let page = app.page("/settings/single-sign-on", &cookie).await;
    assert!(!page.body.contains("hush-hush") && page.body.contains("http://127.0.0.1:9"));
    // Refused, it comes back with all but the secret.
    let twice = app.form("/settings/single-sign-on", FORM, &cookie).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(!twice.body.contains("hush-hush"));
    let page = app.page("/login?next=/customers%3Fq=%22a", "").await;
    assert!(page.body.contains("Log in with &lt;Acme&gt;"), "{}", page.body);
    assert!(page.body.contains("?next=/customers%3Fq%3D%22a\""), "{}", page.body);
    let sam = app.sam().await;
    let forbidden = app.form("/settings/single-sign-on", FORM, &sam).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_leads_nowhere_comes_back_to_the_login_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/login/sso/nonsense", "/login/sso/wsp_01jdb2000000000000000000aa"] {
        let answer = app.page(path, "").await;
        assert_eq!(answer.header(header::LOCATION), "/login", "{path}");
    }
    for query in ["", "?state=x&code=y", "?error=access_denied", "?error=%3Cb%3E"] {
        let answer = app.page(&format!("/login/sso/callback{query}"), "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{query}");
        assert!(answer.body.contains("was begun in another browser"), "{query}: {}", answer.body);
        assert!(answer.header(header::SET_COOKIE).is_empty());
    }
    // A provider in a network that nobody named is not asked.
    let cookie = app.priya().await;
    app.form("/settings/single-sign-on", FORM, &cookie).await;
    let tested = app.form("/settings/single-sign-on", "do=test", &cookie).await;
    assert_eq!(tested.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tested.body.contains("RAPPORT_OUTBOUND_NETWORKS"), "{}", tested.body);
    let page = app.page("/login", "").await.body;
    let link = page.split("href=\"/login/sso/").nth(1).and_then(|rest| rest.split('"').next());
    let left = app.page(&format!("/login/sso/{}", link.expect("a button")), "").await;
    assert_eq!(left.status, StatusCode::UNAUTHORIZED, "{}", left.header(header::LOCATION));
    assert!(left.body.contains("cannot be reached at the moment"), "{}", left.body);
}
