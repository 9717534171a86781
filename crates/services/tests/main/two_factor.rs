use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::session::{Device, Viewer};
use rapport_services::auth::{self, Entered};
use rapport_services::{Ctx, passwords, two_factor};
use sqlx::PgPool;
use totp_rs::{Builder, Secret, Totp};

pub const PASSWORD: &str = "correct horse battery";

/// Gives somebody a password, and answers their circumstances.
pub async fn with_password(world: &World, viewer: &Viewer) -> Ctx {
    let path = passwords::make_reset_for(&world.store, &viewer.email).await.unwrap();
    let token = path.trim_start_matches("/reset/");
    passwords::reset(&world.store, token, PASSWORD.into(), &Device::default()).await.unwrap();
    world.ctx(viewer)
}

/// The app on somebody's phone.
pub async fn app(ctx: &Ctx) -> Totp {
    two_factor::begin(ctx, PASSWORD.into()).await.unwrap();
    let setup = two_factor::own(ctx).await.unwrap().setup.unwrap();
    assert!(setup.picture.starts_with("<svg") && !setup.picture.contains("style="));
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).unwrap();
    Builder::new().with_secret(secret).build().unwrap()
}

/// The code that the app shows so many seconds from now.
pub fn shown(ctx: &Ctx, app: &Totp, seconds: i64) -> String {
    app.generate(u64::try_from(ctx.now.timestamp() + seconds).unwrap()).to_string()
}

async fn log_in(world: &World, viewer: &Viewer) -> Entered {
    auth::login(&world.store, &viewer.email, PASSWORD, &Device::default()).await.unwrap()
}

async fn asked(world: &World, viewer: &Viewer) -> String {
    match log_in(world, viewer).await {
        Entered::Code(token) => token,
        Entered::Session(_) => panic!("no code was asked for"),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_log_in_needs_the_code_and_each_code_counts_once(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = with_password(&world, &world.sam).await;
    assert!(matches!(log_in(&world, &world.sam).await, Entered::Session(_)));
    let wrong = two_factor::begin(&ctx, "not it at all".into()).await.unwrap_err();
    assert!(wrong.field("current").is_some());
    let app = app(&ctx).await;
    // Until the first code was right nothing is asked for.
    assert!(matches!(log_in(&world, &world.sam).await, Entered::Session(_)));
    assert!(two_factor::confirm(&ctx, "000000").await.unwrap_err().field("code").is_some());
    // A clock that is half a minute late is borne.
    let codes = two_factor::confirm(&ctx, &shown(&ctx, &app, -30)).await.unwrap();
    assert_eq!(codes.len(), 10);
    assert_eq!(
        two_factor::begin(&ctx, PASSWORD.into()).await,
        Err(AppError::Conflict("Two-factor is on already.".into()))
    );

    let from = Device::default();
    let token = asked(&world, &world.sam).await;
    let used = two_factor::finish(&world.store, &token, &shown(&ctx, &app, -30), &from).await;
    assert!(used.unwrap_err().field("code").unwrap().contains("used already"));
    let late = two_factor::finish(&world.store, &token, &shown(&ctx, &app, 120), &from).await;
    assert!(late.unwrap_err().field("code").unwrap().contains("wrong or no longer valid"));
    let spaced = shown(&ctx, &app, 0);
    let spaced = format!(" {} {} ", &spaced[..3], &spaced[3..]);
    let session = two_factor::finish(&world.store, &token, &spaced, &from).await.unwrap();
    assert!(auth::viewer(&world.store, &session).await.unwrap().is_some());
    // The form of a log-in is good for one.
    let twice = two_factor::finish(&world.store, &token, &shown(&ctx, &app, 30), &from).await;
    assert!(matches!(twice, Err(AppError::Conflict(_))));

    // A recovery code, as people type it; once.
    let token = asked(&world, &world.sam).await;
    let typed = codes[3].to_uppercase();
    two_factor::finish(&world.store, &token, &typed, &from).await.unwrap();
    let token = asked(&world, &world.sam).await;
    assert!(two_factor::finish(&world.store, &token, &typed, &from).await.is_err());
    assert_eq!(two_factor::own(&ctx).await.unwrap().state.codes_left, 9);
    let renewed = two_factor::renew_codes(&ctx, PASSWORD.into()).await.unwrap();
    assert!(two_factor::finish(&world.store, &token, &codes[4], &from).await.is_err());
    two_factor::finish(&world.store, &token, &renewed[0], &from).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_guesses_has_to_wait_and_the_owner_still_gets_in(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = with_password(&world, &world.sam).await;
    let app = app(&ctx).await;
    let codes = two_factor::confirm(&ctx, &shown(&ctx, &app, -30)).await.unwrap();
    let from = Device::default();
    let token = asked(&world, &world.sam).await;
    for _ in 0..10 {
        let guess = two_factor::finish(&world.store, &token, "000 000", &from).await;
        assert!(guess.is_err());
    }
    let right = two_factor::finish(&world.store, &token, &shown(&ctx, &app, 0), &from).await;
    assert!(right.unwrap_err().field("code").unwrap().starts_with("Too many wrong codes"));
    sqlx::query("update two_factors set wrong_at = wrong_at - interval '16 minutes'")
        .execute(&world.pool)
        .await
        .unwrap();
    two_factor::finish(&world.store, &token, &shown(&ctx, &app, 0), &from).await.unwrap();
    let token = asked(&world, &world.sam).await;
    sqlx::query("update two_factors set wrong = 10, wrong_at = now()")
        .execute(&world.pool)
        .await
        .unwrap();
    two_factor::finish(&world.store, &token, &codes[0], &from).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_reset_link_is_no_way_around_it_and_an_admin_turns_it_off(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = with_password(&world, &world.sam).await;
    let app = app(&ctx).await;
    two_factor::confirm(&ctx, &shown(&ctx, &app, 0)).await.unwrap();
    let path = passwords::make_reset_for(&world.store, &world.sam.email).await.unwrap();
    let token = path.trim_start_matches("/reset/");
    let entered = passwords::reset(&world.store, token, PASSWORD.into(), &Device::default()).await;
    assert!(matches!(entered, Ok(Entered::Code(_))));
    let person = world.sam.user;
    assert_eq!(two_factor::reset(&ctx, person).await, Err(AppError::Forbidden));
    let elsewhere = two_factor::reset(&world.stranger().await, person).await;
    assert_eq!(elsewhere, Err(AppError::NotFound));
    assert!(matches!(log_in(&world, &world.sam).await, Entered::Code(_)), "nobody from elsewhere");
    two_factor::reset(&world.ctx(&world.priya), person).await.unwrap();
    assert!(matches!(log_in(&world, &world.sam).await, Entered::Session(_)));
    let wrong = two_factor::turn_off(&ctx, "not it at all".into()).await.unwrap_err();
    assert!(wrong.field("current").is_some());
    // Whoever waits is not kept for ever.
    let app = self::app(&ctx).await;
    two_factor::confirm(&ctx, &shown(&ctx, &app, 0)).await.unwrap();
    let token = asked(&world, &world.sam).await;
    sqlx::query("update login_challenges set expires_at = now() - interval '1 second'")
        .execute(&world.pool)
        .await
        .unwrap();
    let (code, from) = (shown(&ctx, &app, 30), Device::default());
    let late = two_factor::finish(&world.store, &token, &code, &from).await;
    assert!(matches!(late, Err(AppError::Conflict(_))));
}
