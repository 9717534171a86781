//! What agents write with: Markdown, people named in notes, send and snooze.

use crate::mail_out::Post;
use chrono::TimeDelta;
use rapport_domain::message::{Effect, MessageMode, WriteMessage};
use rapport_domain::notify::Notify;
use rapport_domain::ticket::Status;
use rapport_domain::{AppError, MessageId};
use rapport_services::{messages, notifications};
use sqlx::PgPool;

async fn note(post: &Post, body: &str) -> MessageId {
    let new = WriteMessage { body: body.into(), ..WriteMessage::default() };
    // A request of its own: what one of them does tells a person once.
    let ctx = post.world.ctx(&post.world.priya);
    messages::write(&ctx, post.number, MessageMode::Note, new).await.unwrap().id
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn marks_leave_as_html_and_as_words(pool: PgPool) {
    let post = Post::new(pool).await;
    let source =
        "Hi **Alex**, see [the docs](https://d.example/a?b=1&c=2):\n\n- `one`\n- <b>two</b>";
    let id = post.reply(source).await;
    let details = messages::details(&post.ctx, post.number, None).await.unwrap();
    let shown = details.thread.messages.iter().find(|m| m.id == id).unwrap();
    assert_eq!((shown.text.as_str(), shown.markdown), (source, true));
    assert_eq!(post.now().await, 1);
    let read = post.sink.mail().read();
    let words = "Hi Alex, see the docs <https://d.example/a?b=1&c=2>:\n\n- one\n- <b>two</b>";
    assert!(read.text.starts_with(words), "{}", read.text);
    let html = read.html.unwrap();
    for part in
        ["<strong>Alex</strong>", "href=\"https://d.example/a?b=1&amp;c=2\"", "<li>&lt;b&gt;two"]
    {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_taken_back_is_what_was_typed(pool: PgPool) {
    let post = Post::new(pool).await;
    let id = post.reply("**so**").await;
    assert_eq!(messages::undo_send(&post.ctx, id).await.unwrap().text, "**so**");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_can_put_its_ticket_to_sleep(pool: PgPool) {
    let post = Post::new(pool).await;
    let until = post.ctx.now + TimeDelta::hours(3);
    let write = |until| {
        let effects = vec![Effect::Snooze(until)];
        WriteMessage { body: "Later".into(), effects, ..WriteMessage::default() }
    };
    let past = post.ctx.now - TimeDelta::hours(1);
    let error = messages::reply(&post.ctx, post.number, write(past)).await.unwrap_err();
    assert!(error.field("snooze").is_some(), "{error:?}");
    let id = post.write(write(until)).await;
    let ticket = messages::details(&post.ctx, post.number, None).await.unwrap().ticket;
    assert_eq!((ticket.row.status, ticket.snoozed_until), (Status::Snoozed, Some(until)));
    // Taken back, it is awake again, and stays so when the time comes.
    messages::undo_send(&post.ctx, id).await.unwrap();
    post.now().await;
    let ticket = messages::details(&post.ctx, post.number, None).await.unwrap().ticket;
    assert!(ticket.row.status != Status::Snoozed && ticket.snoozed_until.is_none());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_is_named_in_a_note_is_told_once(pool: PgPool) {
    let post = Post::new(pool).await;
    let (priya, sam) = (&post.world.priya, &post.world.sam);
    let stranger = "usr_00000000000000000000000007";
    let body = format!(
        "@[Sam]({}) and @[me]({}), **look**: @[Sam]({}) @[x]({stranger})",
        sam.user, priya.user, sam.user
    );
    let message = note(&post, &body).await;
    let ctx = post.world.ctx(sam);
    let told = notifications::list(&ctx, None).await.unwrap().items;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].message, told[0].read), (Some(message), false));
    assert!(told[0].excerpt.starts_with("@Sam and @me, look"), "{}", told[0].excerpt);
    let own = notifications::list(&post.world.ctx(priya), None).await.unwrap();
    assert!(own.items.is_empty(), "nobody is told of their own note");
    // Only its reader can open it.
    let other = notifications::open(&post.world.ctx(priya), told[0].id).await.unwrap_err();
    assert_eq!(other, AppError::NotFound);

    assert_eq!(post.now().await, 1);
    let mail = post.sink.mail();
    assert_eq!(mail.to, std::slice::from_ref(&sam.email));
    let text = mail.read().text;
    assert!(text.contains(&format!("/tickets/{}#{message}", post.number)), "{text}");

    // What was seen on the page needs no mail, and whoever wants none gets none.
    note(&post, &format!("@[Sam]({}) again", sam.user)).await;
    let newest = notifications::list(&ctx, None).await.unwrap().items[0].id;
    notifications::open(&ctx, newest).await.unwrap();
    let mut rules = Notify::default();
    rules.mention.email = false;
    notifications::set_rules(&ctx, rules).await.unwrap();
    note(&post, &format!("@[Sam]({}) and again", sam.user)).await;
    assert_eq!(post.now().await, 1);
    post.sink.no_more_mail();
    notifications::read_all(&ctx).await.unwrap();
    assert!(notifications::list(&ctx, None).await.unwrap().items.iter().all(|n| n.read));
}
