use crate::world::World;
use rapport_domain::message::{NewAttachment, NewCsat, NewMessage, WriteMessage, WriteNote};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, Receipt, Status};
use rapport_domain::{AppError, Permission};
use rapport_services::{Ctx, messages, tickets};
use sqlx::PgPool;

async fn ticket(world: &World, ctx: &Ctx) -> i64 {
    let new = NewTicket::new(world.customer, "Export drops a column", Channel::Email);
    tickets::create(ctx, new).await.unwrap().number
}

fn answer(body: &str) -> WriteMessage {
    WriteMessage { body: body.into(), ..WriteMessage::default() }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_reply_opens_the_ticket_and_is_honest_about_delivery(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    messages::reply(&ctx, number, answer("Hi Alex")).await.unwrap();
    let details = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!(details.ticket.row.status, Status::Open);
    assert!(details.ticket.first_response_at.is_some());
    let message = &details.thread.messages[0];
    assert_eq!((message.kind, message.channel), (MessageKind::Agent, Channel::Email));
    assert_eq!(message.author_name, "Priya Raman");
    assert_eq!(message.delivery.as_ref().unwrap().receipt, Receipt::Queued);
    assert!(details.activities.iter().any(|a| a.name == "ticket.status_changed"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_same_key_stores_one_message(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    let new = WriteMessage {
        client_key: Some("k1".into()),
        effects: vec!["status:closed".parse().unwrap()],
        ..answer("Done")
    };
    let first = messages::reply(&ctx, number, new.clone()).await.unwrap();
    let again = messages::reply(&ctx, number, new).await.unwrap();
    assert_eq!(first.id, again.id);
    assert!(!first.duplicate && again.duplicate);
    let details = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!(details.thread.messages.len(), 1);
    assert_eq!(details.ticket.message_count, 1);
    assert_eq!(details.ticket.row.status, Status::Closed);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn two_sends_at_once_store_one_message(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    let new = || WriteMessage { client_key: Some("k1".into()), ..answer("Once") };
    let (a, b) =
        tokio::join!(messages::reply(&ctx, number, new()), messages::reply(&ctx, number, new()),);
    assert_eq!(a.unwrap().id, b.unwrap().id);
    let details = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!((details.thread.messages.len(), details.ticket.message_count), (1, 1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_note_changes_no_status_and_stays_inside(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let number = ticket(&world, &ctx).await;
    let note = WriteNote { body: "Same stack as ENG-482".into(), ..WriteNote::default() };
    messages::note(&ctx, number, note).await.unwrap();
    let details = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!(details.ticket.row.status, Status::New);
    assert_eq!(details.ticket.first_response_at, None);
    let message = &details.thread.messages[0];
    assert_eq!((message.kind, message.channel), (MessageKind::Note, Channel::Internal));
    assert_eq!(message.delivery, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_import_brings_its_own_time_author_and_receipt(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    let sent_at = ctx.now - chrono::TimeDelta::days(3);
    let message = NewMessage {
        author_id: Some(world.sam.user),
        body_text: None,
        body_html: Some("<p>Hello <b>there</b></p><script>alert(1)</script>".into()),
        receipt: Some(Receipt::Viewed),
        receipt_at: Some(ctx.now),
        sent_at: Some(sent_at),
        attachments: vec![NewAttachment {
            file_name: "../a.txt".into(),
            content_type: Some("text/plain; charset=utf-8".into()),
            data: "aGVsbG8=".into(),
        }],
        ..NewMessage::new(MessageKind::Agent, "")
    };
    messages::add_message(&ctx, number, message).await.unwrap();
    let details = messages::details(&ctx, number, None).await.unwrap();
    let message = &details.thread.messages[0];
    assert_eq!(details.ticket.row.status, Status::New, "history moves no status");
    assert_eq!((message.author_name.as_str(), message.sent_at), ("Sam Ortiz", sent_at));
    assert_eq!(message.text, "Hello there");
    let file = &message.attachments[0];
    assert_eq!((file.file_name.as_str(), file.content_type.as_str()), ("a.txt", "text/plain"));
    assert_eq!(crate::files::read(&ctx, file.id, None).await.unwrap(), b"hello");
    let html = messages::message_html(&ctx, message.id, false).await.unwrap();
    assert_eq!((html.html.as_str(), html.hidden), ("<p>Hello <b>there</b></p>", 0));
    let stranger = world.stranger().await;
    let refused = rapport_services::files::open(&stranger, file.id).await.unwrap_err();
    assert_eq!(refused, AppError::NotFound);
    assert_eq!(
        messages::message_html(&stranger, message.id, false).await.unwrap_err(),
        AppError::NotFound
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn viewers_read_and_strangers_see_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    let vera = world.ctx(&world.vera);
    assert!(vera.require(Permission::TicketsReply).is_err());
    assert_eq!(messages::reply(&vera, number, answer("x")).await, Err(AppError::Forbidden));
    let note = WriteNote { body: "x".into(), ..WriteNote::default() };
    assert_eq!(messages::note(&vera, number, note).await, Err(AppError::Forbidden));
    let mail = messages::inbound_email(&vera, b"From: a@b.example\r\n\r\nx".to_vec(), None).await;
    assert_eq!(mail, Err(AppError::Forbidden));
    assert!(messages::details(&vera, number, None).await.is_ok());
    let stranger = world.stranger().await;
    assert_eq!(messages::details(&stranger, number, None).await, Err(AppError::NotFound));
    assert_eq!(messages::reply(&stranger, number, answer("x")).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_empty_or_endless_text_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    for body in [" \n".to_string(), "x".repeat(100_001)] {
        let error = messages::reply(&ctx, number, answer(&body)).await.unwrap_err();
        assert!(error.field("body").is_some());
    }
    assert!(messages::details(&ctx, number, None).await.unwrap().thread.messages.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_long_thread_comes_in_pages(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    for n in 0..80 {
        let at = ctx.now - chrono::TimeDelta::minutes(200 - n);
        let text = format!("message {n}");
        let message =
            NewMessage { sent_at: Some(at), ..NewMessage::new(MessageKind::Customer, text) };
        messages::add_message(&ctx, number, message).await.unwrap();
    }
    let newest = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!(newest.thread.messages.len(), 50);
    assert_eq!(newest.thread.messages[49].text, "message 79");
    assert_eq!(newest.thread.messages[0].text, "message 30");
    let earlier = messages::thread_page(&ctx, number, newest.thread.earlier).await.unwrap();
    assert_eq!(earlier.messages.len(), 30);
    assert_eq!(earlier.messages[29].text, "message 29");
    assert_eq!(earlier.earlier, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn stars_stand_on_the_ticket_and_in_its_thread(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&world, &ctx).await;
    let csat = NewCsat { score: 5, comment: Some("Quick!".into()), answered_at: None };
    rapport_services::csat::record_csat(&ctx, number, csat.clone()).await.unwrap();
    rapport_services::csat::record_csat(&ctx, number, csat).await.unwrap();
    let details = messages::details(&ctx, number, None).await.unwrap();
    assert_eq!(details.ticket.csat_score, Some(5));
    let answers: Vec<_> = details.activities.iter().filter(|a| a.score.is_some()).collect();
    assert_eq!(answers.len(), 1, "the same answer told twice");
    assert_eq!(answers[0].comment.as_deref(), Some("Quick!"));
    assert_eq!(answers[0].actor_name.as_deref(), Some("Alex Morgan"));
}
