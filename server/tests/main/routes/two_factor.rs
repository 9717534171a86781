use crate::support::TestApp;
use axum::http::{StatusCode, header};
use sqlx::PgPool;
use totp_rs::{Builder, Secret};

/// What stands in a page between two texts.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_log_in_by_plain_forms_asks_for_a_code(pool: PgPool) {
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let app = TestApp::with(pool, |config| {
        config.secret_key = key.parse().expect("a key");
    })
    .await;
    let cookie = app.sam().await;
    let begun =
        app.form("/settings/account", "do=two-factor-begin&current=rapport-demo", &cookie).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let page = app.page("/settings/account", &cookie).await;
    assert!(page.body.contains("<svg") && !page.body.contains(" style=\""), "{}", page.body);
    let secret = between(&page.body, "totp-key\">", "<").replace(' ', "");
    let phone = Builder::new();
    let phone = phone.with_secret(Secret::try_from_base32(&secret).expect("a secret")).build();
    let phone = phone.expect("an app");
    let now = u64::try_from(chrono::Utc::now().timestamp()).expect("after 1970");
    let first = format!("do=two-factor-confirm&code={}", phone.generate(now - 30));
    let on = app.form("/settings/account", &first, &cookie).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    let codes = between(&on.body, "recovery-codes\"", "</pre>");
    assert!(codes.matches('-').count() >= 10, "{codes}");
    assert!(!app.page("/settings/account", &cookie).await.body.contains("recovery-codes"));

    let login = "email=sam%40acme.example&password=rapport-demo&next=%2Fcustomers";
    let asked = app.form("/login", login, "").await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(asked.header(header::SET_COOKIE), "", "no session yet");
    let token = between(&asked.body, "name=\"token\" value=\"", "\"");
    let answer = |code: &str| format!("token={token}&next=%2Fcustomers&code={code}");
    let wrong = app.form("/login/code", &answer("000000"), "").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(
        wrong.body.contains("This code is wrong or no longer valid.") && wrong.body.contains(token)
    );
    let code = phone.generate(now).to_string();
    let right = app.form("/login/code", &answer(&code), "").await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.body);
    assert_eq!(right.header(header::LOCATION), "/customers");
    assert!(right.header(header::SET_COOKIE).contains("HttpOnly"));
    // The form is used up; a made-up one leads back, and so does a reload.
    for body in [answer(&code), answer("1").replace(token, "nonsense")] {
        let again = app.form("/login/code", &body, "").await;
        assert_eq!(again.header(header::LOCATION), "/login", "{}", again.body);
    }
    assert_eq!(app.page("/login/code", "").await.header(header::LOCATION), "/login");

    // An admin sees it, and turns it off for whoever lost their phone.
    let priya = app.priya().await;
    let people = app.page("/settings/people", &priya).await;
    assert!(people.body.contains("Two-factor"), "{}", people.body);
    let id = between(&people.body, "Turn off two-factor: Sam Ortiz", "</form>");
    let id = between(id, "name=\"id\" value=\"", "\"");
    let off = app.form("/settings/people", &format!("do=two-factor-off&id={id}"), &priya).await;
    assert_eq!(
        off.header(header::LOCATION),
        "/settings/people?done=two-factor-off",
        "{}",
        off.body
    );
    let straight = app.form("/login", login, "").await;
    assert_eq!(straight.status, StatusCode::SEE_OTHER);
}
