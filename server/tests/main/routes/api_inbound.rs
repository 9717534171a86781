use crate::support::TestApp;
use axum::http::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

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

/// The messages that the parser's own packages bring along, where cargo has unpacked them: some of
/// them may not be copied into ours.
fn parsers_corpus() -> Vec<(String, Vec<u8>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Only for this platform: what other ones need was never fetched on a fresh machine.
    let metadata = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--offline", "--filter-platform=host-tuple"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let package = metadata["packages"]
        .as_array()
        .and_then(|all| all.iter().find(|p| p["name"] == "mail-parser"))
        .and_then(|p| p["manifest_path"].as_str())
        .and_then(|path| Path::new(path).parent())
        .expect("the parser's package");
    let mut found = Vec::new();
    for beside in std::fs::read_dir(package.parent().expect("the registry")).expect("it").flatten()
    {
        let resources = beside.path().join("resources");
        if beside.file_name().to_string_lossy().starts_with("mail-parser-") && resources.is_dir() {
            corpus(&resources, &mut found);
        }
    }
    found
}

/// Posts them all; answers how many tickets they made.
async fn take_in_all(app: &TestApp, mails: &[(String, Vec<u8>)]) -> usize {
    let mut numbers = HashSet::new();
    for (name, raw) in mails {
        let answer = app.mail(raw.clone()).await;
        // A corpus holds some messages twice.
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
    numbers.len()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_message_of_the_corpus_is_taken_in_and_shown(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mut mails = Vec::new();
    corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/mail"), &mut mails);
    assert!(mails.len() >= 190, "{}", mails.len());
    assert!(take_in_all(&app, &mails).await > 50);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_message_of_the_parsers_own_corpus_is_taken_in_and_shown(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mails = parsers_corpus();
    assert!(mails.len() >= 107, "{}", mails.len());
    assert!(take_in_all(&app, &mails).await > 40);
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
    let text = app.mail_as("text/plain", b"From: a@b.example".to_vec()).await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let huge = app.mail(vec![b'a'; 25 * 1024 * 1024 + 1]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    huge.problem();
}

const MAIL: &str = "From: Ada <ada@x.example>\r\nTo: support@acme.example\r\nSubject: Gr\u{fc}\u{df}e\r\n\r\nHello\r\n";

/// A form of fields (name, further headers, content).
fn form(fields: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, headers, content) in fields {
        body += &format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{headers}\r\n\r\n{content}\r\n"
        );
    }
    (body + "--xyz--\r\n").into_bytes()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_forms_and_json_of_providers_hold_the_same_mail(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let typed = "; filename=\"mail.eml\"\r\nContent-Type: message/rfc822";
    let other = ("subject", "", "Something else");
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, MAIL);
    let multipart = "multipart/form-data; boundary=xyz";
    let ways = [
        (multipart, form(&[other, ("email", "", MAIL)])),
        (multipart, form(&[other, ("body-mime", "", MAIL)])),
        (multipart, form(&[("message", "", MAIL)])),
        (multipart, form(&[other, ("anything", typed, MAIL)])),
        ("application/json", serde_json::json!({"From": "x", "RawEmail": MAIL}).to_string().into()),
        ("application/json", serde_json::json!({"RawEmail": base64}).to_string().into()),
    ];
    let first = app.mail(MAIL.into()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    for (n, (media_type, body)) in ways.into_iter().enumerate() {
        let again = app.mail_as(media_type, body).await;
        assert_eq!(again.status, StatusCode::OK, "{n}: {again:?}");
        assert_eq!(again.json()["message_id"], first.json()["message_id"], "{n}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_form_without_a_mail_says_what_it_should_hold(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let multipart = "multipart/form-data; boundary=xyz";
    for (media_type, body) in [
        (multipart, form(&[("subject", "", "x")])),
        (multipart, form(&vec![("subject", "", "x"); 1_000])),
        ("application/json", b"{}".to_vec()),
        ("application/json", b"{".to_vec()),
    ] {
        let refused = app.mail_as(media_type, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
        assert_eq!(refused.wrong_fields(), ["email"]);
    }
    for broken in [("multipart/form-data", form(&[])), (multipart, b"--xyz\r\nhalf".to_vec())] {
        let refused = app.mail_as(broken.0, broken.1).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{refused:?}");
    }
    let large = "a".repeat(25 * 1024 * 1024 + 1);
    let refused = app.mail_as(multipart, form(&[("email", "", &large)])).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
}
