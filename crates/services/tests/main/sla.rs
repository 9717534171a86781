//! When tickets are due, and what is noted when that passed.

use crate::mailboxes::{http, keys};
use crate::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::AppError;
use rapport_domain::message::NewMessage;
use rapport_domain::sla::{Hours, SlaPolicyInput, SlaTarget, Span};
use rapport_domain::ticket::{
    Channel, InboxQuery, InboxSort, MessageKind, NewTicket, Priority, Status, StatusFilter, Ticket,
    TicketPatch,
};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::{Ctx, messages, sla, tickets};
use sqlx::PgPool;

fn policy(name: &str) -> SlaPolicyInput {
    SlaPolicyInput {
        name: name.into(),
        first_response: Some(60),
        next_response: Some(30),
        resolution: Some(600),
        ..Default::default()
    }
}

async fn save(world: &World, input: SlaPolicyInput) {
    sla::save(&world.ctx(&world.priya), None, input).await.unwrap();
}

async fn opened(ctx: &Ctx, world: &World, priority: Priority) -> Ticket {
    let mut new = NewTicket::new(world.customer, "Export", Channel::Email);
    new.priority = Some(priority);
    let number = tickets::create(ctx, new).await.unwrap().number;
    tickets::get(ctx, number).await.unwrap()
}

async fn says(ctx: &Ctx, number: i64, kind: MessageKind) -> Ticket {
    messages::add_message(ctx, number, NewMessage::new(kind, "Hello")).await.unwrap();
    tickets::get(ctx, number).await.unwrap()
}

async fn patched(ctx: &Ctx, number: i64, patch: TicketPatch) -> Ticket {
    tickets::patch(ctx, number, patch).await.unwrap()
}

fn minutes(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Option<i64> {
    to.map(|to| (to - from).num_minutes())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_is_due_by_the_first_policy_that_holds(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    assert_eq!(opened(&ctx, &world, Priority::High).await.row.due, None);
    let urgent = SlaPolicyInput {
        priority: Some(Priority::Urgent),
        first_response: Some(5),
        ..policy("Urgent")
    };
    save(&world, urgent).await;
    save(&world, policy("All")).await;
    let ticket = opened(&ctx, &world, Priority::Normal).await;
    let submitted = ticket.row.submitted_at;
    assert_eq!(minutes(submitted, ticket.first_response_due_at), Some(60));
    assert_eq!(minutes(submitted, ticket.resolution_due_at), Some(600));
    assert_eq!(ticket.row.due.unwrap().target, SlaTarget::FirstResponse);
    let patch = TicketPatch { priority: Some(Priority::Urgent), ..Default::default() };
    let ticket = patched(&ctx, ticket.row.number, patch).await;
    assert_eq!(minutes(submitted, ticket.first_response_due_at), Some(5));

    let answered = says(&ctx, ticket.row.number, MessageKind::Agent).await;
    assert_eq!((answered.first_response_due_at, answered.next_response_due_at), (None, None));
    let asked = says(&ctx, ticket.row.number, MessageKind::Customer).await;
    assert!(asked.next_response_due_at.is_some());
    let answered = says(&ctx, ticket.row.number, MessageKind::Agent).await;
    assert_eq!(answered.next_response_due_at, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_resolution_waits_with_the_ticket(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    save(&world, policy("All")).await;
    let ctx = world.ctx(&world.sam);
    let ticket = opened(&ctx, &world, Priority::Normal).await;
    let number = ticket.row.number;
    let status = |status| TicketPatch { status: Some(status), ..Default::default() };
    let waiting = patched(&ctx, number, status(Status::Pending)).await;
    assert_eq!(waiting.resolution_due_at, None);
    assert!(waiting.first_response_due_at.is_some(), "nobody answered yet");
    // Ten hours were left; after half of them it is open again.
    sqlx::query("update tickets set resolution_left_s = 18000").execute(&pool).await.unwrap();
    let open = patched(&ctx, number, status(Status::Open)).await;
    let left = (open.resolution_due_at.unwrap() - Utc::now()).num_minutes();
    assert!((298..=300).contains(&left), "{left}");
    let closed = patched(&ctx, number, status(Status::Closed)).await;
    assert_eq!(closed.row.due, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_overdue_is_noted_once(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    save(&world, policy("All")).await;
    let ctx = world.ctx(&world.sam);
    let number = opened(&ctx, &world, Priority::Normal).await.row.number;
    let worker = JobEnv {
        store: world.store.clone(),
        keys: keys(),
        public_url: "https://r.example".into(),
        http: http(),
    };
    assert_eq!(run_due(&worker).await, 0);
    // Two hours pass.
    sqlx::query(
        "update tickets set first_response_due_at = first_response_due_at - interval '2 hours',
            sla_check_at = sla_check_at - interval '2 hours'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(run_due(&worker).await, 1);
    assert_eq!(run_due(&worker).await, 0, "once is enough");
    let titles = || async {
        let details = messages::details(&ctx, number, None).await.unwrap();
        details.activities.into_iter().map(|a| a.title).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["noted that the first response is overdue"]);
    sqlx::query(
        "update tickets set resolution_due_at = now() - interval '1 minute',
            sla_check_at = now() - interval '1 minute'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(run_due(&worker).await, 1);
    assert_eq!(titles().await.last().unwrap(), "noted that the resolution is overdue");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_inbox_shows_what_is_due_next(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    opened(&ctx, &world, Priority::Low).await;
    let urgent = SlaPolicyInput {
        priority: Some(Priority::Urgent),
        first_response: Some(5),
        ..policy("Urgent")
    };
    save(&world, urgent).await;
    save(&world, policy("All")).await;
    let later = opened(&ctx, &world, Priority::Normal).await.row.number;
    let sooner = opened(&ctx, &world, Priority::Urgent).await.row.number;
    let query = InboxQuery {
        status: StatusFilter::All,
        sort: InboxSort::Due,
        limit: Some(1),
        ..Default::default()
    };
    let first = tickets::inbox(&ctx, &query).await.unwrap();
    assert_eq!(first.items[0].number, sooner);
    let second = InboxQuery { after: first.next, ..query };
    let second = tickets::inbox(&ctx, &second).await.unwrap();
    assert_eq!((second.items[0].number, second.next), (later, None));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn policies_are_set_up_by_admins_and_checked(pool: PgPool) {
    let world = World::new(pool).await;
    let refused = sla::save(&world.ctx(&world.sam), None, policy("All")).await;
    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
    let ctx = world.ctx(&world.priya);
    let mut days = [None; 7];
    days[0] = Some(Span { from: 540, to: 1_020 });
    let hours = |zone: &str| Some(Hours { time_zone: zone.into(), days });
    let nowhere = SlaPolicyInput { hours: hours("Europe/Nowhere"), ..policy("All") };
    assert!(sla::save(&ctx, None, nowhere).await.unwrap_err().field("time_zone").is_some());
    save(&world, SlaPolicyInput { hours: hours("Europe/Berlin"), ..policy("All") }).await;
    let foreign = SlaPolicyInput { team_id: Some(world.team), ..policy("Theirs") };
    let stranger = world.stranger().await;
    assert!(sla::save(&stranger, None, foreign).await.unwrap_err().field("team").is_some());
    let ours = sla::list(&ctx).await.unwrap()[0].id;
    assert_eq!(sla::archive(&stranger, ours, true).await.unwrap_err(), AppError::NotFound);
    sla::archive(&ctx, ours, true).await.unwrap();
    let ticket = opened(&ctx, &world, Priority::Normal).await;
    let age = ticket.row.submitted_at - Utc::now();
    assert!(ticket.row.due.is_none() && age < TimeDelta::zero());
}
