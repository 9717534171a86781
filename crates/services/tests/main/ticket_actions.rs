//! Snooze and wake, merge and part, move, spam.

use crate::mailboxes::{http, keys};
use crate::world::{World, insert_customer};
use rapport_domain::message::{MessageMode, WriteMessage};
use rapport_domain::ticket::{Channel, NewTicket, Status, Ticket, TicketCreated, TicketEdit};
use rapport_domain::timeline::{EventKind, TimelineQuery};
use rapport_domain::{AppError, CustomerId};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::{Ctx, messages, tickets, timeline};
use sqlx::PgPool;

async fn ticket(ctx: &Ctx, customer: CustomerId, subject: &str) -> TicketCreated {
    tickets::create(ctx, NewTicket::new(customer, subject, Channel::Phone)).await.unwrap()
}

async fn edit(ctx: &Ctx, number: i64, property: &str, value: &str) -> Result<(), AppError> {
    let version = tickets::get(ctx, number).await?.row.version;
    tickets::edit(ctx, number, version, TicketEdit::read(&property.parse()?, value)?)
        .await
        .map(drop)
}

async fn get(ctx: &Ctx, number: i64) -> Ticket {
    tickets::get(ctx, number).await.unwrap()
}

async fn note(ctx: &Ctx, number: i64, body: &str) {
    let new = WriteMessage { body: body.into(), ..WriteMessage::default() };
    messages::write(ctx, number, MessageMode::Note, new).await.unwrap();
}

async fn texts(ctx: &Ctx, number: i64) -> Vec<String> {
    let details = messages::details(ctx, number, None).await.unwrap();
    details.thread.messages.into_iter().map(|m| m.text).collect()
}

async fn activities(ctx: &Ctx, number: i64) -> Vec<String> {
    let details = messages::details(ctx, number, None).await.unwrap();
    details.activities.into_iter().map(|a| a.title).collect()
}

fn worker(world: &World) -> JobEnv {
    JobEnv {
        store: world.store.clone(),
        keys: keys(),
        public_url: "https://r.example".into(),
        http: http(),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_snoozed_ticket_comes_back_by_itself(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.sam);
    let number = ticket(&ctx, world.customer, "Later").await.number;
    for wrong in ["yesterday", "2020-01-01T09:00:00Z", "2999-01-01T09:00:00Z"] {
        let error = edit(&ctx, number, "snooze", wrong).await.unwrap_err();
        assert!(error.field("snooze").is_some(), "{wrong}: {error:?}");
    }
    let until = ctx.now + chrono::TimeDelta::hours(3);
    edit(&ctx, number, "snooze", &until.to_rfc3339()).await.unwrap();
    let asleep = get(&ctx, number).await;
    assert_eq!((asleep.row.status, asleep.snoozed_until), (Status::Snoozed, Some(until)));
    assert_eq!(run_due(&worker(&world)).await, 0, "it is not time yet");

    // Three hours pass.
    for sql in [
        "update tickets set snoozed_until = now() - interval '1 second'",
        "update jobs set run_at = now() - interval '1 second'",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    assert_eq!(run_due(&worker(&world)).await, 1);
    let awake = get(&ctx, number).await;
    assert_eq!((awake.row.status, awake.snoozed_until), (Status::Open, None));
    assert_eq!(activities(&ctx, number).await.last().unwrap(), "woke this up");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_wakes_a_ticket_by_hand_is_not_woken_again(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.sam);
    let number = ticket(&ctx, world.customer, "Later").await.number;
    let until = ctx.now + chrono::TimeDelta::hours(3);
    edit(&ctx, number, "snooze", &until.to_rfc3339()).await.unwrap();
    edit(&ctx, number, "status", "closed").await.unwrap();
    assert_eq!(get(&ctx, number).await.snoozed_until, None);
    sqlx::query("update jobs set run_at = now() - interval '1 second'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(run_due(&worker(&world)).await, 0, "nothing is left to do");
    assert_eq!(get(&ctx, number).await.row.status, Status::Closed);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn merged_messages_stand_together_and_can_be_parted(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let (one, two) = (
        ticket(&ctx, world.customer, "One").await.number,
        ticket(&ctx, world.customer, "Two").await.number,
    );
    note(&ctx, one, "in one").await;
    note(&ctx, two, "in two").await;
    edit(&ctx, two, "invite", "dana@fox.example").await.unwrap();
    edit(&ctx, two, "status", "pending").await.unwrap();

    edit(&ctx, two, "merge", &format!("#{one}")).await.unwrap();
    assert_eq!(texts(&ctx, one).await, ["in one", "in two"]);
    let (into, from) = (get(&ctx, one).await, get(&ctx, two).await);
    assert_eq!((into.message_count, into.participants.len()), (2, 1));
    assert_eq!(into.row.last_message_text, "in two");
    assert_eq!(
        (from.merged_into, from.row.status, from.message_count),
        (Some(one), Status::Closed, 0)
    );
    assert_eq!(activities(&ctx, one).await, [format!("took in #{two}")]);
    let again = edit(&ctx, two, "status", "open").await.unwrap_err();
    assert!(again.field("status").is_some(), "{again:?}");

    edit(&ctx, two, "unmerge", "").await.unwrap();
    assert_eq!(
        (texts(&ctx, one).await, texts(&ctx, two).await),
        (vec!["in one".into()], vec!["in two".into()])
    );
    let (into, from) = (get(&ctx, one).await, get(&ctx, two).await);
    assert_eq!((into.message_count, into.participants.len()), (1, 0));
    assert_eq!(
        (from.merged_into, from.row.status, from.participants.len()),
        (None, Status::Pending, 1)
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_cannot_be_merged_says_why(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.sam);
    let twin = insert_customer(&pool, world.workspace, "Twin").await;
    let (one, two, hers) = (
        ticket(&ctx, world.customer, "One").await.number,
        ticket(&ctx, world.customer, "Two").await.number,
        ticket(&ctx, twin, "Hers").await.number,
    );
    for into in [&one.to_string(), "999999", "x", &hers.to_string()] {
        let error = edit(&ctx, one, "merge", into).await.unwrap_err();
        assert!(error.field("merge").is_some(), "{into}: {error:?}");
    }
    edit(&ctx, two, "merge", &one.to_string()).await.unwrap();
    let chain = edit(&ctx, one, "merge", &two.to_string()).await.unwrap_err();
    assert!(chain.field("merge").is_some(), "{chain:?}");
    let vera = world.ctx(&world.vera);
    assert_eq!(edit(&vera, two, "unmerge", "").await.unwrap_err(), AppError::Forbidden);
    let stranger = world.stranger().await;
    assert_eq!(tickets::merge(&stranger, one, 1, two).await.unwrap_err(), AppError::NotFound);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_moved_ticket_takes_its_timeline_along(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.sam);
    let twin = insert_customer(&pool, world.workspace, "Twin").await;
    let kept = ticket(&ctx, world.customer, "Kept").await.number;
    let number = ticket(&ctx, world.customer, "Hers").await.number;
    edit(&ctx, number, "priority", "high").await.unwrap();

    let version = get(&ctx, number).await.row.version;
    let unknown = tickets::give_to(&ctx, number, version, "nobody@x.example").await.unwrap_err();
    assert!(unknown.field("customer").is_some(), "{unknown:?}");
    let to = tickets::give_to(&ctx, number, version, &twin.to_string()).await.unwrap();
    assert_eq!((to, get(&ctx, number).await.row.customer.id), (twin, twin));

    let query = TimelineQuery::default();
    let hers = timeline::open_timeline(&ctx, twin, &query).await.unwrap();
    let names: Vec<_> = hers.page.items.iter().map(|i| i.name.as_str()).collect();
    // What was done to it came along, in its row.
    assert_eq!(names, ["ticket.opened"]);
    assert_eq!(hers.page.tickets[0].changes, 2);
    assert_eq!(
        (hers.overview.count(EventKind::Activity), hers.overview.count(EventKind::Ticket)),
        (2, 1)
    );
    let his = timeline::open_timeline(&ctx, world.customer, &query).await.unwrap();
    assert_eq!((his.page.items.len(), his.overview.total()), (1, 1));
    let counts = |customer: CustomerId| {
        let pool = pool.clone();
        async move {
            let sql = "select open_tickets, total_tickets from customers where id = $1";
            sqlx::query_as::<_, (i32, i32)>(sql).bind(customer.0).fetch_one(&pool).await.unwrap()
        }
    };
    assert_eq!((counts(world.customer).await, counts(twin).await), ((1, 1), (1, 1)));
    assert_eq!(get(&ctx, kept).await.row.customer.id, world.customer);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn spam_is_closed_and_can_come_back(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let number = ticket(&ctx, world.customer, "Buy now").await.number;
    edit(&ctx, number, "spam", "yes").await.unwrap();
    let spam = get(&ctx, number).await;
    assert!(spam.spam_at.is_some() && spam.row.status == Status::Closed);
    edit(&ctx, number, "spam", "no").await.unwrap();
    let back = get(&ctx, number).await;
    assert_eq!((back.spam_at, back.row.status), (None, Status::Open));
    assert_eq!(activities(&ctx, number).await, ["marked this as spam", "marked this as not spam"]);
}
