//! What came while somebody was writing is seen before their message leaves.

use crate::world::World;
use rapport_domain::message::{NewMessage, NewerMessage, WriteMessage, WriteNote};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket};
use rapport_domain::{AppError, MessageId, Uuid};
use rapport_services::{Ctx, messages, tickets};
use sqlx::PgPool;

const NOTHING: Option<MessageId> = Some(MessageId(Uuid::nil()));

async fn ticket(world: &World, ctx: &Ctx) -> i64 {
    let new = NewTicket::new(world.customer, "Export drops a column", Channel::Email);
    tickets::create(ctx, new).await.unwrap().number
}

fn answer(body: &str, seen: Option<MessageId>) -> WriteMessage {
    WriteMessage { body: body.into(), seen, ..WriteMessage::default() }
}

fn note(seen: Option<MessageId>) -> WriteNote {
    WriteNote { body: "See ENG-482".into(), seen, ..WriteNote::default() }
}

fn newer<T: std::fmt::Debug>(refused: Result<T, AppError>) -> Vec<NewerMessage> {
    match refused {
        Err(AppError::Overtaken(newer)) => newer,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_waits_for_what_others_wrote_and_a_note_for_answers_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let number = ticket(&world, &priya).await;
    let seen = messages::reply(&priya, number, answer("First", NOTHING)).await.unwrap().id;
    // One's own later message is nothing new.
    messages::reply(&priya, number, answer("And more", Some(seen))).await.unwrap();
    let customer = NewMessage {
        body_text: Some("It works now, thanks".into()),
        ..NewMessage::new(MessageKind::Customer, "")
    };
    messages::add_message(&sam, number, customer).await.unwrap();
    let came = newer(messages::reply(&priya, number, answer("Try this", Some(seen))).await);
    let brief = came.iter().map(|m| (m.kind, m.excerpt.as_str())).collect::<Vec<_>>();
    assert_eq!(brief, [(MessageKind::Customer, "It works now, thanks")]);
    messages::note(&priya, number, note(Some(seen))).await.unwrap();

    messages::reply(&sam, number, answer("Glad to hear", None)).await.unwrap();
    assert_eq!(newer(messages::note(&priya, number, note(Some(seen))).await).len(), 1);
    let came = newer(messages::reply(&priya, number, answer("Try this", Some(seen))).await);
    assert_eq!(came.len(), 2);
    assert_eq!(came[1].action(), "Sam Ortiz answered");
    let details = messages::details(&priya, number, None).await.unwrap();
    assert_eq!(details.thread.messages.len(), 5, "what was refused was not stored");
    // Having seen these, they send it all the same.
    let anyway = answer("Try this", Some(came[1].id));
    messages::reply(&priya, number, anyway).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn of_two_who_answer_at_once_one_is_asked(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let number = ticket(&world, &priya).await;
    let (one, other) = tokio::join!(
        messages::reply(&priya, number, answer("Mine", NOTHING)),
        messages::reply(&sam, number, answer("No, mine", NOTHING)),
    );
    let refused = [one, other].into_iter().filter(Result::is_err).count();
    assert_eq!(refused, 1);
    let again = WriteMessage { client_key: Some("k".into()), ..answer("Once", None) };
    let sent = messages::reply(&sam, number, again.clone()).await.unwrap();
    let again = WriteMessage { seen: NOTHING, ..again };
    assert_eq!(messages::reply(&sam, number, again).await.unwrap().id, sent.id);
}
