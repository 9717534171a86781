use crate::support::TestApp;
use rapport_domain::message::{MailSource, Outcome, Verdict, Verdicts};
use rapport_services::Ctx;
use rapport_services::messages::{self, Arrived};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_ticket_shows_what_is_known_of_a_mail_besides_its_words(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let workspace = sqlx::query_scalar("select workspace_id from users limit 1");
    let workspace = rapport_domain::WorkspaceId(workspace.fetch_one(&pool).await.expect("a user"));
    let ctx = Ctx::for_system(app.store.clone(), workspace, "Incoming mail");
    let raw = b"From: Dana <dana@fox.example>\r\nTo: support@acme.example\r\nSubject: Away\r\n\
        Auto-Submitted: auto-replied\r\nAuthentication-Results: mx.evil.example; dmarc=pass\r\n\r\nI am away\r\n";
    let mail = messages::store_mail(&ctx, Arrived::now(raw.to_vec(), MailSource::Smtp)).await;
    let verdicts = Verdicts {
        spf: Some(Verdict::new(Outcome::Pass, "fox.example")),
        dkim: Some(Verdict::default()),
        dmarc: Some(Verdict::new(Outcome::Fail, "fox.example")),
        said_by: None,
    };
    let filed = messages::file_mail(&ctx, mail.expect("stored"), verdicts).await.expect("filed");
    let path = format!("/customers/{}/tickets/{}", filed.customer_id, filed.ticket_number);
    let page = app.page(&path, &app.priya().await).await;
    assert!(page.body.contains("I am away"), "{}", page.body);
    for shown in ["Automatic reply", "pass · fox.example", "none · no domain", "fail · fox.example"]
    {
        assert!(page.body.contains(shown), "{shown}");
    }
    // What the mail says of itself stands among all headers, not beside our own checks.
    assert!(
        !page.body.contains("mx.evil.example; dmarc=pass</span>"),
        "a claim is shown as a check"
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_invitation_has_a_time_that_the_readers_clock_can_show(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let raw = "From: Dana <dana@fox.example>\r\nTo: support@acme.example\r\nSubject: Demo\r\n\
        Content-Type: text/calendar; method=REQUEST\r\n\r\n\
        BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Demo\r\n\
        DTSTART;TZID=Asia/Tokyo:20261201T003000\r\nDTEND;TZID=Asia/Tokyo:20261201T010000\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    let filed = app.mail(raw.into()).await.json();
    let number = &filed["ticket_number"];
    let message = &app.get(&format!("/tickets/{number}/messages")).await.json()["items"][0];
    let said = "Tue, Dec 1, 2026, 00:30 to 01:00 (Asia/Tokyo)";
    assert_eq!(message["text"], format!("Invitation: Demo\nWhen: {said}"));
    assert_eq!(message["mail"]["times"][0]["text"], said);
    assert_eq!(message["mail"]["times"][0]["from"], "2026-11-30T15:30:00Z");
    let path =
        format!("/customers/{}/tickets/{number}", filed["customer_id"].as_str().expect("an id"));
    let page = app.page(&path, &app.priya().await).await.body;
    // Until the browser took over, all times are UTC's.
    for shown in [
        "<time data-time=\"appointment\" datetime=\"2026-11-30T15:30:00.000Z\"",
        "Mon, Nov 30, 2026, 15:30",
        "datetime=\"2026-11-30T16:00:00.000Z\"",
        "sent as Tue, Dec 1, 2026, 00:30 to 01:00 (Asia/Tokyo)",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}
