//! A person's preferences: their own, one at a time, and read leniently.

use crate::world::World;
use rapport_domain::preferences::{Density, Theme};
use rapport_domain::{AppError, UserId};
use rapport_services::{Ctx, preferences};
use serde_json::json;
use sqlx::PgPool;

async fn stored(pool: &PgPool, user: UserId) -> serde_json::Value {
    sqlx::query_scalar("select preferences from users where id = $1")
        .bind(user.0)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_choice_is_ones_own_and_leaves_the_others_alone(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    // Whoever may only read has an own theme too.
    let vera = world.ctx(&world.vera);
    preferences::change(&vera, |p| p.theme = Theme::Dark).await.unwrap();
    preferences::change(&vera, |p| p.density = Density::Compact).await.unwrap();
    let hers = stored(&pool, world.vera.user).await;
    assert_eq!((&hers["theme"], &hers["density"]), (&json!("dark"), &json!("compact")));
    assert_eq!(stored(&pool, world.priya.user).await, json!({}));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_server_itself_prefers_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let system = Ctx::for_system(world.store.clone(), world.workspace, "Mail");
    let refused = preferences::change(&system, |p| p.theme = Theme::Dark).await;
    assert_eq!(refused, Err(AppError::Forbidden));
}
