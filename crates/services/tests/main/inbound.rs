use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::message::{NewMessage, WriteMessage};
use rapport_domain::ticket::{MessageKind, Status};
use rapport_services::{Ctx, messages};
use sqlx::PgPool;

fn mail(from: &str, extra: &str, body: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: support@acme.example\r\n{extra}\r\n{body}\r\n").into_bytes()
}

async fn take(ctx: &Ctx, raw: Vec<u8>) -> rapport_domain::message::InboundEmail {
    messages::inbound_email(ctx, raw, None).await.unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_new_sender_becomes_a_visitor_with_a_ticket(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = mail(
        "Dana Fox <Dana@Fox.example>",
        "Subject: Help\r\nMessage-ID: <1@fox.example>\r\n",
        "Hi",
    );
    let first = take(&ctx, raw.clone()).await;
    assert!(!first.duplicate && !first.unreadable);
    let details = messages::details(&ctx, first.ticket_number, None).await.unwrap();
    assert_eq!(details.ticket.row.subject, "Help");
    assert_eq!(details.ticket.row.customer.name, "Dana Fox");
    assert_eq!(details.ticket.mailbox.as_deref(), Some("support@acme.example"));
    assert!(details.ticket.row.unread);
    let kind: (String,) = sqlx::query_as("select kind from customers where id = $1")
        .bind(first.customer_id.0)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(kind.0, "visitor", "a From header proves nothing");
    let again = take(&ctx, raw).await;
    assert!(again.duplicate);
    assert_eq!((again.message_id, again.ticket_number), (first.message_id, first.ticket_number));
    // Delivered by another way: other bytes, the same Message-ID and sender.
    let other = mail("Dana@fox.example", "Received: x\r\nMessage-ID: <1@fox.example>\r\n", "Hi");
    assert_eq!(take(&ctx, other).await.message_id, first.message_id);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_finds_its_ticket_and_reopens_it(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(
        &ctx,
        mail("dana@fox.example", "Cc: carl@fox.example\r\nMessage-ID: <1@fox.example>\r\n", "Hi"),
    )
    .await;
    let done = WriteMessage { body: "Done".into(), client_key: None, close: true };
    messages::reply(&ctx, first.ticket_number, done).await.unwrap();
    let sent = NewMessage {
        message_id: Some("<ours@acme.example>".into()),
        ..NewMessage::new(MessageKind::Agent, "Done")
    };
    messages::add_message(&ctx, first.ticket_number, sent).await.unwrap();
    let answer =
        take(&ctx, mail("dana@fox.example", "In-Reply-To: <ours@acme.example>\r\n", "No")).await;
    assert_eq!(answer.ticket_number, first.ticket_number);
    let details = messages::details(&ctx, first.ticket_number, None).await.unwrap();
    assert_eq!(details.ticket.row.status, Status::Open);
    assert_eq!(details.ticket.participants[0].email, "carl@fox.example");
    // Whoever is in copy takes part; a stranger who knows the id does not.
    let references = "References: <1@fox.example> <ours@acme.example>\r\n";
    let copied = take(&ctx, mail("carl@fox.example", references, "Me too")).await;
    assert_eq!(copied.ticket_number, first.ticket_number);
    let stranger = take(&ctx, mail("eve@evil.example", references, "Send it to me")).await;
    assert_ne!(stranger.ticket_number, first.ticket_number);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_stolen_message_id_hides_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let one = take(&ctx, mail("dana@fox.example", "Message-ID: <1@x>\r\n", "mine")).await;
    let two = take(&ctx, mail("eve@evil.example", "Message-ID: <1@x>\r\n", "also mine")).await;
    assert!(!two.duplicate);
    assert_ne!(one.message_id, two.message_id);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn mail_that_cannot_be_read_is_shown_as_such(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = b"Subject: no sender\r\n\r\nbody \0 here".to_vec();
    let one = take(&ctx, raw.clone()).await;
    assert!(one.unreadable);
    let details = messages::details(&ctx, one.ticket_number, None).await.unwrap();
    assert_eq!(details.ticket.row.customer.name, "Unknown sender");
    assert_eq!(details.ticket.row.subject, "no sender");
    let message = &details.thread.messages[0];
    assert!(message.unreadable && message.has_raw);
    assert!(message.text.contains("body"), "{}", message.text);
    assert_eq!(messages::message_raw(&ctx, message.id).await.unwrap(), raw);
    // The next one gets a ticket of its own, under the same customer.
    let two = take(&ctx, b"\xff\xfe".to_vec()).await;
    assert_eq!(two.customer_id, one.customer_id);
    assert_ne!(two.ticket_number, one.ticket_number);
    let empty = messages::inbound_email(&ctx, Vec::new(), None).await.unwrap_err();
    assert!(matches!(empty, AppError::Invalid(_)));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_same_mail_twice_at_once_is_one_message(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = mail("dana@fox.example", "Subject: Race\r\n", "Hi");
    let (a, b) = tokio::join!(take(&ctx, raw.clone()), take(&ctx, raw));
    assert_eq!(a.message_id, b.message_id);
    assert_ne!(a.duplicate, b.duplicate);
}
