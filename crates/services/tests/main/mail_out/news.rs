//! What is told of mails after they left.

use super::Post;
use rapport_domain::MessageId;
use rapport_domain::message::{DeliveryState, WriteMessage};
use rapport_domain::ticket::Receipt;
use rapport_mail::link_token::{self, Purpose};
use rapport_services::{deliveries, messages};
use sqlx::PgPool;

const READER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0";

async fn sent(post: &Post, cc: Option<&str>) -> (MessageId, String) {
    let (body, cc) = ("x".to_string(), Some(cc.unwrap_or_default().to_string()));
    let id = post.write(WriteMessage { body, cc, ..WriteMessage::default() }).await;
    post.now().await;
    (id, post.sink.mail().read().message_id.unwrap())
}

async fn open(post: &Post, id: MessageId, agent: &str) {
    let key = post.world.link_key().await;
    let token = link_token::sign(&key, Purpose::Open, post.world.workspace, id.0);
    deliveries::opened(&post.world.store, &token, agent).await.unwrap();
}

async fn a_minute_later(post: &Post) {
    sqlx::query("update outgoing_mails set handed_over_at = handed_over_at - interval '1 minute'")
        .execute(&post.world.pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_a_reader_makes_it_viewed(pool: PgPool) {
    let post = Post::new(pool).await;
    let waiting = post.reply("not sent yet").await;
    open(&post, waiting, READER).await;
    assert_eq!(post.delivery(waiting).await.receipt, Receipt::Queued);
    post.now().await;
    post.sink.mail();
    let (id, _) = sent(&post, None).await;
    // So soon after sending it is a scanner, whatever it calls itself.
    open(&post, id, READER).await;
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    a_minute_later(&post).await;
    for machine in ["Mozilla/5.0", "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"] {
        open(&post, id, machine).await;
    }
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    open(&post, id, READER).await;
    let viewed = post.delivery(id).await;
    assert_eq!(
        (viewed.receipt, viewed.recipients[0].state),
        (Receipt::Viewed, DeliveryState::Viewed)
    );
    open(&post, id, READER).await;
    assert_eq!(post.delivery(id).await.at, viewed.at, "the first time counts");
    let rows: i64 = sqlx::query_scalar("select count(*) from message_opens where message_id = $1")
        .bind(id.0)
        .fetch_one(&post.world.pool)
        .await
        .unwrap();
    assert_eq!(rows, 2);
    for nonsense in ["", "x", "0000"] {
        deliveries::opened(&post.world.store, nonsense, READER).await.unwrap();
    }
    let forged = link_token::sign(&[0; 32], Purpose::Open, post.world.workspace, waiting.0);
    a_minute_later(&post).await;
    deliveries::opened(&post.world.store, &forged, READER).await.unwrap();
    assert_eq!(post.delivery(waiting).await.receipt, Receipt::Sent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_nobody_opens_turns_not_viewed_after_three_days(pool: PgPool) {
    let post = Post::new(pool).await;
    let (unopened, _) = sent(&post, None).await;
    let (by_machine, _) = sent(&post, None).await;
    open(&post, by_machine, "Mozilla/5.0").await;
    let back = async |hours: i32| {
        sqlx::query(
            "update outgoing_mails set handed_over_at = now() - make_interval(hours => $1)",
        )
        .bind(hours)
        .execute(&post.world.pool)
        .await
        .unwrap();
    };
    back(71).await;
    assert_eq!(post.delivery(unopened).await.receipt, Receipt::Sent);
    back(73).await;
    assert_eq!(post.delivery(unopened).await.receipt, Receipt::NotViewed);
    assert_eq!(post.delivery(by_machine).await.receipt, Receipt::Sent, "nobody knows");
    // A late reader is a reader.
    open(&post, unopened, READER).await;
    assert_eq!(post.delivery(unopened).await.receipt, Receipt::Viewed);
    let (untracked, _) = sent(&post, None).await;
    sqlx::query("update outgoing_mails set tracked = false")
        .execute(&post.world.pool)
        .await
        .unwrap();
    back(73).await;
    assert_eq!(post.delivery(untracked).await.receipt, Receipt::Sent, "nobody could see it");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn bounces_and_deliveries_reach_the_message(pool: PgPool) {
    let post = Post::new(pool).await;
    let (id, message_id) = sent(&post, Some("kim@customer.example")).await;
    let mut tx = post.world.store.begin().await.unwrap();
    let ctx = &post.ctx;
    let kim = Some("Kim@customer.example");
    assert!(deliveries::delivered(&mut tx, ctx, &message_id, kim).await.unwrap());
    // Two recipients, and it does not say which.
    assert!(!deliveries::bounced(&mut tx, ctx, &message_id, None, "x").await.unwrap());
    assert!(!deliveries::bounced(&mut tx, ctx, "unknown@acme.example", kim, "x").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    let mut tx = post.world.store.begin().await.unwrap();
    let alex = Some("alex@customer.example");
    let bracketed = format!("<{message_id}>");
    assert!(deliveries::delivered(&mut tx, ctx, &bracketed, alex).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Delivered);
    let mut tx = post.world.store.begin().await.unwrap();
    let full = "550 5.2.2 Mailbox full";
    assert!(deliveries::bounced(&mut tx, ctx, &message_id, kim, full).await.unwrap());
    // Whatever comes late does not undo a bounce.
    assert!(deliveries::delivered(&mut tx, ctx, &message_id, kim).await.unwrap());
    tx.commit().await.unwrap();
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Error);
    assert_eq!(delivery.error.as_deref(), Some("kim@customer.example: 550 5.2.2 Mailbox full"));
    let stranger = post.world.stranger().await;
    let mut tx = post.world.store.begin().await.unwrap();
    assert!(!deliveries::delivered(&mut tx, &stranger, &message_id, alex).await.unwrap());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_forwarded_address_still_finds_the_only_recipient(pool: PgPool) {
    let post = Post::new(pool).await;
    let (id, message_id) = sent(&post, None).await;
    let mut tx = post.world.store.begin().await.unwrap();
    let elsewhere = Some("alex@home.example");
    assert!(deliveries::bounced(&mut tx, &post.ctx, &message_id, elsewhere, "gone").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(post.delivery(id).await.error.as_deref(), Some("gone"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_report_that_comes_by_mail_reaches_the_recipient_it_names(pool: PgPool) {
    let post = Post::new(pool).await;
    let (id, message_id) = sent(&post, Some("kim@customer.example")).await;
    let report = format!(
        "From: MAILER-DAEMON@mx.customer.example\r\nContent-Type: multipart/report; \
        report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
        Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; Kim@customer.example\r\n\
        Action: failed\r\nDiagnostic-Code: smtp; 550 Unknown\r\n\r\n--b\r\n\
        Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    );
    let filed = crate::inbound::take(&post.ctx, report.into_bytes()).await;
    assert_eq!(filed.message_id, id);
    let delivery = post.delivery(id).await;
    let state =
        |email: &str| delivery.recipients.iter().find(|r| r.email == email).map(|r| r.state);
    assert_eq!(state("kim@customer.example"), Some(DeliveryState::Bounced));
    assert_eq!(state("alex@customer.example"), Some(DeliveryState::Sent));
    assert_eq!(delivery.receipt, Receipt::Error);
    assert!(delivery.error.is_some_and(|e| e.contains("550 Unknown")));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_report_about_somebody_else_is_only_shown(pool: PgPool) {
    let post = Post::new(pool).await;
    let (id, message_id) = sent(&post, None).await;
    let report = |recipient: &str| {
        format!(
            "From: MAILER-DAEMON@mx.customer.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; \
            report-type=delivery-status; boundary=b\r\nIn-Reply-To: <{message_id}>\r\n\r\n--b\r\n\
            Content-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\n\
            Content-Type: message/delivery-status\r\n\r\n{recipient}Action: failed\r\n\r\n--b--\r\n"
        )
        .into_bytes()
    };
    let stranger = report("Final-Recipient: rfc822; desk@other.example\r\n");
    let shown = crate::inbound::take(&post.ctx, stranger).await;
    assert_ne!(shown.message_id, id);
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    let message = messages::details(&post.ctx, shown.ticket_number, None).await.unwrap();
    assert_eq!(message.thread.messages.last().unwrap().text, "It could not be delivered.");
    // One that names nobody can mean the only recipient alone.
    assert_eq!(crate::inbound::take(&post.ctx, report("")).await.message_id, id);
    assert_eq!(post.delivery(id).await.receipt, Receipt::Error);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_report_is_known_by_the_address_for_answers(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post.write(WriteMessage { body: "x".into(), ..WriteMessage::default() }).await;
    post.now().await;
    let mail = post.sink.mail().read();
    let reply_to = mail.reply_to.unwrap().email;
    let ours = mail.message_id.unwrap();
    let report = |recipient: &str| {
        format!(
            "From: MAILER-DAEMON@relay.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
            Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <changed@relay.example>\r\nReply-To: Acme <{reply_to}>\r\n\r\nx\r\n--b--\r\n"
        )
        .into_bytes()
    };
    let elsewhere = crate::inbound::take(&post.ctx, report("nobody@other.example")).await;
    assert_ne!(elsewhere.message_id, id, "it names nobody whom a mail of ours went to");
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    let filed = crate::inbound::take(&post.ctx, report("alex@customer.example")).await;
    assert_eq!(filed.message_id, id);
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Error);
    let details = messages::details(&post.ctx, post.number, None).await.unwrap();
    let told = details.activities.iter().find(|a| a.name == "ticket.mail_bounced").unwrap();
    assert_eq!(told.comment.as_deref(), Some("It could not be delivered."));
    // Words alone count only about somebody whom the mail went to.
    let words = |who: &str| {
        let headers = format!("From: postmaster@relay.example\r\nIn-Reply-To: <{ours}>\r\n\r\n");
        format!("{headers}<{who}>: host mx said: 550 5.1.1 user unknown\r\n").into_bytes()
    };
    let other = crate::inbound::take(&post.ctx, words("desk@other.example")).await;
    assert_ne!(other.message_id, id);
    assert_eq!(crate::inbound::take(&post.ctx, words("kim@customer.example")).await.message_id, id);
}
