//! The faults of a mail server: what is promised of each.

use super::Post;
use crate::mailboxes::{input, keys};
use rapport_domain::AppError;
use rapport_domain::message::{DeliveryState, MessageMode, WriteMessage};
use rapport_domain::ticket::Receipt;
use rapport_services::{jobs, mailboxes, messages};
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_that_is_down_gets_the_mail_once_it_is_back(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("down");
    let id = post.reply("Later").await;
    for attempt in 1..=3 {
        assert_eq!(post.now().await, 1);
        let delivery = post.delivery(id).await;
        assert_eq!((delivery.receipt, delivery.attempts), (Receipt::Queued, attempt));
        assert!(delivery.error.unwrap().to_lowercase().contains("refused"));
        assert!(delivery.next_attempt_at.is_some_and(|at| at > chrono::Utc::now()));
    }
    post.sink.mode("ok");
    post.now().await;
    assert_eq!(post.sink.mail().to.len(), 2);
    let delivery = post.delivery(id).await;
    assert_eq!((delivery.receipt, delivery.error), (Receipt::Sent, None));
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_4xx_waits_and_a_5xx_is_final(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("later");
    let id = post.reply("x").await;
    post.now().await;
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Queued);
    assert!(delivery.error.unwrap().contains("451"));
    post.sink.mode("never");
    post.now().await;
    let delivery = post.delivery(id).await;
    assert_eq!((delivery.receipt, delivery.next_attempt_at), (Receipt::Error, None));
    assert!(delivery.error.unwrap().contains("No such user here"));
    assert!(delivery.recipients.iter().all(|r| r.state == DeliveryState::Failed));
    // Final is final: nothing waits, until somebody asks for it.
    assert_eq!(post.now().await, 0);
    post.sink.mode("never-text");
    messages::retry_send(&post.ctx, id).await.unwrap();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Queued);
    post.now().await;
    assert!(post.delivery(id).await.error.unwrap().contains("554"));
    post.sink.mode("ok");
    messages::retry_send(&post.ctx, id).await.unwrap();
    post.now().await;
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
    post.sink.mail();
    let again = messages::retry_send(&post.ctx, id).await.unwrap_err();
    assert!(again.to_string().contains("Every recipient"), "{again}");
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_refused_recipient_keeps_nobody_else_from_it(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("never:kim@");
    let id = post.reply("x").await;
    post.now().await;
    assert_eq!(post.sink.mail().to, ["alex@customer.example"]);
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Error);
    assert!(delivery.error.unwrap().starts_with("kim@customer.example: "));
    post.sink.mode("ok");
    messages::retry_send(&post.ctx, id).await.unwrap();
    post.now().await;
    assert_eq!(post.sink.mail().to, ["kim@customer.example"]);
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_slow_server_is_waited_for(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("slow:300");
    let id = post.reply("x").await;
    post.now().await;
    post.sink.mail();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_server_that_dies_after_the_text_gets_one_duplicate_at_the_most(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("die");
    let id = post.reply("x").await;
    for _ in 0..4 {
        post.now().await;
    }
    let (first, second) = (post.sink.mail().read(), post.sink.mail().read());
    assert_eq!(first.message_id, second.message_id);
    post.sink.no_more_mail();
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Error);
    assert!(delivery.error.unwrap().contains("may have arrived"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_worker_that_dies_while_handing_over_causes_one_duplicate_at_the_most(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post.reply("x").await;
    // Twice: leased, said that the text goes, and never heard of again.
    for _ in 0..2 {
        sqlx::query("update jobs set run_at = now() - interval '1 second'")
            .execute(&post.world.pool)
            .await
            .unwrap();
        let leased = post.world.store.lease_jobs(1, 300.0, &["send_mail".into()]).await.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!(post.now().await, 0, "nobody else takes it while the lease holds");
        let now = chrono::Utc::now();
        post.world.store.handing_over(post.world.workspace, id, now).await.unwrap();
        sqlx::query("update jobs set leased_until = now() - interval '1 second'")
            .execute(&post.world.pool)
            .await
            .unwrap();
    }
    assert_eq!(post.now().await, 1);
    post.sink.no_more_mail();
    assert!(post.delivery(id).await.error.unwrap().contains("may have arrived"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn after_twelve_attempts_it_is_an_error_that_an_admin_can_retry(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("later");
    let id = post.reply("x").await;
    for _ in 0..12 {
        assert_eq!(post.now().await, 1);
    }
    assert_eq!(post.now().await, 0);
    assert_eq!(post.delivery(id).await.receipt, Receipt::Error);
    let dead = jobs::dead(&post.ctx).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts), (1, 12));
    assert!(dead[0].error.contains("451"));
    let sam = post.world.ctx(&post.world.sam);
    assert_eq!(jobs::retry(&sam, dead[0].id).await, Err(AppError::Forbidden));
    let stranger = post.world.stranger().await;
    assert_eq!(jobs::retry(&stranger, dead[0].id).await, Err(AppError::NotFound));
    assert!(jobs::dead(&stranger).await.unwrap().is_empty());
    post.sink.mode("ok");
    jobs::retry(&post.ctx, dead[0].id).await.unwrap();
    assert!(jobs::dead(&post.ctx).await.unwrap().is_empty());
    post.now().await;
    post.sink.mail();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_wrong_password_waits_for_the_right_one(pool: PgPool) {
    let mut post = Post::new(pool).await;
    post.sink.mode("auth");
    let login = |password: &str| {
        let mut new = input("support@acme.example", post.sink.port);
        let smtp = new.smtp.as_mut().unwrap();
        (smtp.user, smtp.password) = (Some("agent".into()), Some(password.into()));
        new
    };
    mailboxes::update(&post.ctx, &keys(), post.mailbox, 1, login("wrong")).await.unwrap();
    let id = post.reply("x").await;
    post.now().await;
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Queued);
    assert!(delivery.error.unwrap().contains("535"));
    mailboxes::update(&post.ctx, &keys(), post.mailbox, 2, login("hunter2")).await.unwrap();
    messages::retry_send(&post.ctx, id).await.unwrap();
    post.now().await;
    assert_eq!(post.sink.mail().user.as_deref(), Some("agent"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_removed_mailbox_sends_nothing_more(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post.reply("x").await;
    mailboxes::remove(&post.ctx, post.mailbox).await.unwrap();
    post.now().await;
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Error);
    assert!(delivery.error.unwrap().contains("removed"));
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_fault_of_ours_ends_as_a_message_to_send_again(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post.reply("x").await;
    let run = async |sql: &'static str| {
        sqlx::query(sql).execute(&post.world.pool).await.unwrap();
    };
    run("alter table mailboxes rename to away").await;
    assert_eq!(post.now().await, 1);
    run("update jobs set max_attempts = attempts + 1").await;
    assert_eq!(post.now().await, 1);
    run("alter table away rename to mailboxes").await;
    let delivery = post.delivery(id).await;
    assert_eq!((delivery.receipt, delivery.may_retry()), (Receipt::Error, true));
    assert!(delivery.error.unwrap().contains("Please send it again"));
    messages::retry_send(&post.ctx, id).await.unwrap();
    post.now().await;
    post.sink.mail();
    assert_eq!(post.delivery(id).await.receipt, Receipt::Sent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_file_that_cannot_be_read_keeps_its_message_back(pool: PgPool) {
    let post = Post::new(pool).await;
    let ctx = post.world.ctx(&post.world.priya);
    let mode = MessageMode::Reply;
    let file = crate::files::upload(&ctx, post.number, mode, b"a,b").await.unwrap();
    let new = WriteMessage { body: "x".into(), attachments: vec![file.id], ..Default::default() };
    let id = post.write(new).await;
    let (files, workspace) = (post.world.store.files(), post.world.workspace);
    files.put(workspace, file.id, "other".into()).await.unwrap();
    post.now().await;
    let delivery = post.delivery(id).await;
    assert_eq!(delivery.receipt, Receipt::Queued);
    assert!(delivery.error.unwrap().contains("chart.png"), "it names the file");
    post.sink.no_more_mail();
    files.put(workspace, file.id, "a,b".into()).await.unwrap();
    post.now().await;
    assert_eq!(post.sink.mail().read().attachments[0].data, b"a,b");
}
