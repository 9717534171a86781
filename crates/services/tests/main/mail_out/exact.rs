//! The mail that leaves is what its author saw: signature, quote, recipients.

use super::{Post, inbound};
use rapport_domain::message::{NotAdded, WriteMessage, quoted};
use rapport_services::messages;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn signature_and_quote_leave_as_they_were_shown(pool: PgPool) {
    let post = Post::new(pool).await;
    let details = messages::details(&post.ctx, post.number, None).await.unwrap();
    assert_eq!((details.answers.signature.as_str(), details.answers.quotes), ("Acme", false));
    let last = details.thread.messages.last().unwrap();
    let shown = quoted(&last.author_name, last.sent_at, &last.text);
    let new = WriteMessage {
        body: "Fixed.".into(),
        signature: Some("Priya\r\n+49 30 1".into()),
        quote: Some(last.id),
        ..WriteMessage::default()
    };
    post.write(new).await;
    // What the mailbox says by the time it leaves changes nothing.
    sqlx::query("update mailboxes set signature = 'Later'")
        .execute(&post.world.pool)
        .await
        .unwrap();
    post.now().await;
    let read = post.sink.mail().read();
    let expected = format!("Fixed.\n\n-- \nPriya\n+49 30 1\n\n{shown}");
    assert_eq!(read.text.trim_end().replace("\r\n", "\n"), expected);
    let html = read.html.unwrap();
    for part in ["-- <br>Priya<br>+49 30 1", "<blockquote", "<p>Help!</p>"] {
        assert!(html.contains(part), "{part} in {html}");
    }

    // Taken off for one mail; and nothing is quoted unless its author says so.
    let bare = WriteMessage {
        body: "Bare".into(),
        signature: Some(String::new()),
        ..WriteMessage::default()
    };
    post.write(bare).await;
    post.now().await;
    assert_eq!(post.sink.mail().read().text.trim_end(), "Bare");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nothing_is_quoted_that_the_customer_must_not_see(pool: PgPool) {
    let post = Post::new(pool).await;
    let note = rapport_domain::message::WriteNote { body: "secret".into(), ..Default::default() };
    let note = messages::note(&post.ctx, post.number, note).await.unwrap().id;
    let other = inbound(&post.world.ctx(&post.world.priya), "other@customer.example", "").await;
    assert_ne!(other, post.number);
    let elsewhere = messages::details(&post.ctx, other, None).await.unwrap();
    let elsewhere = elsewhere.thread.messages[0].id;
    for quote in [note, elsewhere] {
        let new = WriteMessage { body: "x".into(), quote: Some(quote), ..WriteMessage::default() };
        let error = messages::reply(&post.ctx, post.number, new).await.unwrap_err();
        assert!(error.field("quote").is_some(), "{error:?}");
    }
    let long = WriteMessage {
        body: "x".into(),
        signature: Some("x".repeat(2_001)),
        ..WriteMessage::default()
    };
    let error = messages::reply(&post.ctx, post.number, long).await.unwrap_err();
    assert!(error.field("signature").is_some(), "{error:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_is_in_copy_of_an_unproven_mail_is_named_and_not_added(pool: PgPool) {
    let post = Post::new(pool).await;
    let raw = "From: Mallory <mallory@x.example>\r\nTo: support@acme.example, Boss <boss@x.example>\r\n\
        Cc: \"Doe, Kim\" <kim@y.example>, support+tag@acme.example\r\nSubject: Hello\r\n\
        Message-ID: <m@x.example>\r\n\r\nHi\r\n";
    let number = crate::inbound::take(&post.ctx, raw.into()).await.ticket_number;
    let answers = messages::details(&post.ctx, number, None).await.unwrap().answers;
    assert_eq!(answers.recipients.to, ["mallory@x.example"]);
    assert!(answers.recipients.cc.is_empty());
    let left_out: Vec<_> = answers.left_out.iter().map(|l| (l.email.as_str(), l.why)).collect();
    assert_eq!(
        left_out,
        [("boss@x.example", NotAdded::Unverified), ("kim@y.example", NotAdded::Unverified)]
    );
    // In the ticket whose mail proved its sender they take part, and nobody is left out.
    let answers = messages::details(&post.ctx, post.number, None).await.unwrap().answers;
    assert_eq!(answers.recipients.cc, ["kim@customer.example"]);
    assert!(answers.left_out.is_empty(), "{:?}", answers.left_out);
}
