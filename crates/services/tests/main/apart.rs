//! What a service reaches of another workspace by a statement that forgets to ask for its own.

use crate::world::{World, insert_customer};
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_domain::{AppError, WorkspaceId};
use rapport_services::{Ctx, tickets};
use rapport_store::Net;
use sqlx::PgPool;

/// Whose tickets a statement without a workspace finds.
async fn forgetful(ctx: &Ctx) -> Vec<WorkspaceId> {
    let rows: Vec<(rapport_domain::Uuid,)> = sqlx::query_as("select workspace_id from tickets")
        .fetch_all(ctx.store.pool())
        .await
        .unwrap();
    rows.into_iter().map(|(id,)| WorkspaceId(id)).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_statement_that_forgets_its_workspace_finds_its_own_rows(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let (ours, theirs) = (world.ctx(&world.sam), world.stranger().await);
    assert_eq!(ours.store.net().await.unwrap(), &Net::Stands);
    let customer = insert_customer(&pool, theirs.workspace, "Their own").await;
    for (ctx, customer) in [(&ours, world.customer), (&theirs, customer)] {
        let new = NewTicket::new(customer, "Export fails", Channel::Email);
        tickets::create(ctx, new).await.unwrap();
    }
    for ctx in [&ours, &theirs, &ours] {
        assert_eq!(forgetful(ctx).await, [ctx.workspace]);
    }
    let close = "update tickets set status = 'closed', version = version + 1";
    let done = sqlx::query(close).execute(ours.store.pool()).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    let mut tx = theirs.store.begin().await.unwrap();
    assert_eq!(sqlx::query(close).execute(&mut *tx).await.unwrap().rows_affected(), 1);
    drop(tx);
    let open: i64 = sqlx::query_scalar("select count(*) from tickets where status <> 'closed'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(open, 1, "theirs");

    // Whatever the services are told: the store is of one workspace.
    let wrong = Ctx { workspace: theirs.workspace, ..ours.clone() };
    let found = tickets::get(&wrong, 1).await;
    assert_eq!(found.err(), Some(AppError::NotFound));
    let new = NewTicket::new(customer, "Slipped in", Channel::Email);
    assert!(tickets::create(&wrong, new).await.is_err());
    assert_eq!(forgetful(&theirs).await.len(), 1);
}
