//! Tickets that begin with a mail to the customer.

use super::Post;
use rapport_domain::AppError;
use rapport_domain::message::{Desk, FirstMessage, MessageMode, WriteMessage, WriteNote};
use rapport_domain::ticket::{Channel, NewTicket, Status};
use rapport_services::files::{self, NewUpload};
use rapport_services::{messages, tickets};
use sqlx::PgPool;

fn mail(to: &str) -> WriteMessage {
    let (to, cc) = (Some(to.to_string()), Some(String::new()));
    WriteMessage {
        body: "Hi, your invoice is **ready**.".into(),
        to,
        cc,
        ..WriteMessage::default()
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_customers_answer_lands_in_the_ticket(pool: PgPool) {
    let post = Post::new(pool).await;
    let customer = tickets::get(&post.ctx, post.number).await.unwrap().row.customer.id;
    let opening = messages::opening(&post.ctx, customer).await.unwrap();
    assert_eq!(opening.emails, ["alex@customer.example"]);
    assert_eq!(
        (opening.from.as_deref(), opening.signature.as_str()),
        (Some("support@acme.example"), "Acme")
    );
    let desk = Desk::NewTicket(customer);
    let upload = NewUpload { desk, mode: MessageMode::Reply, file_name: "a.csv", declared: None };
    let bytes = futures_util::stream::iter([Ok("a,b".into())]);
    let file = files::upload(&post.ctx, upload, bytes).await.unwrap();
    assert_eq!(messages::opening(&post.ctx, customer).await.unwrap().uploads.len(), 1);
    let sam = post.world.ctx(&post.world.sam);
    assert!(messages::opening(&sam, customer).await.unwrap().uploads.is_empty());

    // Whatever way it came, what begins it is a mail.
    let new = NewTicket::new(customer, "Your invoice", Channel::Chat);
    let first = WriteMessage {
        attachments: vec![file.id],
        effects: vec!["tag:invoice".parse().unwrap()],
        ..mail("alex@customer.example")
    };
    let created = messages::open(&post.ctx, new, FirstMessage::Mail(first)).await.unwrap();
    let ticket = tickets::get(&post.ctx, created.number).await.unwrap();
    assert_eq!((ticket.row.status, ticket.message_count), (Status::Open, 1));
    assert_eq!(ticket.row.tags, ["invoice"]);
    assert_eq!(post.now().await, 1);
    let sent = post.sink.mail();
    assert_eq!(sent.to, ["alex@customer.example"]);
    let read = sent.read();
    assert_eq!(read.subject.as_deref(), Some("Your invoice"));
    assert!(read.in_reply_to.is_empty() && read.references.is_empty());
    assert_eq!(read.attachments[0].file_name, "a.csv");
    assert!(read.text.starts_with("Hi, your invoice is ready."), "{}", read.text);

    let header = |name: &str| read.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
    let reply_to = header("reply-to").unwrap().1.clone();
    let to = reply_to.split('<').nth(1).unwrap_or(&reply_to).trim_end_matches('>').trim();
    let raw = format!(
        "From: Alex <alex@customer.example>\r\nTo: {to}\r\nSubject: Re: Your invoice\r\n\
        Message-ID: <answer@customer.example>\r\n\r\nThanks!\r\n"
    );
    assert_eq!(
        crate::inbound::take(&post.ctx, raw.into_bytes()).await.ticket_number,
        created.number
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn ticket_and_message_come_together_or_not_at_all(pool: PgPool) {
    let post = Post::new(pool).await;
    let customer = tickets::get(&post.ctx, post.number).await.unwrap().row.customer.id;
    let new = || NewTicket::new(customer, "Your invoice", Channel::Email);
    let open = async |first| messages::open(&post.ctx, new(), first).await;
    let error = open(FirstMessage::Mail(mail("nobody"))).await.unwrap_err();
    assert!(error.field("to").is_some(), "{error:?}");
    let gone = WriteMessage {
        effects: vec!["status:lbl_00000000000000000000000007".parse().unwrap()],
        ..mail("a@b.example")
    };
    assert!(matches!(open(FirstMessage::Mail(gone)).await, Err(AppError::Invalid(_))));
    let count: i64 = sqlx::query_scalar("select count(*) from tickets")
        .fetch_one(&post.world.pool)
        .await
        .unwrap();
    assert_eq!(count, 1, "nothing was opened");

    let note = WriteNote { body: "Call back".into(), ..WriteNote::default() };
    let noted = open(FirstMessage::Note(note)).await.unwrap();
    let empty = open(FirstMessage::None).await.unwrap();
    for (number, messages) in [(noted.number, 1), (empty.number, 0)] {
        let ticket = tickets::get(&post.ctx, number).await.unwrap();
        assert_eq!((ticket.row.status, ticket.message_count), (Status::New, messages));
    }
    post.now().await;
    post.sink.no_more_mail();

    // Taken back, the ticket stays and its text comes back.
    let created = open(FirstMessage::Mail(mail("alex@customer.example"))).await.unwrap();
    let details = messages::details(&post.ctx, created.number, None).await.unwrap();
    let back = messages::undo_send(&post.ctx, details.thread.messages[0].id).await.unwrap();
    assert!(back.text.contains("**ready**"), "{back:?}");
    assert_eq!(back.recipients.to, ["alex@customer.example"]);
    post.now().await;
    post.sink.no_more_mail();
}
