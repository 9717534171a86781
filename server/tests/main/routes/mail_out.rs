//! The demo's outbox, the picture in mails, and the worker beside the pages.

use crate::support::TestApp;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::{self, run_due};
use rapport_services::setup;
use serde_json::json;
use sqlx::PgPool;
use std::time::Duration;

fn worker(app: &TestApp) -> JobEnv {
    JobEnv {
        store: app.store.clone(),
        keys: Default::default(),
        public_url: "http://rapport.example".into(),
        http: HttpClient::new(Reach::Public).expect("a client"),
    }
}

/// The demo with its mailbox and a ticket from Ada; answers the ticket's number.
async fn demo(app: &TestApp) -> i64 {
    setup::demo_settings(&app.store).await.expect("a mailbox");
    let raw = "From: Ada <ada@example.com>\r\nSubject: Hello <b>\r\nMessage-ID: <1@example.com>\r\n\r\nHi\r\n";
    let answer = app.mail(raw.as_bytes().to_vec()).await;
    answer.json()["ticket_number"].as_i64().expect("a number")
}

async fn reply(app: &TestApp, number: i64) {
    let message = json!({"kind": "agent", "body_text": "Hello Ada", "send": true});
    let answer = app.post(&format!("/tickets/{number}/messages"), message).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
}

async fn due(pool: &PgPool) {
    sqlx::query("update jobs set run_at = now() - interval '1 second'")
        .execute(pool)
        .await
        .expect("an update");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_demos_mail_stays_in_its_outbox(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let number = demo(&app).await;
    reply(&app, number).await;
    due(&pool).await;
    assert_eq!(run_due(&worker(&app)).await, 1);
    assert_eq!(app.page("/dev/outbox", "").await.status, StatusCode::SEE_OTHER);
    let cookie = app.priya().await;
    let list = app.page("/dev/outbox", &cookie).await;
    assert!(list.body.contains("Re: Hello &lt;b&gt;") && list.body.contains("ada@example.com"));
    let id = list.body.split("/dev/outbox/").nth(1).and_then(|l| l.split(['/', '"']).next());
    let page = format!("/dev/outbox/{}", id.expect("a link"));
    let read = app.page(&page, &cookie).await;
    assert!(read.body.contains("Re: Hello &lt;b&gt;") && read.body.contains("ada@example.com"));
    let mail = app.page(&format!("{page}/raw"), &cookie).await;
    assert_eq!(mail.header(header::CONTENT_TYPE), "text/plain; charset=utf-8");
    assert!(mail.body.contains("In-Reply-To: <1@example.com>"), "{}", mail.body);
    let messages = app.get(&format!("/tickets/{number}/messages")).await.json();
    assert_eq!(messages["items"][1]["delivery"]["receipt"], "sent");
    assert_eq!(messages["items"][1]["delivery"]["recipients"][0]["email"], "ada@example.com");
    let product = TestApp::configured(pool, |config| config.demo = false);
    assert_eq!(product.page("/dev/outbox", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_picture_is_the_same_for_everybody_and_only_a_reader_counts(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let number = demo(&app).await;
    reply(&app, number).await;
    due(&pool).await;
    run_due(&worker(&app)).await;
    sqlx::query("update outgoing_mails set handed_over_at = handed_over_at - interval '1 minute'")
        .execute(&pool)
        .await
        .expect("an update");
    let raw: Vec<u8> =
        sqlx::query_scalar("select raw from outbox").fetch_one(&pool).await.expect("a mail");
    let raw = String::from_utf8_lossy(&raw).replace("=\r\n", "");
    let token = raw.split("http://rapport.example/o/").nth(1).and_then(|r| r.split(".gif").next());
    let path = format!("/o/{}.gif", token.expect("a token"));
    let ask = async |method: Method, path: &str, agent: &str| {
        let request = Request::builder().method(method).uri(path).header(header::USER_AGENT, agent);
        app.send(request.body(Body::empty()).expect("a request")).await
    };
    let receipt = async || {
        let messages = app.get(&format!("/tickets/{number}/messages")).await.json();
        messages["items"][1]["delivery"]["receipt"].as_str().map(String::from)
    };
    let reader = "Mozilla/5.0 (X11; Linux x86_64) Thunderbird/128.0";
    for (method, path, agent) in [
        (Method::HEAD, path.as_str(), reader),
        (Method::GET, path.as_str(), "Mozilla/5.0"),
        (Method::GET, "/o/unknown.gif", reader),
        (Method::GET, "/o/unknown", reader),
    ] {
        let answer = ask(method, path, agent).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header(header::CONTENT_TYPE), "image/gif");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert!(answer.header(header::SET_COOKIE).is_empty());
        assert_eq!(receipt().await.as_deref(), Some("sent"));
    }
    assert!(ask(Method::GET, &path, reader).await.body.starts_with("GIF89a"));
    assert_eq!(receipt().await.as_deref(), Some("viewed"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_worker_works_until_it_is_stopped(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let number = demo(&app).await;
    reply(&app, number).await;
    due(&pool).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(jobs::worker(worker(&app)).run(async {
        let _ = stopped.await;
    }));
    for _ in 0..100 {
        let waiting: i64 = sqlx::query_scalar("select count(*) from jobs")
            .fetch_one(&pool)
            .await
            .expect("a count");
        if waiting == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(()).expect("it runs");
    tokio::time::timeout(Duration::from_secs(5), running)
        .await
        .expect("it stops")
        .expect("in order");
    let mails: i64 =
        sqlx::query_scalar("select count(*) from outbox").fetch_one(&pool).await.expect("a count");
    assert_eq!(mails, 1);
}

/// Whoever tries the demo deletes things.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_demo_starts_again_whatever_was_deleted_in_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let count = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(app.store.pool()).await.expect("a count")
    };
    setup::demo_settings(&app.store).await.expect("made");
    let macros = count("select count(*) from macros").await;
    for deleted in ["delete from mailboxes", "select 1"] {
        sqlx::query(deleted).execute(app.store.pool()).await.expect("deleted");
        setup::demo_settings(&app.store).await.expect("made again");
        assert_eq!(count("select count(*) from mailboxes").await, 1);
        assert_eq!(count("select count(*) from macros").await, macros);
    }
}
