//! Messages passed on to others, and answers to what was split off.

use super::{Post, inbound};
use rapport_domain::MessageId;
use rapport_domain::ticket::Status;
use rapport_services::messages::Forward;
use rapport_services::{messages, tickets};
use sqlx::PgPool;

async fn first_message(post: &Post) -> MessageId {
    let details = messages::details(&post.ctx, post.number, None).await.unwrap();
    details.thread.messages[0].id
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_forwarded_message_goes_to_others_alone(pool: PgPool) {
    let post = Post::new(pool).await;
    let ctx = post.world.ctx(&post.world.priya);
    let asked = first_message(&post).await;
    let new = Forward {
        to: "Help@vendor.example".into(),
        note: "Can you look at this <b>?".into(),
        client_key: Some("k".into()),
    };
    messages::forward(&ctx, asked, new.clone()).await.unwrap();
    assert!(messages::forward(&ctx, asked, new).await.unwrap().duplicate);
    let ticket = tickets::get(&ctx, post.number).await.unwrap();
    assert_eq!((ticket.first_response_at, ticket.row.status), (None, Status::New));
    let details = messages::details(&ctx, post.number, None).await.unwrap();
    let shown = details.thread.messages.last().unwrap();
    assert!(shown.forwarded);
    assert_eq!(shown.delivery.as_ref().unwrap().recipients[0].email, "help@vendor.example");
    // Taken back, its text is none to answer the customer with.
    let other = Forward { to: "other@vendor.example".into(), ..Forward::default() };
    let other = messages::forward(&ctx, asked, other).await.unwrap().id;
    assert_eq!(messages::undo_send(&ctx, other).await.unwrap().text, "");
    assert_eq!(post.now().await, 1);
    let mail = post.sink.mail();
    assert_eq!(mail.to, ["help@vendor.example"]);
    let vendor = mail.read();
    assert_eq!(vendor.subject.as_deref(), Some("Fwd: Export drops a column"));
    assert!(vendor.references.is_empty() && vendor.in_reply_to.is_empty());
    assert!(vendor.text.starts_with("Can you look at this <b>?"), "{}", vendor.text);
    assert!(vendor.text.contains("From: Alex <alex@customer.example>"), "{}", vendor.text);
    assert!(vendor.text.contains("Help!"), "{}", vendor.text);

    // The answer comes into the ticket, and is not whom the next answer goes to.
    let header = |name: &str| {
        let found = vendor.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap()
    };
    let raw = format!(
        "From: Vendor <help@vendor.example>\r\nTo: {}\r\nSubject: Re: Fwd\r\n\r\nTry this\r\n",
        header("reply-to")
    );
    let later = post.world.ctx(&post.world.priya);
    let answer = crate::inbound::take(&later, raw.into_bytes()).await;
    assert_eq!(answer.ticket_number, post.number);
    let details = messages::details(&later, post.number, None).await.unwrap();
    assert_eq!(details.thread.messages.last().unwrap().author_name, "Vendor");
    assert_eq!(details.answers.recipients.to, ["alex@customer.example"]);
    post.reply("We asked").await;
    assert_eq!(post.now().await, 1);
    let mail = post.sink.mail();
    let mut to = mail.to.clone();
    to.sort();
    assert_eq!(to, ["alex@customer.example", "kim@customer.example"]);
    let customer = mail.read();
    assert!(!customer.references.contains(&vendor.message_id.unwrap()), "{customer:?}");
    let ticket = tickets::get(&later, post.number).await.unwrap();
    assert!(ticket.first_response_at.is_some());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_to_what_was_split_off_follows_it(pool: PgPool) {
    let post = Post::new(pool).await;
    let ours = post.reply("About the second thing").await;
    post.now().await;
    let sent = post.sink.mail().read();
    let reply_to = sent.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("reply-to"));
    let reply_to = reply_to.unwrap().1.clone();
    let ctx = post.world.ctx(&post.world.priya);
    let version = tickets::get(&ctx, post.number).await.unwrap().row.version;
    let two = tickets::split(&ctx, post.number, version, &[ours], "Second").await.unwrap();
    // The address for answers belongs to the message, and so does its id.
    let id = sent.message_id.unwrap();
    let ctx = post.world.ctx(&post.world.priya);
    for (to, id) in [(reply_to.as_str(), ""), ("support@acme.example", id.as_str())] {
        let answer = format!(
            "From: alex@customer.example\r\nTo: {to}\r\nIn-Reply-To: <{id}>\r\nSubject: Re\r\n\r\n\
            Thanks {to}\r\n"
        );
        let filed = crate::inbound::take(&ctx, answer.into_bytes()).await;
        assert_eq!(filed.ticket_number, two.number, "{to}");
    }
    let first = "In-Reply-To: <first@customer.example>\r\n";
    assert_eq!(inbound(&ctx, "meanwhile@customer.example", first).await, post.number);
    // Back together, both come to the one that is left.
    let version = tickets::get(&ctx, two.number).await.unwrap().row.version;
    tickets::unsplit(&ctx, two.number, version).await.unwrap();
    let more = "In-Reply-To: <first@customer.example>\r\n";
    let ctx = post.world.ctx(&post.world.priya);
    assert_eq!(inbound(&ctx, "later@customer.example", more).await, post.number);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_formatted_stays_so_when_it_is_passed_on(pool: PgPool) {
    let post = Post::new(pool).await;
    let answer = post.reply("It is the **CSV**:\n\n- one\n- two").await;
    post.now().await;
    post.sink.mail();
    let to = Forward { to: "help@vendor.example".into(), ..Forward::default() };
    messages::forward(&post.ctx, answer, to).await.unwrap();
    post.now().await;
    let read = post.sink.mail().read();
    assert!(read.text.contains("It is the CSV:\n\n- one\n- two"), "{}", read.text);
    let html = read.html.unwrap();
    assert!(html.contains("<strong>CSV</strong>") && html.contains("<li>two</li>"), "{html}");
}
