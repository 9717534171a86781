//! What signs the addresses in our mails.

use crate::world::World;
use rapport_domain::{AppError, Uuid};
use rapport_mail::link_token::{self, Purpose};
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, link_keys};
use sqlx::PgPool;

async fn verifies(ctx: &Ctx, token: &str) -> bool {
    let claim = link_token::read(token).unwrap();
    let keys = link_keys::verifying(&ctx.store, ctx.workspace).await.unwrap();
    keys.iter().any(|key| claim.verify(key, Purpose::Csat).is_some())
}

fn sign(ctx: &Ctx, key: &[u8]) -> String {
    link_token::sign(key, Purpose::Csat, ctx.workspace, Uuid::from_u128(7))
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn links_are_signed_by_sealed_keys(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let key = world.link_key().await;
    assert_eq!(world.link_key().await, key, "one is made, once");
    let (sealed, open): (Vec<u8>, Option<Vec<u8>>) = sqlx::query_as(
        "select sealed_key, mail_key from link_keys join workspaces using (workspace_id)
        where workspace_id = $1",
    )
    .bind(world.workspace.0)
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert!(open.is_none() && !sealed.windows(32).any(|w| w == key), "it lies open");
    let token = sign(&ctx, &key);
    assert!(verifies(&ctx, &token).await);
    // Whoever has the database alone, or another server's secret, opens and signs nothing.
    for keys in
        [Keyring::default(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap()]
    {
        let store = world.store.clone().with_keys(keys);
        assert!(link_keys::verifying(&store, world.workspace).await.unwrap().is_empty());
        assert!(link_keys::signing(&store, world.workspace).await.unwrap().is_none());
    }
    let bare = world.stranger().await;
    let store = bare.store.clone().with_keys(Keyring::default());
    assert!(link_keys::signing(&store, bare.workspace).await.unwrap().is_none());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_that_lay_open_is_sealed_and_its_links_go_on(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    sqlx::query("update workspaces set mail_key = $2 where workspace_id = $1")
        .bind(world.workspace.0)
        .bind(vec![5_u8; 32])
        .execute(&world.pool)
        .await
        .unwrap();
    let without = world.store.clone().with_keys(Keyring::default());
    link_keys::seal_open(&without).await.unwrap();
    assert!(!verifies(&ctx, &sign(&ctx, &[5; 32])).await);
    link_keys::seal_open(&world.store).await.unwrap();
    link_keys::seal_open(&world.store).await.unwrap();
    assert!(verifies(&ctx, &sign(&ctx, &[5; 32])).await);
    assert_eq!(world.link_key().await, [5; 32]);
    assert!(world.store.open_mail_keys().await.unwrap().is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_renewed_key_signs_and_the_one_before_retires(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = sign(&ctx, &world.link_key().await);
    let refused = link_keys::renew(&world.ctx(&world.sam), false).await;
    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
    link_keys::renew(&ctx, false).await.unwrap();
    let second = sign(&ctx, &world.link_key().await);
    assert!(first != second && verifies(&ctx, &first).await && verifies(&ctx, &second).await);
    sqlx::query("update link_keys set retires_at = now() where retires_at is not null")
        .execute(&world.pool)
        .await
        .unwrap();
    assert!(!verifies(&ctx, &first).await && verifies(&ctx, &second).await);
    link_keys::renew(&world.ctx(&world.priya), true).await.unwrap();
    assert!(!verifies(&ctx, &second).await, "it ended at once");
    assert!(verifies(&ctx, &sign(&ctx, &world.link_key().await)).await);
}
