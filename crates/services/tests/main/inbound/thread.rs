use super::*;
use crate::world::World;

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
    let copy = "Cc: carl@fox.example\r\nMessage-ID: <1@fox.example>\r\n";
    let first = take_proven(&ctx, "fox.example", mail("dana@fox.example", copy, "Hi")).await;
    let done = WriteMessage { effects: vec!["status:closed".parse().unwrap()], ..write("Done") };
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
async fn a_signed_token_leads_to_its_ticket_and_a_made_up_one_does_not(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Subject: Help\r\n", "Hi")).await;
    let key = world.link_key().await;
    let token = reply_token::sign(&key, first.message_id);
    // To is ours alone where the mail server says so.
    for (n, header) in ["Cc", "Delivered-To", "X-Original-To"].iter().enumerate() {
        let headers =
            format!("{header}: support+{}@acme.example\r\nSubject: {n}\r\n", token.to_uppercase());
        let answer = take(&ctx, mail("other@fox.example", &headers, "from my phone")).await;
        assert_eq!(answer.ticket_number, first.ticket_number, "{header}");
    }
    let forged = reply_token::sign(&[1; 32], first.message_id);
    let headers = format!("Cc: support+{forged}@acme.example\r\n");
    let stranger = take(&ctx, mail("eve@evil.example", &headers, "Hi")).await;
    assert_ne!(stranger.ticket_number, first.ticket_number);
    // The token of another workspace's ticket of the same key length opens nothing either.
    let other = world.stranger().await;
    let headers = format!("Cc: support+{token}@acme.example\r\n");
    let elsewhere = take(&other, mail("dana@fox.example", &headers, "Hi")).await;
    assert_ne!(elsewhere.ticket_id, first.ticket_id);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn references_count_from_the_last_and_the_subject_never(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let one =
        take(&ctx, mail("dana@fox.example", "Subject: A\r\nMessage-ID: <a@x>\r\n", "1")).await;
    let two =
        take(&ctx, mail("dana@fox.example", "Subject: A\r\nMessage-ID: <b@x>\r\n", "2")).await;
    assert_ne!(one.ticket_number, two.ticket_number, "the same subject is no thread");
    let last = take(&ctx, mail("dana@fox.example", "References: <b@x> <a@x>\r\n", "3")).await;
    assert_eq!(last.ticket_number, one.ticket_number);
    let named = "In-Reply-To: <b@x>\r\nReferences: <b@x> <a@x>\r\nSubject: other\r\n";
    let direct = take(&ctx, mail("dana@fox.example", named, "4")).await;
    assert_eq!(direct.ticket_number, two.ticket_number);
}
