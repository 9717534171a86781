use super::{Post, inbound};
use base64::Engine;
use rapport_domain::AppError;
use rapport_domain::message::{NewAttachment, NewMessage, WriteMessage};
use rapport_domain::ticket::{MessageKind, Receipt, Status};
use rapport_mail::reply_token;
use rapport_services::{messages, settings};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_leaves_as_the_mail_that_it_should_be(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post
        .write(WriteMessage {
            body: "Hi Alex,\n\nfixed.\n.\n..two dots: é".into(),
            bcc: Some("Archive@acme.example".into()),
            ..WriteMessage::default()
        })
        .await;
    let waiting = post.delivery(id).await;
    assert_eq!(waiting.receipt, Receipt::Queued);
    assert!(waiting.undo_until().is_some());
    assert_eq!(post.now().await, 1);
    let mail = post.sink.mail();
    assert_eq!(mail.from, "support@acme.example");
    let mut to = mail.to.clone();
    to.sort();
    assert_eq!(to, ["alex@customer.example", "archive@acme.example", "kim@customer.example"]);
    let read = mail.read();
    assert_eq!(read.from.name.as_deref(), Some("Priya Raman (Acme Support)"));
    assert_eq!(read.subject.as_deref(), Some("Re: Export drops a column"));
    assert_eq!(read.in_reply_to, ["first@customer.example"]);
    assert_eq!(read.references, ["first@customer.example"]);
    assert_eq!(
        read.cc.iter().map(|c| c.email.as_str()).collect::<Vec<_>>(),
        ["kim@customer.example"]
    );
    assert!(read.text.starts_with("Hi Alex,\n\nfixed.\n.\n..two dots: é"), "{}", read.text);
    assert!(read.text.trim_end().ends_with("-- \nAcme"), "{}", read.text);
    let header = |name: &str| {
        let found = read.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!((header("bcc"), header("auto-submitted")), (None, None));
    // The address for answers leads back to the ticket, whatever their References say.
    let reply_to = header("reply-to").unwrap();
    let token = reply_to.split_once("support+").unwrap().1.split_once('@').unwrap().0;
    let key = post.world.link_key().await;
    let ticket = messages::details(&post.ctx, post.number, None).await.unwrap().ticket.row.id;
    assert_eq!(reply_token::verify(&key, token), Some(id));
    assert!(read.message_id.unwrap().contains(&ticket.to_string()));
    let raw = String::from_utf8_lossy(&mail.raw).replace("=\r\n", "");
    assert!(raw.contains("https://rapport.acme.example/o/"), "{raw}");
    let sent = post.delivery(id).await;
    assert_eq!((sent.receipt, sent.error, sent.next_attempt_at), (Receipt::Sent, None, None));
    assert_eq!(post.now().await, 0);
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_conversation_stays_one_thread(pool: PgPool) {
    let post = Post::new(pool).await;
    post.reply("One").await;
    post.now().await;
    let ours = post.sink.mail().read().message_id.unwrap();
    let more = format!("In-Reply-To: <{ours}>\r\n");
    let later = post.world.ctx(&post.world.priya);
    assert_eq!(inbound(&later, "second@customer.example", &more).await, post.number);
    post.reply("Two").await;
    post.now().await;
    let read = post.sink.mail().read();
    assert_eq!(read.in_reply_to, ["second@customer.example"]);
    assert_eq!(read.references, ["first@customer.example", &ours, "second@customer.example"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn files_and_html_go_along_and_tracking_can_be_off(pool: PgPool) {
    let post = Post::new(pool).await;
    settings::set_open_tracking(&post.ctx, false).await.unwrap();
    let data = base64::engine::general_purpose::STANDARD.encode(b"a,b\n");
    let file = NewAttachment {
        file_name: "export.csv".into(),
        content_type: Some("text/csv".into()),
        data,
    };
    let new = NewMessage {
        body_html: Some("<p>Hello <b>Alex</b><script>alert(1)</script></p>".into()),
        send: true,
        to: Some(vec!["alex@customer.example".into()]),
        cc: Some(Vec::new()),
        attachments: vec![file],
        ..NewMessage::new(MessageKind::Agent, "Hello Alex")
    };
    messages::add_message(&post.ctx, post.number, new).await.unwrap();
    post.now().await;
    let mail = post.sink.mail();
    assert_eq!(mail.to, ["alex@customer.example"]);
    let read = mail.read();
    assert_eq!(
        (read.attachments[0].file_name.as_str(), &read.attachments[0].data[..]),
        ("export.csv", &b"a,b\n"[..])
    );
    assert!(read.html.unwrap().contains("<b>Alex</b>"));
    let raw = String::from_utf8_lossy(&mail.raw);
    assert!(!raw.contains("script") && !raw.contains("/o/"), "{raw}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_can_be_taken_back_until_it_leaves(pool: PgPool) {
    let post = Post::new(pool).await;
    let before = messages::details(&post.ctx, post.number, None).await.unwrap().ticket;
    let body = "Oops, wrong customer".to_string();
    let id = post
        .write(WriteMessage {
            body,
            effects: vec!["status:closed".parse().unwrap()],
            ..WriteMessage::default()
        })
        .await;
    let stranger = post.world.stranger().await;
    assert_eq!(messages::undo_send(&stranger, id).await, Err(AppError::NotFound));
    let vera = post.world.ctx(&post.world.vera);
    assert_eq!(messages::undo_send(&vera, id).await, Err(AppError::Forbidden));
    let back = messages::undo_send(&post.ctx, id).await.unwrap();
    assert_eq!(back.text, "Oops, wrong customer");
    let after = messages::details(&post.ctx, post.number, None).await.unwrap();
    assert_eq!(after.thread.messages.len(), 1);
    assert_eq!(after.ticket.row.status, Status::New);
    assert_eq!(after.ticket.message_count, before.message_count);
    assert_eq!(after.ticket.first_response_at, before.first_response_at);
    assert_eq!(after.ticket.row.last_message_text, before.row.last_message_text);
    assert_eq!(post.now().await, 0);
    post.sink.no_more_mail();
    // A page without scripts keeps the text for the next answer.
    assert_eq!(after.returned, None);
    let id = post.reply("Oops again").await;
    messages::undo_send_on_page(&post.ctx, id).await.unwrap();
    let returned = messages::details(&post.ctx, post.number, None).await.unwrap().returned;
    assert_eq!(returned.as_deref(), Some("Oops again"));
    let sam = post.world.ctx(&post.world.sam);
    assert_eq!(messages::details(&sam, post.number, None).await.unwrap().returned, None);
    let id = post.reply("This one leaves").await;
    let forgotten = messages::details(&post.ctx, post.number, None).await.unwrap().returned;
    assert_eq!(forgotten, None);
    post.now().await;
    let late = messages::undo_send(&post.ctx, id).await.unwrap_err();
    assert!(late.to_string().contains("Too late"), "{late}");
    assert_eq!(post.sink.mail().read().text.lines().next(), Some("This one leaves"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn undo_and_worker_never_both_win(pool: PgPool) {
    let post = Post::new(pool).await;
    for _ in 0..8 {
        let id = post.reply("Race").await;
        let (undone, _) = tokio::join!(messages::undo_send(&post.ctx, id), post.now());
        // What was not taken back may still wait, if the undo held its job at that moment.
        post.now().await;
        match undone {
            Ok(_) => post.sink.no_more_mail(),
            Err(_) => assert!(post.sink.mail().read().text.starts_with("Race")),
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_cannot_leave_says_so(pool: PgPool) {
    let mut post = Post::new(pool).await;
    let ctx = post.ctx.clone();
    let nobody = WriteMessage {
        to: Some("not an address".into()),
        body: "x".into(),
        ..WriteMessage::default()
    };
    let error = messages::reply(&ctx, post.number, nobody).await.unwrap_err();
    assert!(error.field("to").is_some());
    // A customer without an address: the mailbox is there, but nobody to write to.
    let new = rapport_domain::ticket::NewTicket::new(
        post.world.customer,
        "By phone",
        rapport_domain::ticket::Channel::Phone,
    );
    let number = rapport_services::tickets::create(&ctx, new).await.unwrap().number;
    let answer = WriteMessage { body: "Hello?".into(), ..WriteMessage::default() };
    let error = messages::reply(&ctx, number, answer.clone()).await.unwrap_err();
    assert!(error.field("to").is_some());
    // Without a mailbox the answer is stored and waits, as its receipt says.
    rapport_services::mailboxes::remove(&ctx, post.mailbox).await.unwrap();
    post.number = number;
    let id = post.write(answer).await;
    let delivery = post.delivery(id).await;
    assert_eq!((delivery.receipt, delivery.undo_until()), (Receipt::Queued, None));
    assert_eq!(post.now().await, 0);
}

/// What a conversation of sixty mails refers to stays within what servers take; a domain in
/// letters leaves in ASCII.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn long_threads_and_domains_in_letters_leave_as_servers_take_them(pool: PgPool) {
    let post = Post::new(pool).await;
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail/as-sent");
    for (name, ascii) in
        [("sixty-references", None), ("idn-letters", Some("post@xn--caf-knig-d1a6k.example"))]
    {
        let raw = std::fs::read(folder.join(format!("{name}.eml"))).unwrap();
        let ctx = post.world.ctx(&post.world.priya);
        let number = crate::inbound::take(&ctx, raw).await.ticket_number;
        messages::reply(&ctx, number, crate::inbound::write("Here it is")).await.unwrap();
        post.now().await;
        let mail = post.sink.mail();
        let raw = String::from_utf8(mail.raw.clone()).unwrap();
        let (head, _) = raw.split_once("\r\n\r\n").unwrap();
        assert!(head.is_ascii() && head.len() < 4_096, "{name}: {head}");
        assert!(head.lines().all(|line| line.len() < 998), "{name}: {head}");
        // The sink reads an envelope's ASCII back into letters, so the headers tell.
        assert!(ascii.is_none_or(|ascii| head.contains(ascii)), "{head}");
    }
}
