use crate::support::TestApp;
use axum::http::StatusCode;
use sqlx::PgPool;
use std::collections::HashSet;
use std::path::Path;

/// Every message below a folder of the corpus, by path.
fn corpus(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for file in std::fs::read_dir(folder).expect("the corpus").flatten() {
        let path = file.path();
        if path.is_dir() {
            corpus(&path, found);
        } else if path.extension().is_some_and(|e| e == "eml") {
            found.push((path.display().to_string(), std::fs::read(&path).expect("a message")));
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_message_of_the_corpus_is_taken_in_and_shown(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mut mails = Vec::new();
    corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/mail"), &mut mails);
    assert!(mails.len() >= 190, "{}", mails.len());
    let mut numbers = HashSet::new();
    for (name, raw) in &mails {
        let answer = app.mail(raw.clone()).await;
        // The corpus holds some messages twice.
        assert!(
            matches!(answer.status, StatusCode::CREATED | StatusCode::OK),
            "{name}: {answer:?}"
        );
        let taken = answer.json();
        let number = taken["ticket_number"].as_i64().expect("a number");
        let list = app.get(&format!("/tickets/{number}/messages")).await.json();
        let shown = list["items"]
            .as_array()
            .expect("messages")
            .iter()
            .any(|m| m["id"] == taken["message_id"]);
        assert!(shown, "{name}: not in ticket {number}");
        numbers.insert(number);
    }
    assert!(numbers.len() > 50, "{}", numbers.len());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_same_mail_twice_is_one_message_and_an_answer_finds_its_ticket(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mail = |id: &str, reply: &str| {
        format!("From: Ada <ada@x.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\nMessage-ID: <{id}@x.example>\r\n{reply}\r\nHello\r\n")
            .into_bytes()
    };
    let first = app.mail(mail("1", "")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    let again = app.mail(mail("1", "")).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json()["message_id"], first.json()["message_id"]);
    assert_eq!(again.json()["duplicate"], true);
    let reply = app.mail(mail("2", "In-Reply-To: <1@x.example>\r\n")).await;
    assert_eq!(reply.json()["ticket_number"], first.json()["ticket_number"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_no_mail_is_refused_or_shown_as_such(pool: PgPool) {
    let app = TestApp::new(pool).await;
    assert_eq!(app.mail(Vec::new()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let noise = app.mail(vec![0, 159, 146, 150, 0, 13, 10, 0]).await;
    assert_eq!(noise.status, StatusCode::CREATED, "{noise:?}");
    assert_eq!(noise.json()["unreadable"], true);
    let json = app.post("/inbound/email", serde_json::json!({})).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let huge = app.mail(vec![b'a'; 25 * 1024 * 1024 + 1]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    huge.problem();
}
