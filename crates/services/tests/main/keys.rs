//! API keys: a new secret beside the old one for a while, and how much they are used.

use crate::world::World;
use chrono::TimeDelta;
use rapport_domain::api_key::{KeyInput, KeyKind, Overlap};
use rapport_domain::session::Device;
use rapport_domain::{ApiKeyId, AppError, Permission};
use rapport_services::key_usage::KeyUsage;
use rapport_services::{Ctx, api_keys, auth};
use sqlx::PgPool;

async fn make(ctx: &Ctx, name: &str) -> (ApiKeyId, String) {
    let input = KeyInput {
        name: name.into(),
        kind: KeyKind::Secret,
        scopes: vec![Permission::TicketsRead],
        allowed_origins: Vec::new(),
        days: 30,
    };
    let secret = api_keys::create(ctx, input).await.unwrap();
    let all = api_keys::list(ctx).await.unwrap();
    (all.into_iter().find(|key| key.name == name).unwrap().id, secret)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_old_secret_works_until_its_time_and_no_longer(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.priya);
    let (id, first) = make(&ctx, "Billing").await;
    let valid = async |secret: &str| auth::api_key(&world.store, secret).await.unwrap();
    let second = api_keys::rotate(&ctx, id, Overlap::Hour).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(valid(&second).await.unwrap().old_secret, None);
    let old = valid(&first).await.expect("the old one works still");
    assert_eq!(old.id, id);
    auth::key_used(&world.store, &old, &Device::default()).await;
    let row = api_keys::list(&ctx).await.unwrap().into_iter().find(|key| key.id == id).unwrap();
    assert_eq!(row.prefix, second[..8]);
    assert_eq!(row.old_secrets.len(), 1);
    assert_eq!(row.old_secrets[0].prefix, first[..8]);
    assert!(row.old_secrets[0].last_used_at.is_some() && row.last_used_at.is_some());
    let left = row.old_secrets[0].valid_until - ctx.now;
    assert!(left > TimeDelta::minutes(59) && left <= TimeDelta::hours(1), "{left}");
    // Its hour is over.
    sqlx::query("update api_key_old_secrets set valid_until = now() - interval '1 second'")
        .execute(&pool)
        .await
        .unwrap();
    assert!(valid(&first).await.is_none());
    assert!(valid(&second).await.is_some());
    assert_eq!(api_keys::list(&ctx).await.unwrap()[0].old_secrets, []);

    let third = api_keys::rotate(&ctx, id, Overlap::Week).await.unwrap();
    let fourth = api_keys::rotate(&ctx, id, Overlap::Week).await.unwrap();
    assert!(valid(&second).await.is_some() && valid(&third).await.is_some());
    api_keys::rotate(&ctx, id, Overlap::Week).await.unwrap();
    let full = api_keys::rotate(&ctx, id, Overlap::Week).await.unwrap_err();
    assert!(full.field("key").is_some(), "{full:?}");
    api_keys::end_old_secrets(&ctx, id).await.unwrap();
    for ended in [&second, &third, &fourth] {
        assert!(valid(ended).await.is_none());
    }
    // At once, and every one before with it.
    let before = api_keys::rotate(&ctx, id, Overlap::Day).await.unwrap();
    let last = api_keys::rotate(&ctx, id, Overlap::None).await.unwrap();
    assert!(valid(&before).await.is_none() && valid(&last).await.is_some());
    // A revoked key opens nothing by any of its secrets, and is not rotated.
    let final_one = api_keys::rotate(&ctx, id, Overlap::Week).await.unwrap();
    api_keys::revoke(&ctx, id).await.unwrap();
    assert!(valid(&last).await.is_none() && valid(&final_one).await.is_none());
    assert!(api_keys::rotate(&ctx, id, Overlap::None).await.is_err());

    let sam = world.ctx(&world.sam);
    assert_eq!(api_keys::rotate(&sam, id, Overlap::None).await, Err(AppError::Forbidden));
    assert_eq!(api_keys::end_old_secrets(&sam, id).await, Err(AppError::Forbidden));
    let stranger = world.stranger().await;
    assert!(api_keys::rotate(&stranger, id, Overlap::None).await.is_err());
    let told: Vec<String> = sqlx::query_scalar(
        "select distinct action from audit_log where action like 'api_key.%' order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let expected = ["created", "old_secrets_ended", "revoked", "rotated"];
    assert_eq!(told, expected.map(|word| format!("api_key.{word}")));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn use_is_added_up_and_written_at_once(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.priya);
    let (id, secret) = make(&ctx, "Billing").await;
    let (_, quiet) = make(&ctx, "Quiet").await;
    drop(quiet);
    let key = auth::api_key(&world.store, &secret).await.unwrap().unwrap();
    let usage = KeyUsage::default();
    sqlx::query("insert into api_key_usage values ($1, $2, current_date - 40, 7)")
        .bind(world.workspace.0)
        .bind(id.0)
        .execute(&pool)
        .await
        .unwrap();
    for _ in 0..5 {
        usage.count(&key);
    }
    usage.flush(&world.store).await.unwrap();
    usage.count(&key);
    usage.flush(&world.store).await.unwrap();
    usage.flush(&world.store).await.unwrap();
    let all = api_keys::list(&ctx).await.unwrap();
    let used = |name: &str| all.iter().find(|k| k.name == name).unwrap().usage.clone();
    assert_eq!(used("Billing").iter().map(|(_, n)| *n).collect::<Vec<_>>(), [6]);
    assert_eq!(used("Quiet"), []);
    let rows: i64 =
        sqlx::query_scalar("select count(*) from api_key_usage").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 1, "what nobody is shown is forgotten");
    // What cannot be written is not lost.
    usage.count(&key);
    let closed = rapport_store::Store::from_pool(pool.clone());
    pool.close().await;
    assert!(usage.flush(&closed).await.is_err());
    assert!(usage.flush(&closed).await.is_err(), "it is still there to be written");
}
