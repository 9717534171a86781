use super::*;
use crate::world::World;

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

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_repeated_message_id_with_other_words_is_another_mail(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let invoice = |n| mail("shop@fox.example", "Message-ID: <always@fox.example>\r\n", n);
    let one = take(&ctx, invoice("Invoice 1")).await;
    let two = take(&ctx, invoice("Invoice 2")).await;
    assert!(!two.duplicate);
    assert_ne!(one.message_id, two.message_id);
    let again = [b"Received: by b\r\n".to_vec(), invoice("Invoice 1")].concat();
    assert_eq!(take(&ctx, again.clone()).await.message_id, one.message_id);
    assert_eq!(take(&ctx, again).await.message_id, one.message_id, "also when it comes twice");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn reading_again_changes_the_words_and_doubles_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let body = "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\nx\r\n--b--";
    let headers = "Subject: Files\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let first = take_proven(&ctx, "fox.example", mail("dana@fox.example", headers, body)).await;
    sqlx::query(
        "update messages set body_text = 'badly read', unreadable = true, author_name = '?'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    for _ in 0..2 {
        messages::reparse(&ctx, first.message_id).await.unwrap();
    }
    let details = opened(&ctx, first.ticket_number).await;
    assert_eq!(details.thread.messages.len(), 1);
    let message = &details.thread.messages[0];
    assert_eq!((message.text.as_str(), message.unreadable), ("Hello", false));
    assert_eq!(message.author_name, "dana@fox.example");
    assert_eq!(message.attachments.len(), 1);
    let facts = message.mail.clone().unwrap();
    assert!(facts.verdicts.prove("dana@fox.example"), "verdicts stay");
    assert!(take(&ctx, mail("dana@fox.example", headers, body)).await.duplicate);
    let vera = world.ctx(&world.vera);
    assert!(matches!(messages::reparse(&vera, first.message_id).await, Err(AppError::Forbidden)));
    let stranger = world.stranger().await;
    assert!(matches!(
        messages::reparse(&stranger, first.message_id).await,
        Err(AppError::NotFound)
    ));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mail_stored_before_a_crash_is_filed_later(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = mail("dana@fox.example", "Subject: Safe\r\n", "Hi");
    messages::store_mail(&ctx, Arrived::now(raw.clone(), MailSource::Smtp)).await.unwrap();
    assert_eq!(messages::unfiled(&world.store, 10).await.unwrap(), [], "somebody is at it");
    sqlx::query("update raw_emails set stored_at = stored_at - interval '3 minutes'")
        .execute(&world.pool)
        .await
        .unwrap();
    let due = messages::unfiled(&world.store, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    let stored = messages::stored_mail(&ctx, due[0].1).await.unwrap();
    assert_eq!(stored.raw, raw);
    messages::file_mail(&ctx, stored, Verdicts::default()).await.unwrap();
    assert_eq!(messages::unfiled(&world.store, 10).await.unwrap(), []);
    assert_eq!(count(&world.pool, "messages").await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mail_to_a_thousand_and_one_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let list = vec!["a@b.example"; 1_001].join(", ");
    let many = mail("dana@fox.example", &format!("Cc: {list}\r\n"), "Hi");
    let refused = messages::inbound_email(&ctx, many, None).await.unwrap_err();
    assert!(
        refused.to_string().contains("1,000") || format!("{refused:?}").contains("1,000"),
        "{refused:?}"
    );
    assert_eq!(count(&world.pool, "raw_emails").await, 0);
}
