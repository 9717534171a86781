use crate::world::{World, insert_customer};
use rapport_domain::AppError;
use rapport_domain::ticket::{Channel, NewTicket, Status, TicketEdit};
use rapport_domain::timeline::{
    EventKind, EventOutcome, EventResult, Position, TimelinePage, TimelineQuery,
};
use rapport_services::tickets;
use rapport_services::timeline::{ingest_json, open_timeline, page};
use serde_json::{Value, json};
use sqlx::PgPool;

fn seat(world: &World, more: Value) -> Value {
    let mut event = json!({"customer": {"id": world.customer}, "name": "seat_added"});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn outcomes(results: &[EventResult]) -> Vec<EventOutcome> {
    results.iter().map(|r| r.status).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_bad_event_spoils_no_other(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let deep = (0..100).fold(json!({}), |inner, _| json!({ "a": inner }));
    let events = vec![
        seat(&world, json!({"dedupe_key": "k", "payload": {"email": "dana@x.example\0"}})),
        json!(7),
        seat(&world, json!({"kind": "party"})),
        seat(&world, json!({"payload": deep})),
        seat(&world, json!({"customer": {"email": "nobody@x.example"}})),
        seat(&world, json!({"dedupe_key": "k"})),
        seat(&world, json!({"kind": "error", "occurred_at": "9999-12-31T23:59:59Z"})),
    ];
    let results = ingest_json(&ctx, &world.ingest(), events).await.unwrap();
    use EventOutcome::{Created, Duplicate, Rejected, Unlinked};
    let wanted = [Created, Rejected, Rejected, Rejected, Unlinked, Duplicate, Created];
    assert_eq!(outcomes(&results), wanted);
    assert_eq!(results[0].id, results[5].id);
    let timeline = open_timeline(&ctx, world.customer, &TimelineQuery::default()).await.unwrap();
    assert_eq!(timeline.page.items.len(), 2);
    assert_eq!(timeline.overview.count(EventKind::Error), 1);
    assert_eq!(timeline.page.items[1].payload["email"], "dana@x.example\u{FFFD}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn events_find_their_customer_by_any_name_and_after_a_merge(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let other = insert_customer(&world.pool, world.workspace, "Alex too").await;
    sqlx::query("update customers set merged_into = $1 where id = $2")
        .bind(world.customer.0)
        .bind(other.0)
        .execute(&world.pool)
        .await
        .unwrap();
    for (kind, value) in [("email", "alex@x.example"), ("external_id", "u-1")] {
        sqlx::query(
            "insert into customer_identifiers (workspace_id, kind, value, customer_id)
            values ($1, $2, $3, $4)",
        )
        .bind(world.workspace.0)
        .bind(kind)
        .bind(value)
        .bind(world.customer.0)
        .execute(&world.pool)
        .await
        .unwrap();
    }
    let events =
        [json!({"email": "Alex@X.example"}), json!({"external_id": "u-1"}), json!({"id": other})]
            .map(|customer| json!({"customer": customer, "name": "n"}));
    let results = ingest_json(&ctx, &world.ingest(), events.to_vec()).await.unwrap();
    assert_eq!(outcomes(&results), [EventOutcome::Created; 3], "{results:?}");
    // The old address still opens the one timeline.
    let timeline = open_timeline(&ctx, other, &TimelineQuery::default()).await.unwrap();
    assert_eq!((timeline.whose, timeline.page.items.len()), (world.customer.into(), 3));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn viewers_read_and_strangers_see_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let vera = world.ctx(&world.vera);
    let refused = ingest_json(&vera, &world.ingest(), vec![seat(&world, json!({}))]).await;
    assert_eq!(refused, Err(AppError::Forbidden));
    assert!(open_timeline(&vera, world.customer, &TimelineQuery::default()).await.is_ok());
    let stranger = world.stranger().await;
    let query = TimelineQuery::default();
    assert_eq!(open_timeline(&stranger, world.customer, &query).await, Err(AppError::NotFound));
    assert_eq!(page(&stranger, world.customer, &query).await, Err(AppError::NotFound));
    let results =
        ingest_json(&stranger, &world.ingest(), vec![seat(&world, json!({}))]).await.unwrap();
    assert_eq!(outcomes(&results), [EventOutcome::Rejected]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn too_many_events_are_refused_as_one(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let refused = ingest_json(&ctx, &world.ingest(), vec![json!(0); 2501]).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    assert_eq!(ingest_json(&ctx, &world.ingest(), Vec::new()).await, Ok(Vec::new()));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_done_to_a_ticket_folds_into_its_row(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let new = |subject| NewTicket::new(world.customer, subject, Channel::Phone);
    let first = tickets::create(&ctx, new("First")).await.unwrap().number;
    let second = tickets::create(&ctx, new("Second")).await.unwrap().number;
    for (property, value) in [("status", "open"), ("priority", "high"), ("tag", "bug")] {
        let version = tickets::get(&ctx, first).await.unwrap().row.version;
        let edit = TicketEdit::read(&property.parse().unwrap(), value).unwrap();
        tickets::edit(&ctx, first, version, edit).await.unwrap();
    }
    let all = open_timeline(&ctx, world.customer, &TimelineQuery::default()).await.unwrap();
    let kinds: Vec<_> = all.page.items.iter().map(|i| i.kind).collect();
    assert_eq!(kinds, [EventKind::Ticket, EventKind::Ticket]);
    assert_eq!(all.page.older, None);
    let now = |page: &TimelinePage, number| {
        page.tickets.iter().find(|t| t.number == number).cloned().expect("how it stands")
    };
    let stands = now(&all.page, first);
    assert_eq!((stands.changes, stands.status), (3, Status::Open));
    let texts: Vec<_> =
        stands.newest.iter().flatten().map(rapport_presentation::change_text).collect();
    assert_eq!(texts[0], "Sam Ortiz tagged this “bug”");
    assert!(!stands.has_more());
    assert_eq!(now(&all.page, second).changes, 0);
    // Counted they are all the same, and asked for they show by themselves.
    assert_eq!(all.overview.count(EventKind::Activity), 3);
    let asked = TimelineQuery::new(&[EventKind::Activity], Position::Newest);
    let asked = page(&ctx, world.customer, &asked).await.unwrap();
    assert_eq!(asked.items.len(), 3);
    let found = TimelineQuery::from_query_string("?find=tagged");
    assert_eq!(page(&ctx, world.customer, &found).await.unwrap().items.len(), 1);
    // A permanent address leads to the one that it names, among what shows otherwise.
    let one = TimelineQuery::new(&[], Position::Event(asked.items[1].cursor()));
    let one = page(&ctx, world.customer, &one).await.unwrap();
    let activities: Vec<_> = one.items.iter().filter(|i| i.kind == EventKind::Activity).collect();
    assert_eq!(activities.len(), 1);
    assert_eq!(activities[0].id, asked.items[1].id);
}
