//! My account, Preferences and Signatures: what people set for themselves, over HTTP.

use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::PgPool;

const PAGE: &str = "/settings/account";
/// One pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

async fn send_picture(app: &TestApp, cookie: &str, file: &[u8]) -> Answer {
    let head = "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"me.png\"\r\n\
        Content-Type: image/png\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let request = Request::post("/settings/account/picture")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie)
        .body(Body::from(body));
    app.send(request.expect("a request")).await
}

/// The id of the person behind a cookie.
async fn me(app: &TestApp, cookie: &str) -> String {
    let page = app.page(PAGE, cookie).await.body;
    match page.split("/files/people/").nth(1) {
        Some(rest) => rest.split(['"', '?']).next().expect("an id").to_string(),
        // A reader without a picture asks for none.
        None => String::new(),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_picture_is_shown_to_colleagues_and_to_nobody_else(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (sam, vera) = (app.sam().await, app.vera().await);
    assert_eq!(me(&app, &sam).await, "", "without a picture nothing is fetched for oneself");
    let id: rapport_domain::Uuid =
        sqlx::query_scalar("select id from users where email = 'sam@acme.example'")
            .fetch_one(&pool)
            .await
            .expect("Sam");
    let path = format!("/files/people/{}", rapport_domain::UserId(id));
    let nothing = app.page(&path, &vera).await;
    assert_eq!(nothing.header(header::CONTENT_TYPE), "image/gif", "initials show through");
    let done = send_picture(&app, &sam, PNG).await;
    assert_eq!(done.header(header::LOCATION), "/settings/account?done=picture", "{done:?}");
    let shown = app.page(&path, &vera).await;
    assert_eq!(shown.header(header::CONTENT_TYPE), "image/jpeg");
    assert_eq!(shown.header(header::CACHE_CONTROL), "private, max-age=300");
    assert_eq!(shown.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(shown.header(header::CONTENT_SECURITY_POLICY).contains("sandbox"));
    let page = app.page(PAGE, &sam).await.body;
    let own = page.split("src=\"/files/people/").nth(1).expect("a picture of oneself");
    let own = format!("/files/people/{}", own.split('"').next().expect("its address"));
    let kept = app.page(&own, &sam).await;
    assert!(kept.header(header::CACHE_CONTROL).ends_with("immutable"), "{own} {kept:?}");

    assert_eq!(app.page("/files/people/usr_x", &vera).await.status, StatusCode::NOT_FOUND);
    let unknown = format!("/files/people/{}", rapport_domain::UserId::generate());
    assert_eq!(app.page(&unknown, &vera).await.status, StatusCode::NOT_FOUND);
    let anonymous = app.page(&path, "").await;
    assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "to the login");

    let removed = app.form(PAGE, "do=no-picture&id=", &sam).await;
    assert_eq!(removed.header(header::LOCATION), "/settings/account?done=no-picture");
    assert_eq!(app.page(&path, &vera).await.header(header::CONTENT_TYPE), "image/gif");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_no_picture_is_refused_in_plain_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let sam = app.sam().await;
    for (file, word, said) in [
        (&b""[..], "empty", "Choose a picture first."),
        (b"<svg onload=alert(1)>", "no-picture", "not a picture that can be read"),
    ] {
        let refused = send_picture(&app, &sam, file).await;
        let to = refused.header(header::LOCATION).to_string();
        assert_eq!(to, format!("{PAGE}?picture={word}"));
        assert!(app.page(&to, &sam).await.body.contains(said), "{word}");
    }
    let large = send_picture(&app, &sam, &vec![0x89; 11 * 1024 * 1024]).await;
    assert_eq!(large.header(header::LOCATION), format!("{PAGE}?picture=too-large"));
    // The address chooses among texts of ours alone.
    let odd = app.page(&format!("{PAGE}?picture=%3Cscript%3E"), &sam).await;
    assert_eq!(odd.status, StatusCode::OK);
    assert!(!odd.body.contains("<script>"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn times_follow_the_zone_and_the_way_that_the_reader_chose(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let sam = app.sam().await;
    let page = app.page(PAGE, &sam).await.body;
    assert!(!page.contains("data-zone"), "the browser's, unless one is chosen");
    let chosen = "do=choose&time_zone=Asia%2FKolkata&dates=de&hours=12&week=sunday&composer=note";
    let done = app.form("/settings/preferences", chosen, &sam).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
    sqlx::query("update sessions set created_at = '2025-03-04T20:05:00Z'")
        .execute(&pool)
        .await
        .expect("a session");
    let page = app.page(PAGE, &sam).await.body;
    assert!(page.contains("data-zone=\"Asia/Kolkata\""));
    // Past midnight there.
    assert!(page.contains("5. März 2025"), "a day in German");
    assert!(page.contains("5. März 2025 1:35 AM"), "the whole of it on hover, in that zone");
    for wrong in ["Mars%2FOlympus", "..%2Fetc"] {
        let form = format!("do=choose&time_zone={wrong}&hours=24");
        let refused = app.form("/settings/preferences", &form, &sam).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("There is no such time zone"));
    }
    let again = app.page("/settings/preferences", &sam).await.body;
    assert!(again.contains("value=\"Asia/Kolkata\""), "a refusal changes nothing");
    // The palette sends what was chosen there alone.
    app.form("/settings/preferences", "do=choose&theme=dark", &sam).await;
    assert!(app.page(PAGE, &sam).await.body.contains("data-zone=\"Asia/Kolkata\""));
    app.form("/settings/preferences", "do=choose&time_zone=", &sam).await;
    assert!(!app.page(PAGE, &sam).await.body.contains("data-zone"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_browser_keeps_a_mark_and_a_country_is_believed_of_a_proxy_alone(pool: PgPool) {
    let app = TestApp::with(pool.clone(), |config| {
        config.country_header = Some("CF-IPCountry".into());
        config.trusted_proxies = vec![std::net::IpAddr::from([127, 0, 0, 1])];
    })
    .await;
    let log_in = async |cookie: &str, country: &str| {
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", "203.0.113.4")
            .header("cf-ipcountry", country)
            .header(header::COOKIE, cookie)
            .body(Body::from("email=sam%40acme.example&password=rapport-demo"));
        app.send(request.expect("a request")).await
    };
    let first = log_in("", "de").await;
    let cookies: Vec<_> =
        first.headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let mark = cookies[1].split(';').next().expect("a mark").to_string();
    assert!(mark.starts_with("rapport-device=") && cookies[1].contains("HttpOnly"), "{cookies:?}");
    let known = async || -> i64 {
        sqlx::query_scalar("select count(*) from known_devices")
            .fetch_one(&pool)
            .await
            .expect("a number")
    };
    assert_eq!(known().await, 1);
    log_in(&mark, "<b>").await;
    assert_eq!(known().await, 1, "it is known again");
    log_in("", "FR").await;
    assert_eq!(known().await, 2);
    let countries: Vec<String> =
        sqlx::query_scalar("select country from sessions order by created_at")
            .fetch_all(&pool)
            .await
            .expect("sessions");
    assert_eq!(countries, ["DE", "", "FR"]);
    let session = cookies[0].split(';').next().expect("a session");
    assert!(app.page(PAGE, session).await.body.contains("from DE (203.0.113.4)"));
    // A wrong password brings no mark along.
    let wrong = app.form("/login", "email=sam%40acme.example&password=x", "").await;
    assert_eq!(wrong.header(header::SET_COOKIE), "");
}
