use crate::device::Device;
use crate::support::{Answer, TestApp};
use axum::http::{StatusCode, header};
use rapport_domain::address::encode;
use serde_json::Value;
use sqlx::PgPool;

const HERE: &str = "http://localhost:3000";

/// What stands in a page between two texts.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
}

async fn here(pool: PgPool) -> TestApp {
    TestApp::with(pool, |config| config.public_url = Some(HERE.into())).await
}

/// The cookie that an answer sets, by the start of its name.
fn cookie(answer: &Answer, name: &str) -> String {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mine = set.filter(|set| set.starts_with(name)).filter_map(|set| set.split(';').next());
    mine.map(String::from).next().unwrap_or_default()
}

/// Adds one by the forms of My account.
async fn add(app: &TestApp, session: &str) -> Device {
    let begun =
        app.form("/settings/account", "do=passkey-begin&current=rapport-demo", session).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let page = app.page("/settings/account", session).await.body;
    assert!(page.contains("src=\"/passkeys.js\""), "{page}");
    let options = between(&page, "data-options=\"", "\"").replace("&quot;", "\"");
    let options: Value = serde_json::from_str(&options).expect("options");
    let mut device = Device::at(HERE, "localhost");
    let made = encode(&device.make(&options));
    let unnamed = format!("do=passkey-add&name=&credential={made}");
    let unnamed = app.form("/settings/account", &unnamed, session).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unnamed.body.contains("clientDataJSON"), "what the device said comes back with it");
    let added = format!("do=passkey-add&name=Key&credential={made}");
    let added = app.form("/settings/account", &added, session).await;
    assert_eq!(added.header(header::LOCATION), "/settings/account?done=passkey-added");
    device
}

/// Asks, as the script of the login page does; answers the cookie, the name and the options.
async fn ask(app: &TestApp, token: &str) -> (String, String, Value) {
    let asked = app.form("/login/passkey/ask", &format!("token={token}"), "").await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert_eq!(asked.header(header::CACHE_CONTROL), "private, no-store");
    let said = asked.json();
    let question = said["token"].as_str().expect("a name").to_string();
    (cookie(&asked, "rapport-sso="), question, said["options"].clone())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_log_in_by_passkey_is_a_log_in(pool: PgPool) {
    let app = here(pool).await;
    let sam = app.sam().await;
    assert!(!app.page("/login", "").await.body.contains("passkey"), "nobody has one yet");
    let mut device = add(&app, &sam).await;
    let login = app.page("/login", "").await.body;
    for part in ["Log in with a passkey", "username webauthn", "src=\"/passkeys.js\" nonce="] {
        assert!(login.contains(part), "{part} in {login}");
    }
    let (browser, question, options) = ask(&app, "").await;
    assert!(!browser.is_empty());
    assert!(options["allowCredentials"].as_array().expect("a list").is_empty());
    let answer = encode(&device.answer(&options));
    let form = format!("question={question}&credential={answer}&next=%2Fcustomers");
    let elsewhere = app.form("/login/passkey", &form, "rapport-sso=another").await;
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED);
    assert!(elsewhere.body.contains("That took too long."), "{}", elsewhere.body);
    assert!(elsewhere.body.contains("value=\"/customers\""), "where it was to lead is kept");
    let entered = app.form("/login/passkey", &form, &format!("{browser}; {sam}")).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.body);
    assert_eq!(entered.header(header::LOCATION), "/customers");
    let session = cookie(&entered, "rapport=");
    assert!(session.len() > 20 && !cookie(&entered, "rapport-device=").is_empty());
    assert_eq!(app.page("/inbox", &session).await.status, StatusCode::OK);
    assert_eq!(app.page("/inbox", &sam).await.status, StatusCode::SEE_OTHER, "that one is over");
    // A second time, an address elsewhere, a reload.
    let again = app.form("/login/passkey", &form, &browser).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    let (browser, question, options) = ask(&app, "").await;
    let answer = encode(&device.answer(&options));
    let form = format!("question={question}&credential={answer}&next=https%3A%2F%2Fevil.example");
    let entered = app.form("/login/passkey", &form, &browser).await;
    assert_eq!(entered.header(header::LOCATION), "/");
    assert_eq!(app.page("/login/passkey", "").await.header(header::LOCATION), "/login");

    let page = app.page("/settings/account", &session).await.body;
    assert!(page.contains("Last used: "), "{page}");
    let id = between(&page, "Remove: Key", "</form>");
    let id = between(id, "name=\"id\" value=\"", "\"");
    let renamed = format!("do=passkey-rename&id={id}&name=%3Cb%3E");
    let renamed = app.form("/settings/account", &renamed, &session).await;
    assert_eq!(renamed.header(header::LOCATION), "/settings/account?done=passkey-renamed");
    assert!(app.page("/settings/account", &session).await.body.contains("&lt;b&gt;"));
    // An admin sees it, and removes it for whoever lost the device.
    let priya = app.priya().await;
    let people = app.page("/settings/people", &priya).await.body;
    let person = between(&people, "Remove passkeys: Sam Ortiz", "</form>");
    let person = between(person, "name=\"id\" value=\"", "\"");
    let off = format!("do=two-factor-off&id={person}");
    let off = app.form("/settings/people", &off, &priya).await;
    assert_eq!(off.header(header::LOCATION), "/settings/people?done=two-factor-off");
    let (browser, question, options) = ask(&app, "").await;
    let answer = encode(&device.answer(&options));
    let form = format!("question={question}&credential={answer}");
    let gone = app.form("/login/passkey", &form, &browser).await;
    assert!(gone.body.contains("not known here"), "{}", gone.body);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn at_an_address_without_a_name_or_tls_the_page_says_why_there_are_none(pool: PgPool) {
    for (address, why) in [
        ("http://127.0.0.1:3000", "Open this page at “localhost”"),
        ("http://support.example.com", "over https alone"),
    ] {
        let app = TestApp::configured(pool.clone(), |config| {
            config.public_url = Some(address.into());
        });
        rapport_services::setup::demo(&app.store).await.expect("the demo workspace");
        let session = app.sam().await;
        let page = app.page("/settings/account", &session).await.body;
        assert!(page.contains(why), "{page}");
        let ask = app.form("/login/passkey/ask", "", "").await;
        assert_eq!(ask.status, StatusCode::CONFLICT);
        assert!(ask.body.contains(why), "{}", ask.body);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn asking_and_answering_has_a_rate_and_a_size(pool: PgPool) {
    let app = here(pool).await;
    let large = format!("question=x&credential={}", "x".repeat(20_000));
    let large = app.form("/login/passkey", &large, "").await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut asked = 0;
    while app.form("/login/passkey/ask", "", "").await.status == StatusCode::OK {
        asked += 1;
        assert!(asked < 1_000);
    }
    assert!(asked >= 120, "{asked}");
    let answer = app.form("/login/passkey", "question=x&credential=%7B%7D", "").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.body.contains("Too many attempts."), "{}", answer.body);
}
