//! The survey after closing.

use crate::mail_out::Post;
use rapport_domain::message::NewMessage;
use rapport_domain::ticket::{MessageKind, TicketEdit};
use rapport_domain::{AppError, TicketId};
use rapport_mail::link_token::{self, Purpose};
use rapport_services::{csat, messages, tickets};
use sqlx::PgPool;

/// A ticket that somebody answered, in a workspace that asks at once.
async fn answered(pool: PgPool) -> Post {
    let post = Post::new(pool).await;
    csat::set_delay(&post.ctx, Some(0)).await.unwrap();
    messages::add_message(&post.ctx, post.number, NewMessage::new(MessageKind::Agent, "Fixed."))
        .await
        .unwrap();
    post
}

async fn edit(post: &Post, property: &str, value: &str) {
    let ctx = post.world.ctx(&post.world.priya);
    let version = tickets::get(&ctx, post.number).await.unwrap().row.version;
    let edit = TicketEdit::read(&property.parse().unwrap(), value).unwrap();
    tickets::edit(&ctx, post.number, version, edit).await.unwrap();
}

async fn token(post: &Post) -> String {
    let ticket: TicketId = tickets::get(&post.ctx, post.number).await.unwrap().row.id;
    let key = post.world.link_key().await;
    link_token::sign(&key, Purpose::Csat, post.world.workspace, ticket.0)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn closing_asks_once_and_the_answer_stands_in_the_thread(pool: PgPool) {
    let post = answered(pool).await;
    edit(&post, "status", "closed").await;
    assert_eq!(post.now().await, 1);
    let (mail, token) = (post.sink.mail().read(), token(&post).await);
    assert!(mail.subject.as_deref().is_some_and(|s| s.starts_with("How did we do?")), "{mail:?}");
    assert!(mail.text.contains(&format!("https://rapport.acme.example/csat/{token}")), "{mail:?}");

    let survey = csat::open(&post.world.store, &token).await.unwrap();
    assert_eq!((survey.number, survey.answers), (post.number, 0));
    csat::answer(&post.world.store, &token, 5, "Quick and clear").await.unwrap();
    let details = messages::details(&post.ctx, post.number, None).await.unwrap();
    assert_eq!(details.ticket.csat_score, Some(5));
    let activity = details.activities.last().unwrap();
    assert_eq!((activity.score, activity.comment.as_deref()), (Some(5), Some("Quick and clear")));

    edit(&post, "status", "open").await;
    edit(&post, "status", "closed").await;
    post.now().await;
    let asked: i64 = sqlx::query_scalar("select count(*) from csat_surveys")
        .fetch_one(&post.world.pool)
        .await
        .unwrap();
    assert_eq!(asked, 1, "nobody is asked twice");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_not_done_or_not_wanted_is_not_asked_about(pool: PgPool) {
    let post = answered(pool).await;
    let asked = async || {
        post.now().await;
        let sql = "select count(*) from csat_surveys";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&post.world.pool).await.unwrap()
    };
    edit(&post, "status", "closed").await;
    edit(&post, "status", "open").await;
    assert_eq!(asked().await, 0, "reopened before it left");
    edit(&post, "spam", "yes").await;
    assert_eq!(asked().await, 0, "spam");
    edit(&post, "spam", "no").await;
    csat::set_delay(&post.ctx, None).await.unwrap();
    edit(&post, "status", "closed").await;
    assert_eq!(asked().await, 0, "switched off");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_a_signed_link_of_a_sent_survey_answers_and_not_for_ever(pool: PgPool) {
    let post = answered(pool).await;
    let (store, good) = (&post.world.store, token(&post).await);
    let refused = async |token: &str| csat::answer(store, token, 4, "").await.unwrap_err();
    assert_eq!(refused(&good).await, AppError::NotFound, "it was never sent");
    edit(&post, "status", "closed").await;
    post.now().await;
    for forged in ["", "x", &good.replace(&good[60..], "00000000")] {
        assert_eq!(refused(forged).await, AppError::NotFound, "{forged}");
    }
    let wrong = csat::answer(store, &good, 6, "").await.unwrap_err();
    assert!(wrong.field("score").is_some(), "{wrong:?}");
    for _ in 0..5 {
        csat::answer(store, &good, 4, "").await.unwrap();
    }
    assert_eq!(refused(&good).await, AppError::NotFound, "often enough");
    let agent = post.world.ctx(&post.world.sam);
    assert_eq!(csat::set_delay(&agent, Some(1)).await.unwrap_err(), AppError::Forbidden);
}
