//! Tickets in two, and messages passed on to others.

use crate::world::World;
use rapport_domain::message::NewMessage;
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, Status, Ticket};
use rapport_domain::{AppError, MessageId};
use rapport_services::messages::Forward;
use rapport_services::{Ctx, messages, tickets};
use sqlx::PgPool;

async fn opened(ctx: &Ctx, world: &World) -> i64 {
    let new = NewTicket::new(world.customer, "Two things", Channel::Email);
    tickets::create(ctx, new).await.unwrap().number
}

async fn says(ctx: &Ctx, number: i64, kind: MessageKind, body: &str) -> MessageId {
    messages::add_message(ctx, number, NewMessage::new(kind, body)).await.unwrap().id
}

async fn get(ctx: &Ctx, number: i64) -> Ticket {
    tickets::get(ctx, number).await.unwrap()
}

async fn texts(ctx: &Ctx, number: i64) -> Vec<String> {
    let details = messages::details(ctx, number, None).await.unwrap();
    details.thread.messages.into_iter().map(|m| m.text).collect()
}

async fn titles(ctx: &Ctx, number: i64) -> Vec<String> {
    let details = messages::details(ctx, number, None).await.unwrap();
    details.activities.into_iter().map(|a| a.title).collect()
}

async fn version(ctx: &Ctx, number: i64) -> i32 {
    get(ctx, number).await.row.version
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn chosen_messages_get_a_ticket_of_their_own_and_come_back(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let one = opened(&ctx, &world).await;
    says(&ctx, one, MessageKind::Customer, "first thing").await;
    let second = says(&ctx, one, MessageKind::Customer, "second thing").await;
    says(&ctx, one, MessageKind::Agent, "about the first").await;
    let seen = version(&ctx, one).await;
    let two = tickets::split(&ctx, one, seen, &[second], "Second thing").await.unwrap().number;
    assert_eq!(texts(&ctx, one).await, ["first thing", "about the first"]);
    assert_eq!(texts(&ctx, two).await, ["second thing"]);
    let (from, new) = (get(&ctx, one).await, get(&ctx, two).await);
    assert_eq!((from.message_count, new.message_count, new.split_from), (2, 1, Some(one)));
    assert_eq!(new.row.subject, "Second thing");
    assert_eq!(new.row.customer.id, world.customer);
    assert_eq!(new.row.last_message_text, "second thing");
    assert_eq!(
        titles(&ctx, one).await.last().unwrap(),
        &format!("split a message off into #{two}")
    );
    assert_eq!(titles(&ctx, two).await, [format!("split this off #{one}")]);

    // What was written since comes along.
    says(&ctx, two, MessageKind::Agent, "about the second").await;
    tickets::unsplit(&ctx, two, version(&ctx, two).await).await.unwrap();
    assert_eq!(
        texts(&ctx, one).await,
        ["first thing", "second thing", "about the first", "about the second"]
    );
    let gone = get(&ctx, two).await;
    assert_eq!((gone.merged_into, gone.row.status), (Some(one), Status::Closed));
    assert_eq!((get(&ctx, one).await.message_count, gone.message_count), (4, 0));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_split_that_makes_no_sense_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let one = opened(&ctx, &world).await;
    let only = says(&ctx, one, MessageKind::Customer, "only").await;
    let other = opened(&ctx, &world).await;
    let elsewhere = says(&ctx, other, MessageKind::Customer, "elsewhere").await;
    says(&ctx, other, MessageKind::Customer, "stays").await;
    let seen = version(&ctx, one).await;
    for chosen in [&[][..], &[only], &[elsewhere], &[only, elsewhere]] {
        let error = tickets::split(&ctx, one, seen, chosen, "New").await.unwrap_err();
        assert!(error.field("messages").is_some(), "{chosen:?}: {error:?}");
    }
    let stale = tickets::split(&ctx, other, 0, &[elsewhere], "New").await.unwrap_err();
    assert!(matches!(stale, AppError::Conflict(_)), "{stale:?}");
    let viewer = world.ctx(&world.vera);
    let refused = tickets::split(&viewer, other, 1, &[elsewhere], "New").await;
    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
    let error = tickets::unsplit(&ctx, one, seen).await.unwrap_err();
    assert!(error.field("unsplit").is_some(), "{error:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn notes_and_strangers_messages_are_not_forwarded(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let number = opened(&ctx, &world).await;
    let note = says(&ctx, number, MessageKind::Note, "secret").await;
    let asked = says(&ctx, number, MessageKind::Customer, "question").await;
    let to = Forward { to: "a@b.example".into(), ..Forward::default() };
    let inside = messages::forward(&ctx, note, to.clone()).await;
    assert_eq!(inside.unwrap_err(), AppError::NotFound);
    let stranger = world.stranger().await;
    let unknown = messages::forward(&stranger, asked, to).await;
    assert_eq!(unknown.unwrap_err(), AppError::NotFound);
    let nobody = messages::forward(&ctx, asked, Forward::default()).await.unwrap_err();
    assert!(nobody.field("to").is_some(), "{nobody:?}");
}
