use crate::mailboxes::http;
use crate::world::{World, insert_customer};
use rapport_domain::merge::{FieldChoice, MergeForm};
use rapport_domain::timeline::{EventKind, LogQuery, Position, TimelineQuery};
use rapport_domain::{AppError, CustomerId};
use rapport_services::Ctx;
use rapport_services::customers::{self, merge, preview, undo};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::timeline::{ingest_json, open_timeline};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;

fn form(other: CustomerId) -> MergeForm {
    MergeForm { other, take: BTreeSet::new(), versions: None }
}

async fn identify(world: &World, customer: CustomerId, kind: &str, value: &str) {
    sqlx::query(
        "insert into customer_identifiers (workspace_id, kind, value, customer_id, is_primary)
        values ($1, $2, $3, $4, true)",
    )
    .bind(world.workspace.0)
    .bind(kind)
    .bind(value)
    .bind(customer.0)
    .execute(&world.pool)
    .await
    .unwrap();
}

async fn send(world: &World, ctx: &Ctx, customer: Value, keys: std::ops::Range<usize>) {
    let events =
        keys.map(|n| json!({"customer": customer, "name": "n", "dedupe_key": n.to_string()}));
    ingest_json(ctx, &world.ingest(), events.collect()).await.unwrap();
}

async fn seen(ctx: &Ctx, customer: CustomerId) -> (usize, i64) {
    let timeline = open_timeline(ctx, customer, &TimelineQuery::default()).await.unwrap();
    let items = timeline.page.items.iter().filter(|i| i.kind == EventKind::Event).count();
    (items, timeline.overview.count(EventKind::Event))
}

async fn last_merge(world: &World) -> rapport_domain::MergeId {
    let id = sqlx::query_scalar("select id from customer_merges order by id desc limit 1");
    rapport_domain::MergeId(id.fetch_one(&world.pool).await.unwrap())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_merge_moves_everything_and_goes_back(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let other = insert_customer(&world.pool, world.workspace, "Alex Two").await;
    identify(&world, world.customer, "email", "alex@x.example").await;
    identify(&world, other, "email", "alex@y.example").await;
    send(&world, &ctx, json!({"id": world.customer}), 0..3).await;
    send(&world, &ctx, json!({"email": "alex@y.example"}), 3..5).await;
    let opened = preview(&ctx, world.customer, other).await.unwrap();
    assert_eq!(opened.differences.len(), 1, "{:?}", opened.differences);
    let take = BTreeSet::from([FieldChoice::Name]);
    let versions = Some((opened.survivor.version, opened.merged.version));
    let decided = MergeForm { other, take, versions };
    assert_eq!(merge(&ctx, world.customer, &decided).await, Ok(world.customer));
    // The old id leads on, identifiers are one person's, and the timeline has both pasts.
    let found = customers::get(&ctx, other).await.unwrap();
    assert_eq!((found.id, found.details.name.as_str()), (world.customer, "Alex Two"));
    assert_eq!(found.identifiers.len(), 2);
    assert_eq!(seen(&ctx, other).await, (5, 5));
    // What comes for the merged address belongs to the survivor.
    send(&world, &ctx, json!({"email": "alex@y.example"}), 5..6).await;
    assert_eq!(seen(&ctx, world.customer).await, (6, 6));
    // A stale decision is refused, the same once more changes nothing.
    assert_eq!(merge(&ctx, world.customer, &decided).await, Ok(world.customer));
    let id = last_merge(&world).await;
    assert_eq!(undo(&ctx, id).await, Ok(other));
    let (one, two) = (
        customers::get(&ctx, world.customer).await.unwrap(),
        customers::get(&ctx, other).await.unwrap(),
    );
    assert_eq!(
        (one.details.name.as_str(), one.email.as_deref()),
        ("Alex Morgan", Some("alex@x.example"))
    );
    assert_eq!(
        (two.details.name.as_str(), two.email.as_deref()),
        ("Alex Two", Some("alex@y.example"))
    );
    assert_eq!((seen(&ctx, world.customer).await, seen(&ctx, other).await), ((4, 4), (2, 2)));
    assert!(matches!(undo(&ctx, id).await, Err(AppError::Conflict(_))));
    assert_eq!(undo(&world.stranger().await, id).await, Err(AppError::NotFound));
    let vera = world.ctx(&world.vera);
    assert_eq!(merge(&vera, world.customer, &form(other)).await, Err(AppError::Forbidden));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_chain_of_merges_comes_apart_in_any_order(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let a = world.customer;
    let b = insert_customer(&world.pool, world.workspace, "B").await;
    let c = insert_customer(&world.pool, world.workspace, "C").await;
    for (who, value, keys) in [(a, "a", 0..1), (b, "b", 1..3), (c, "c", 3..6)] {
        identify(&world, who, "external_id", value).await;
        send(&world, &ctx, json!({"id": who}), keys).await;
    }
    merge(&ctx, b, &form(a)).await.unwrap();
    let first = last_merge(&world).await;
    merge(&ctx, c, &form(b)).await.unwrap();
    let second = last_merge(&world).await;
    for id in [a, b, c] {
        assert_eq!(seen(&ctx, id).await, (6, 6));
    }
    // The first goes back out of the middle: a stands alone, b stays with c.
    assert_eq!(undo(&ctx, first).await, Ok(a));
    assert_eq!((seen(&ctx, a).await.0, seen(&ctx, b).await.0), (1, 5));
    assert_eq!(undo(&ctx, second).await, Ok(b));
    assert_eq!((seen(&ctx, b).await.0, seen(&ctx, c).await.0), (2, 3));
    assert_eq!(customers::get(&ctx, b).await.unwrap().external_id.as_deref(), Some("b"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn merges_both_ways_and_ingest_at_once_end_with_one_person(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    for round in 0..8 {
        let a = insert_customer(&world.pool, world.workspace, "A").await;
        let b = insert_customer(&world.pool, world.workspace, "B").await;
        let (ea, eb) = (format!("a{round}@x.example"), format!("b{round}@x.example"));
        identify(&world, a, "email", &ea).await;
        identify(&world, b, "email", &eb).await;
        let first = 1_000 * round;
        let (to_a, to_b) = (form(b), form(a));
        let (one, two, _, _) = tokio::join!(
            merge(&ctx, a, &to_a),
            merge(&ctx, b, &to_b),
            send(&world, &ctx, json!({"email": ea}), first..first + 40),
            send(&world, &ctx, json!({"email": eb}), first + 40..first + 80),
        );
        let survivor = one.unwrap();
        assert_eq!(two.unwrap(), survivor, "both merges name the one survivor");
        for id in [a, b] {
            assert_eq!(customers::get(&ctx, id).await.unwrap().id, survivor);
        }
        let timeline = open_timeline(&ctx, a, &TimelineQuery::default()).await.unwrap();
        assert_eq!(timeline.overview.count(EventKind::Event), 80);
        let cycles: i64 = sqlx::query_scalar(
            "select count(*) from customers where merged_into is null and id in ($1, $2)",
        )
        .bind(a.0)
        .bind(b.0)
        .fetch_one(&world.pool)
        .await
        .unwrap();
        assert_eq!(cycles, 1);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_of_merged_people_have_no_gap_and_no_repeat(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let mut people = vec![world.customer];
    for n in 0..4 {
        people.push(insert_customer(&world.pool, world.workspace, &n.to_string()).await);
    }
    for n in 0..230 {
        let minutes = chrono::TimeDelta::minutes(i64::try_from(n).unwrap() / 3);
        let kind = ["event", "error", "help", "call"][n % 4];
        let event = json!({"customer": {"id": people[n % 5]}, "name": format!("n{n}"), "kind": kind,
            "occurred_at": ctx.now - minutes});
        ingest_json(&ctx, &world.ingest(), vec![event]).await.unwrap();
    }
    for other in &people[1..] {
        merge(&ctx, world.customer, &form(*other)).await.unwrap();
    }
    let walk = async |kinds: &[EventKind]| {
        let mut names = BTreeSet::new();
        let mut at = Position::Newest;
        let mut last = None;
        loop {
            let query = TimelineQuery::new(kinds, at);
            let page = rapport_services::timeline::page(&ctx, people[3], &query).await.unwrap();
            for item in page.items.iter().filter(|i| i.kind != EventKind::Activity) {
                assert!(names.insert(item.name.clone()), "{} twice", item.name);
                assert!(last.is_none_or(|l| l > item.cursor()));
                last = Some(item.cursor());
            }
            match page.older {
                Some(older) => at = Position::Before(older),
                None => return names.len(),
            }
        }
    };
    assert_eq!(walk(&[]).await, 230);
    assert_eq!(walk(&[EventKind::Event, EventKind::Error, EventKind::Call]).await, 173);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_was_merged_for_good_is_folded_and_counts_stay(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let other = insert_customer(&world.pool, world.workspace, "Other").await;
    send(&world, &ctx, json!({"id": world.customer}), 0..3).await;
    send(&world, &ctx, json!({"id": other}), 3..30).await;
    merge(&ctx, world.customer, &form(other)).await.unwrap();
    sqlx::query("update jobs set run_at = now() where kind = 'fold_customer'")
        .execute(&world.pool)
        .await
        .unwrap();
    let worker = JobEnv {
        store: world.store.clone(),
        keys: Default::default(),
        public_url: "http://127.0.0.1".into(),
        http: http(),
    };
    assert_eq!(run_due(&worker).await, 1);
    assert_eq!(seen(&ctx, world.customer).await, (30, 30));
    let left: i64 =
        sqlx::query_scalar("select count(*) from timeline_events where customer_id = $1")
            .bind(other.0)
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn events_that_came_first_are_linked_when_their_customer_appears(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    send(&world, &ctx, json!({"external_id": "late"}), 0..7).await;
    send(&world, &ctx, json!({"external_id": "late"}), 0..7).await;
    let query = LogQuery::default();
    let log = rapport_services::ingest::log(&ctx, &query).await.unwrap();
    assert_eq!(log.rows.len(), 7, "sent twice, waiting once");
    let input = serde_json::from_value(json!({"external_id": "late", "name": "Late"})).unwrap();
    let late = customers::upsert(&ctx, input).await.unwrap().item.id;
    let worker = JobEnv {
        store: world.store.clone(),
        keys: Default::default(),
        public_url: "http://127.0.0.1".into(),
        http: http(),
    };
    assert_eq!(run_due(&worker).await, 1);
    assert_eq!(seen(&ctx, late).await, (7, 7));
    let log = rapport_services::ingest::log(&ctx, &query).await.unwrap();
    assert!(log.rows.iter().all(|e| e.on_timeline().is_some()), "{:?}", log.rows);
    // The id that the sender got while it waited finds it still.
    let id = log.rows[3].id;
    let query = LogQuery { q: id.to_string(), ..LogQuery::default() };
    let found = rapport_services::ingest::log(&ctx, &query).await.unwrap();
    assert_eq!(found.rows.iter().map(|e| e.id).collect::<Vec<_>>(), [id]);
    // And once more is a duplicate of what stands there.
    send(&world, &ctx, json!({"external_id": "late"}), 0..7).await;
    assert_eq!(seen(&ctx, late).await, (7, 7));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn old_events_go_when_their_kind_expires_and_counts_follow(pool: PgPool) {
    use rapport_services::ingest::{Retention, set_retention};
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let event = |kind: &str, days: i64| {
        json!({"customer": {"id": world.customer}, "name": "n", "kind": kind,
            "occurred_at": ctx.now - chrono::TimeDelta::days(days)})
    };
    let events = vec![event("error", 40), event("error", 1), event("event", 40), event("help", 40)];
    ingest_json(&ctx, &world.ingest(), events).await.unwrap();
    let set = Retention { kind: EventKind::Error, days: Some(30) };
    set_retention(&ctx, set).await.unwrap();
    assert!(
        set_retention(&ctx, Retention { kind: EventKind::Ticket, days: Some(1) }).await.is_err()
    );
    assert!(set_retention(&world.ctx(&world.sam), set).await.is_err());
    rapport_services::ingest::tidy(&world.store).await.unwrap();
    let timeline = open_timeline(&ctx, world.customer, &TimelineQuery::default()).await.unwrap();
    assert_eq!(timeline.page.items.len(), 3);
    assert_eq!(timeline.overview.count(EventKind::Error), 1);
    assert_eq!(timeline.overview.total(), 3);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn parting_gives_identifiers_and_what_comes_by_them_away(pool: PgPool) {
    use rapport_domain::identity::{IdentifierKind, Key};
    use rapport_services::customers::split;
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    identify(&world, world.customer, "external_id", "u1").await;
    identify(&world, world.customer, "email", "shared@x.example").await;
    let key = |kind, value: &str| Key { kind, value: value.into() };
    let mail = key(IdentifierKind::Email, "shared@x.example");
    let all = [mail.clone(), key(IdentifierKind::ExternalId, "u1")];
    let foreign = [key(IdentifierKind::Email, "nobody@x.example")];
    for wrong in [&all[..], &foreign, &[]] {
        let refused = split(&ctx, world.customer, wrong, "Bo").await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    }
    let bo = split(&ctx, world.customer, std::slice::from_ref(&mail), "Bo").await.unwrap();
    let found = customers::get(&ctx, bo).await.unwrap();
    assert_eq!(
        (found.details.name.as_str(), found.email.as_deref()),
        ("Bo", Some("shared@x.example"))
    );
    assert_eq!(customers::get(&ctx, world.customer).await.unwrap().email, None);
    send(&world, &ctx, json!({"email": "shared@x.example"}), 0..2).await;
    assert_eq!((seen(&ctx, bo).await.0, seen(&ctx, world.customer).await.0), (2, 0));
}
