use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::start::Step;
use rapport_domain::timeline::TimelineQuery;
use rapport_services::setup::{NewWorkspace, first_run};
use rapport_services::start::{self, State};
use rapport_services::timeline::{ingest_json, open_timeline};
use rapport_services::{Ctx, Store, api_keys, auth, customers, tickets};
use serde_json::json;
use sqlx::PgPool;

async fn state(ctx: &Ctx, step: Step) -> State {
    let start = start::get(ctx).await.unwrap();
    start.steps.iter().find(|(s, _)| *s == step).unwrap().1
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_new_workspace_gets_started_until_it_has_enough(pool: PgPool) {
    let store = Store::from_pool(pool);
    let form = NewWorkspace {
        workspace: "Acme".into(),
        name: "Priya".into(),
        email: "priya@acme.example".into(),
        password: "long enough it is".into(),
    };
    first_run(&store, form).await.unwrap();
    let found = store.credentials("priya@acme.example").await.unwrap().unwrap();
    let viewer = store.person_by_email(found.workspace, "priya@acme.example").await.unwrap();
    let ctx = Ctx::for_viewer(store.clone(), viewer.unwrap());
    let begun = start::get(&ctx).await.unwrap();
    assert!(begun.on && !begun.is_done());
    assert!(begun.steps.iter().all(|(_, state)| *state == State::Open));
    for step in Step::ALL {
        start::skip(&ctx, *step, true).await.unwrap();
        // The same once more is the same.
        start::skip(&ctx, *step, true).await.unwrap();
    }
    assert!(start::get(&ctx).await.unwrap().is_done());
    start::skip(&ctx, Step::Mail, false).await.unwrap();
    assert_eq!(state(&ctx, Step::Mail).await, State::Open);
    start::finish(&ctx).await.unwrap();
    assert!(!start::get(&ctx).await.unwrap().on);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_first_event_is_seen_and_its_key_is_real(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    assert_eq!(state(&ctx, Step::Event).await, State::Open);
    let key = start::make_key(&ctx, Step::Event).await.unwrap();
    let again = start::make_key(&ctx, Step::Event).await.unwrap();
    assert!(key.starts_with("rsk_") && again != key);
    assert!(auth::api_key(&world.store, &key).await.unwrap().is_some());
    let public = start::make_key(&ctx, Step::Sdk).await.unwrap();
    assert!(public.starts_with("rpk_"));
    assert_eq!(api_keys::list(&ctx).await.unwrap().len(), 3);
    let event = json!({"customer": {"email": "ada@example.com"}, "name": "signed_up"});
    ingest_json(&ctx, &world.ingest(), vec![event]).await.unwrap();
    assert_eq!(state(&ctx, Step::Event).await, State::Done);
    // Three people are more than one.
    assert_eq!(state(&ctx, Step::Colleague).await, State::Done);
    assert_eq!(start::make_key(&ctx, Step::Mail).await, Err(AppError::NotFound));
    let sam = world.ctx(&world.sam);
    assert_eq!(start::make_key(&sam, Step::Event).await, Err(AppError::Forbidden));
    assert_eq!(start::get(&sam).await.unwrap_err(), AppError::Forbidden);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_sample_customer_comes_whole_and_goes_whole(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let sample = start::add_sample(&ctx).await.unwrap();
    assert_eq!(start::add_sample(&ctx).await.unwrap(), sample, "there is one at a time");
    let customer = customers::get(&ctx, sample).await.unwrap();
    assert_eq!((customer.open_tickets, customer.total_tickets), (1, 2));
    let timeline = open_timeline(&ctx, sample, &TimelineQuery::default()).await.unwrap();
    assert!(timeline.page.items.len() > 6, "{}", timeline.page.items.len());
    let first = tickets::get(&ctx, 1).await.unwrap();
    assert!(first.row.subject.contains("teammate"), "{}", first.row.subject);
    let mails = "select count(*) from jobs where kind = 'send_mail'";
    assert_eq!(sqlx::query_scalar::<_, i64>(mails).fetch_one(&world.pool).await.unwrap(), 0);
    assert_eq!(state(&ctx, Step::Sample).await, State::Done);
    assert_eq!(start::add_sample(&world.ctx(&world.sam)).await, Err(AppError::Forbidden));
    start::remove_sample(&ctx).await.unwrap();
    assert_eq!(customers::get(&ctx, sample).await.unwrap_err(), AppError::NotFound);
    assert_eq!(start::get(&ctx).await.unwrap().sample, None);
    assert_eq!(state(&ctx, Step::Sample).await, State::Done, "it was tried");
    // And comes again.
    assert_ne!(start::add_sample(&ctx).await.unwrap(), sample);
}
