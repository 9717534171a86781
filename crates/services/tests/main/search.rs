//! Searching everything at once: what is found, in which order, and never another workspace's.

use crate::world::World;
use rapport_domain::customer::NewCustomer;
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_domain::{AppError, CustomerId};
use rapport_services::{Ctx, customers, search, tickets};
use sqlx::PgPool;

async fn ticket(ctx: &Ctx, customer: CustomerId, subject: &str) -> i64 {
    let new = NewTicket::new(customer, subject, Channel::Email);
    tickets::create(ctx, new).await.unwrap().number
}

async fn numbers(ctx: &Ctx, q: &str) -> Vec<i64> {
    search::find(ctx, q).await.unwrap().tickets.iter().map(|t| t.number).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn tickets_are_found_by_number_words_and_who_asked(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let form = NewCustomer { name: "Ada Morgan".into(), ..NewCustomer::default() };
    let ada = customers::create(&ctx, form).await.unwrap();
    let export = ticket(&ctx, ada, "Export drops the last column").await;
    let login = ticket(&ctx, ada, "Login loops").await;
    assert_eq!(numbers(&ctx, &format!("#{export}")).await, [export]);
    assert_eq!(numbers(&ctx, "exp COLUMN").await, [export]);
    assert!(numbers(&ctx, "nothing such").await.is_empty());
    // Ada Morgan has both; the newest first.
    assert_eq!(numbers(&ctx, "ada mor").await, [login, export]);
    let found = search::find(&ctx, "ada mor").await.unwrap();
    assert_eq!(found.customers.iter().map(|c| c.id).collect::<Vec<_>>(), [ada]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_looked_at_last_comes_first(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let (a, b) =
        (ticket(&ctx, world.customer, "One").await, ticket(&ctx, world.customer, "Two").await);
    for number in [b, a] {
        tickets::mark_read(&world.ctx(&world.priya), number).await.unwrap();
    }
    let recent = search::recent(&ctx).await.unwrap();
    assert_eq!(recent.iter().map(|t| t.number).collect::<Vec<_>>(), [a, b]);
    assert_eq!(search::recent(&world.ctx(&world.sam)).await, Ok(Vec::new()), "they are one's own");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspace_is_never_searched(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&ctx, world.customer, "Export drops the last column").await;
    let stranger = world.stranger().await;
    for q in ["export", "alex morgan", &format!("#{number}"), &world.customer.to_string()] {
        let found = search::find(&stranger, q).await.unwrap();
        assert_eq!(found, Default::default(), "{q}");
    }
    let key = Ctx::for_system(world.store.clone(), world.workspace, "Mail");
    assert_eq!(search::recent(&key).await, Err(AppError::Forbidden), "it looks at nothing");
}
