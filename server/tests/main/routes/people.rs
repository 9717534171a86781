//! App config › People, the links that it makes, and My account, as browsers use them.

use super::live::{Reader, serve, start};
use crate::support::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const PAGE: &str = "/settings/people";
const ACCOUNT: &str = "/settings/account";

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let form = format!("email={}&password={password}", email.replace('@', "%40"));
    app.form("/login", &form.replace(' ', "+"), "").await
}

fn cookie(answer: &Answer) -> String {
    let cookie = answer.header(header::SET_COOKIE);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    cookie.split(';').next().unwrap_or_default().to_string()
}

async fn sam(app: &TestApp) -> String {
    cookie(&log_in(app, "sam@acme.example", "rapport-demo").await)
}

/// The id of a person, as their row's links have it.
async fn id_of(app: &TestApp, email: &str) -> String {
    let id = sqlx::query_scalar("select id from users where email = $1")
        .bind(email)
        .fetch_one(app.store.pool())
        .await
        .expect("a person");
    rapport_domain::UserId(id).to_string()
}

/// What stands in the line to copy after `label`.
fn line<'a>(page: &'a str, label: &str) -> &'a str {
    let rest = page.split(&format!("aria-label=\"{label}\"")).last().expect("a line");
    rest.split("value=\"").nth(1).and_then(|v| v.split('"').next()).expect("a value")
}

/// The path of a link, which names the host that the page was called by.
fn path(link: &str) -> &str {
    let host = link.find("://").map_or(0, |at| at + 3);
    &link[link[host..].find('/').map_or(0, |at| host + at)..]
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_is_invited_joins_by_the_link_and_is_logged_in(pool: PgPool) {
    let app = TestApp::with(pool, |config| {
        config.public_url = Some("http://rapport.example/".into());
    })
    .await;
    let priya = app.priya().await;
    let form = "do=invite&emails=kim%40acme.example+nonsense&role=agent";
    let refused = app.form(&format!("{PAGE}?new=1"), form, &priya).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("“nonsense” is not an e-mail address."), "{}", refused.body);
    assert!(refused.body.contains("kim@acme.example nonsense</textarea>"), "what was typed stays");
    let unknown = app
        .form(&format!("{PAGE}?new=1"), "do=invite&emails=kim%40acme.example&role=owner", &priya)
        .await;
    assert!(unknown.body.contains("Choose one of the roles."), "{}", unknown.body);
    let done = app.form(PAGE, "do=invite&emails=kim%40acme.example&role=agent", &priya).await;
    assert_eq!(done.header(header::LOCATION), format!("{PAGE}?done=invited"));
    let page = app.page(PAGE, &priya).await;
    let link = line(&page.body, "Link for kim@acme.example");
    assert!(link.starts_with("http://rapport.example/join/"), "{link}");
    let link = path(link).to_string();

    let form = app.page(&link, "").await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("Join Acme on Rapport") && form.body.contains("kim@acme.example"));
    assert!(form.body.contains("Priya Raman invites you as an agent."), "{}", form.body);
    assert_eq!(form.header(header::REFERRER_POLICY), "no-referrer");
    assert!(!form.header(header::CONTENT_SECURITY_POLICY).is_empty());
    assert_eq!(form.header(header::CACHE_CONTROL), "private, no-store");
    let short = app.form(&link, "name=Kim+%3Cb%3E&password=short", "").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("Kim &lt;b&gt;") && short.body.contains("at least 10 characters"));

    // Another site cannot send the form.
    let foreign = Request::post(&link)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .header(header::ORIGIN, "https://evil.example")
        .body(Body::from("name=Eve&password=correct+horse"));
    assert_eq!(app.send(foreign.expect("a request")).await.status, StatusCode::FORBIDDEN);

    let joined = app.form(&link, "name=Kim+Park&password=correct+horse", "").await;
    assert_eq!(joined.header(header::LOCATION), "/");
    let kim = cookie(&joined);
    assert_eq!(app.page("/inbox", &kim).await.status, StatusCode::OK);
    assert_eq!(app.page(PAGE, &kim).await.status, StatusCode::FORBIDDEN, "an agent");
    for again in
        [app.page(&link, "").await, app.form(&link, "name=Eve&password=correct+horse", "").await]
    {
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.body.contains("was used already"), "{}", again.body);
        assert!(again.header(header::SET_COOKIE).is_empty());
    }
    let nonsense = app.page("/join/nonsense", "").await;
    assert_eq!(nonsense.status, StatusCode::NOT_FOUND);
    assert!(nonsense.body.contains("This link does not work"));
    let page = app.page(PAGE, &priya).await;
    assert!(page.body.contains("Kim Park") && !page.body.contains("Link for kim"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_is_deactivated_is_out_within_a_second(pool: PgPool) {
    let app = TestApp::new(pool).await;
    start(&app.live).await;
    let (addr, priya, sam) = (serve(&app).await, app.priya().await, sam(&app).await);
    let (_, mut stream) = Reader::new(addr, "/live?inbox=true", &sam).await;
    let id = id_of(&app, "sam@acme.example").await;
    let began = Instant::now();
    let done = app.form(PAGE, &format!("do=deactivate&id={id}"), &priya).await;
    assert_eq!(done.header(header::LOCATION), format!("{PAGE}?done=deactivated"));
    timeout(Duration::from_secs(5), stream.end()).await.expect("the stream ends");
    // Within a second, where no transaction of another test holds the news back.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(app.page("/inbox", &sam).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.fetch("/live?inbox=true", &sam).await.status, StatusCode::UNAUTHORIZED);
    let login = log_in(&app, "sam@acme.example", "rapport-demo").await;
    assert_eq!(login.status, StatusCode::UNAUTHORIZED);
    assert!(login.body.contains("E-mail or password is wrong."), "nothing is told to strangers");
    app.form(PAGE, &format!("do=reactivate&id={id}"), &priya).await;
    assert_eq!(app.page("/inbox", &sam).await.status, StatusCode::SEE_OTHER, "no old session");
    assert_eq!(
        log_in(&app, "sam@acme.example", "rapport-demo").await.status,
        StatusCode::SEE_OTHER
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_role_counts_at_once_and_the_last_admin_keeps_theirs(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (priya, sam) = (app.priya().await, sam(&app).await);
    let own = id_of(&app, "priya@acme.example").await;
    let form = format!("do=role&id={own}&role=viewer");
    let refused = app.form(&format!("{PAGE}?edit={own}"), &form, &priya).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("This is the last admin."), "{}", refused.body);
    let refused = app.form(PAGE, &format!("do=deactivate&id={own}"), &priya).await;
    assert!(refused.body.contains("You cannot deactivate yourself."), "{}", refused.body);
    let theirs = id_of(&app, "sam@acme.example").await;
    assert_eq!(app.page(PAGE, &sam).await.status, StatusCode::FORBIDDEN);
    app.form(PAGE, &format!("do=role&id={theirs}&role=admin"), &priya).await;
    assert_eq!(app.page(PAGE, &sam).await.status, StatusCode::OK);
    let done = app.form(PAGE, &form, &priya).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "there is another admin now");
    assert_eq!(app.page(PAGE, &priya).await.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_admin_s_link_sets_a_password_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (priya, sam) = (app.priya().await, sam(&app).await);
    let id = id_of(&app, "sam@acme.example").await;
    let made = app.form(PAGE, &format!("do=reset&id={id}"), &priya).await;
    assert_eq!(made.status, StatusCode::OK);
    let link = path(line(&made.body, "Link for a new password")).to_string();
    assert!(!app.page(PAGE, &priya).await.body.contains(&link), "it is shown once");
    assert_eq!(app.page("/inbox", &sam).await.status, StatusCode::OK, "nothing changed yet");
    assert!(app.page(&link, "").await.body.contains("sam@acme.example"));
    let set = app.form(&link, "password=something+new", "").await;
    let new = cookie(&set);
    assert_eq!(app.page("/inbox", &new).await.status, StatusCode::OK);
    assert_eq!(app.page("/inbox", &sam).await.status, StatusCode::SEE_OTHER);
    let again = app.form(&link, "password=something+else", "").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("This link was used"), "{}", again.body);
    let old = log_in(&app, "sam@acme.example", "rapport-demo").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    log_in(&app, "sam@acme.example", "something new").await.header(header::SET_COOKIE);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn everybody_has_an_account_with_a_password_and_sessions(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let vera = log_in(&app, "vera@acme.example", "rapport-demo").await;
    let (here, there) =
        (cookie(&vera), cookie(&log_in(&app, "vera@acme.example", "rapport-demo").await));
    let page = app.page(ACCOUNT, &here).await;
    assert_eq!(page.status, StatusCode::OK, "a viewer too");
    assert_eq!(page.body.matches("This one").count(), 1);
    assert!(page.body.contains("from the server’s own machine"), "{}", page.body);
    let wrong = "do=password&current=guess-guess&password=something+new&repeated=something+new";
    let refused = app.form(ACCOUNT, wrong, &here).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("This is not your password."));
    assert!(!refused.body.contains("something new"), "a password never comes back");
    assert_eq!(app.page("/inbox", &there).await.status, StatusCode::OK);
    let right = wrong.replace("guess-guess", "rapport-demo");
    let done = app.form(ACCOUNT, &right, &here).await;
    assert_eq!(done.header(header::LOCATION), format!("{ACCOUNT}?done=password"));
    assert_eq!(app.page("/inbox", &there).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.page("/inbox", &here).await.status, StatusCode::OK);

    let login = async || cookie(&log_in(&app, "vera@acme.example", "something new").await);
    let (second, third) = (login().await, login().await);
    let page = app.page(ACCOUNT, &here).await;
    let id = page.body.split("name=\"id\" value=\"").nth(1).and_then(|v| v.split('"').next());
    app.form(ACCOUNT, &format!("do=end&id={}", id.expect("a session")), &here).await;
    let open = [app.page("/inbox", &second).await.status, app.page("/inbox", &third).await.status];
    assert_eq!(open.iter().filter(|s| **s == StatusCode::OK).count(), 1, "{open:?}");
    app.form(ACCOUNT, "do=others", &here).await;
    for gone in [&second, &third] {
        assert_eq!(app.page("/inbox", gone).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(app.page("/inbox", &here).await.status, StatusCode::OK);
}
