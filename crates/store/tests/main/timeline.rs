use super::plans::PageQuery;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rapport_domain::timeline::{EventKind, Position, Stream, Timeline, TimelineQuery};
use rapport_domain::{Cursor, CustomerId, UserId, Uuid, WorkspaceId};
use rapport_store::timeline::{Appended, NewEvent, append, receive};
use rapport_store::users::insert_workspace;
use rapport_store::{Store, StoreError};
use serde_json::json;
use sqlx::PgPool;

pub fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

pub fn nobody() -> UserId {
    UserId(Uuid::nil())
}

pub async fn customer(store: &Store, workspace: WorkspaceId) -> CustomerId {
    let id = CustomerId::generate();
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name, last_activity_at)
        values ($1, $2, 'visitor', 'V', '2020-01-01')",
    )
    .bind(workspace.0)
    .bind(id.0)
    .execute(store.pool())
    .await
    .unwrap();
    id
}

pub async fn start(pool: PgPool) -> (Store, WorkspaceId, CustomerId) {
    let (store, workspace) = (Store::from_pool(pool), WorkspaceId::generate());
    let mut tx = store.begin().await.unwrap();
    insert_workspace(&mut tx, workspace, "Acme").await.unwrap();
    tx.commit().await.unwrap();
    let customer = customer(&store, workspace).await;
    (store, workspace, customer)
}

pub async fn write(store: &Store, workspace: WorkspaceId, events: &[NewEvent]) -> Vec<Appended> {
    let mut tx = store.begin().await.unwrap();
    let appended = append(&mut tx, workspace, noon(), events).await.unwrap();
    tx.commit().await.unwrap();
    appended
}

pub fn event(of: impl Into<Stream>, minutes_ago: i64, kind: EventKind) -> NewEvent {
    NewEvent::new(of, noon() - TimeDelta::minutes(minutes_ago), kind, "api", "n")
}

fn keyed(event: NewEvent, key: &str) -> NewEvent {
    NewEvent { dedupe_key: Some(key.into()), ..event }
}

pub async fn read(store: &Store, w: WorkspaceId, c: CustomerId, query: TimelineQuery) -> Timeline {
    store.timeline(w, c, &query, Some(nobody()), noon()).await.unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn duplicates_are_dropped_and_never_counted(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let call = keyed(event(alex, 5, EventKind::Call), "k1");
    let first = write(&store, workspace, &[call.clone(), event(alex, 3, EventKind::Error)]).await;
    assert!(first.iter().all(|a| a.new));
    // The same again, twice in one batch, beside one that is new.
    let batch = [call.clone(), event(alex, 1, EventKind::Error), call];
    let again = write(&store, workspace, &batch).await;
    assert_eq!(again.iter().map(|a| a.new).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(again[0].cursor, first[0].cursor);
    let found = read(&store, workspace, alex, TimelineQuery::default()).await;
    assert_eq!(found.overview.count(EventKind::Call), 1);
    assert_eq!(found.overview.count(EventKind::Error), 2);
    assert_eq!(found.page.items.len(), 3);
    assert_eq!((found.overview.days[0].n, found.overview.days[0].errors), (3, 2));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn two_keys_at_once_wait_but_never_for_each_other(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let dana = customer(&store, workspace).await;
    let there: Vec<_> = (0..20)
        .map(|n| {
            keyed(
                event(if n % 2 == 0 { alex } else { dana }, n, EventKind::Event),
                &format!("k{n}"),
            )
        })
        .collect();
    let back: Vec<_> = there.iter().rev().cloned().collect();
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (store, events) =
                (store.clone(), if n % 2 == 0 { there.clone() } else { back.clone() });
            tokio::spawn(async move { write(&store, workspace, &events).await })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += task.await.unwrap().iter().filter(|a| a.new).count();
    }
    assert_eq!(new, 20);
    let found = read(&store, workspace, alex, TimelineQuery::default()).await;
    assert_eq!(found.overview.total(), 10);
}

async fn last_activity(store: &Store, customer: CustomerId) -> DateTime<Utc> {
    sqlx::query_scalar("select last_activity_at from customers where id = $1")
        .bind(customer.0)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn last_activity_grows_and_never_passes_now(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let last = async || last_activity(&store, alex).await;
    write(
        &store,
        workspace,
        &[event(alex, 10, EventKind::Event), event(alex, 60, EventKind::Event)],
    )
    .await;
    assert_eq!(last().await, noon() - TimeDelta::minutes(10));
    write(&store, workspace, &[event(alex, -600, EventKind::Event)]).await;
    assert_eq!(last().await, noon());
}

/// As the ingest writes: without a customer's lock, counted later.
pub async fn take_in(store: &Store, workspace: WorkspaceId, events: &[NewEvent]) -> Vec<Appended> {
    let mut tx = store.begin().await.unwrap();
    let written = receive(&mut tx, workspace, noon(), events).await.unwrap();
    tx.commit().await.unwrap();
    written
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_noted_is_counted_once_and_a_page_never_waits_for_it(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let dana = customer(&store, workspace).await;
    let ingested: Vec<_> = (0..30)
        .map(|n| {
            let kind = if n % 3 == 0 { EventKind::Error } else { EventKind::Event };
            keyed(event(if n < 20 { alex } else { dana }, n, kind), &format!("k{n}"))
        })
        .collect();
    take_in(&store, workspace, &ingested[..25]).await;
    // Some of these were there.
    take_in(&store, workspace, &ingested[10..]).await;
    let seen = async || {
        let alex = read(&store, workspace, alex, TimelineQuery::default()).await.overview;
        let dana = read(&store, workspace, dana, TimelineQuery::default()).await.overview;
        assert_eq!(alex.days[0].errors, 7);
        (alex.count(EventKind::Event), alex.count(EventKind::Error), dana.total(), alex.days[0].n)
    };
    let before = seen().await;
    assert_eq!(before, (13, 7, 10, 20));
    let (one, two) = tokio::join!(store.count_batches(100), store.count_batches(100));
    let left = store.count_batches(100).await.unwrap();
    assert_eq!(one.unwrap() + two.unwrap() + left, 2, "each transaction counts once");
    assert_eq!(seen().await, before);
    let kept: i64 = sqlx::query_scalar("select sum(n)::bigint from timeline_counts")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(kept, 30);
    assert_eq!(last_activity(&store, alex).await, noon());
    // What was counted goes once nobody has to be told of it any more.
    assert_eq!(store.sweep_batches(600.0, 10).await.unwrap(), 0);
    assert_eq!(store.sweep_batches(0.0, 10).await.unwrap(), 2);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_event_of_nobody_is_refused_by_the_database_too(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let mut tx = store.begin().await.unwrap();
    let other = WorkspaceId::generate();
    insert_workspace(&mut tx, other, "Other").await.unwrap();
    tx.commit().await.unwrap();
    for (workspace, customer) in [(workspace, CustomerId::generate()), (other, alex)] {
        let mut tx = store.begin().await.unwrap();
        let strange = [event(customer, 1, EventKind::Event)];
        let written = receive(&mut tx, workspace, noon(), &strange).await;
        assert!(written.is_err(), "{written:?}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspaces_customer_is_not_found(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let mut tx = store.begin().await.unwrap();
    let other = WorkspaceId::generate();
    insert_workspace(&mut tx, other, "Other").await.unwrap();
    tx.commit().await.unwrap();
    let read = store.timeline(other, alex, &TimelineQuery::default(), Some(nobody()), noon()).await;
    assert!(matches!(read, Err(StoreError::NotFound)), "{read:?}");
    let mut tx = store.begin().await.unwrap();
    let written = append(&mut tx, other, noon(), &[event(alex, 1, EventKind::Event)]).await;
    assert!(matches!(written, Err(StoreError::NotFound)), "{written:?}");
    write(&store, workspace, &[event(alex, 1, EventKind::Event)]).await;
}

/// Walks from the newest end to the oldest, and back; both ways must see each event once.
async fn walk(store: &Store, w: WorkspaceId, c: CustomerId, kinds: &[EventKind]) -> Vec<Uuid> {
    let (mut down, mut at, mut oldest) = (Vec::new(), Position::Newest, None);
    loop {
        let page = read(store, w, c, TimelineQuery::new(kinds, at)).await.page;
        oldest = page.items.last().map(|i| i.cursor()).or(oldest);
        down.extend(page.items.iter().map(|i| i.id.0));
        match page.older {
            Some(cursor) => at = Position::Before(cursor),
            None => break,
        }
    }
    let mut up = Vec::from_iter(oldest.map(|c| c.id));
    let mut after = oldest;
    while let Some(cursor) = after {
        let page = read(store, w, c, TimelineQuery::new(kinds, Position::After(cursor))).await.page;
        up.extend(page.items.iter().rev().map(|i| i.id.0));
        after = page.newer;
    }
    up.reverse();
    assert_eq!(down, up);
    down
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_page_chain_sees_each_event_once(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    // Many at the same instant, so that only the id tells them apart.
    let events: Vec<_> =
        (0..233i64).map(|n| event(alex, n / 40, EventKind::ALL[n as usize % 5])).collect();
    write(&store, workspace, &events).await;
    let all = walk(&store, workspace, alex, &[]).await;
    assert_eq!(all.len(), 233);
    assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), 233);
    assert_eq!(
        walk(&store, workspace, alex, &[EventKind::Ticket, EventKind::Error]).await.len(),
        93
    );
    assert!(walk(&store, workspace, alex, &[EventKind::Help]).await.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_permalink_and_a_date_open_where_they_say(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let events: Vec<_> = (0..150i64).map(|n| event(alex, n * 60, EventKind::Event)).collect();
    let written = write(&store, workspace, &events).await;
    let cursor = written[75].cursor;
    let page =
        read(&store, workspace, alex, TimelineQuery::new(&[], Position::Event(cursor))).await.page;
    let at = page.items.iter().position(|i| i.cursor() == cursor).expect("the event is there");
    assert_eq!((at, page.items.len()), (15, 50));
    assert!(page.newer.is_some() && page.older.is_some());
    let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let page = read(&store, workspace, alex, TimelineQuery::new(&[], Position::On(day))).await.page;
    assert_eq!(page.items[0].occurred_at.to_rfc3339(), "2026-11-22T23:00:00+00:00");
    assert_eq!(page.newer, Some(page.items[0].cursor()));
    for day in [NaiveDate::MIN, NaiveDate::MAX] {
        read(&store, workspace, alex, TimelineQuery::new(&[], Position::On(day))).await;
    }
}

/// The cost of a page is bounded in blocks, at any depth, for one customer with 100,000
/// events among many with few, with the plan for these values and with the plan for any.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_page_costs_the_same_at_any_depth(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    for _ in 0..50 {
        customer(&store, workspace).await;
    }
    sqlx::query(
        "insert into timeline_events (workspace_id, customer_id, occurred_at, id, kind, source, name)
        select $1, c.id, $3::timestamptz - n * interval '1 minute', gen_random_uuid(),
            (array['event', 'error', 'session', 'call'])[1 + n % 4], 'api', 'n'
        from customers c, generate_series(1, case when c.id = $2 then 100000 else 10 end) n",
    )
    .bind(workspace.0)
    .bind(alex.0)
    .bind(noon())
    .execute(store.pool())
    .await
    .unwrap();
    let page = PageQuery {
        sql: include_str!("../../queries/timeline_page.sql"),
        types: "uuid, uuid, text[], timestamptz, uuid, bigint, bigint, bool, date, timestamptz, \
            timestamptz, text, text, bigint, bigint, uuid, timestamptz, uuid, bool",
        reads: &["Index Scan"],
        blocks: 600,
    };
    let arguments = |kinds: &str, at: Cursor, (older, newer): (i64, i64)| {
        format!(
            "'{}', '{}', '{kinds}', '{}', '{}', {older}, {newer}, true, '2026-08-27', '0001-01-01', \
            '9999-12-31', '', '', {older}, {newer}, null, '{}', '{}', true",
            workspace.0,
            alex.0,
            at.at.to_rfc3339(),
            at.id,
            at.at.to_rfc3339(),
            at.id,
        )
    };
    page.check(&store, arguments).await;
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn payloads_come_back_as_they_were_sent(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let payload = json!({"b": [1, {"c": null}], "a": "é😀\u{FFFD}", "n": 1.5e10, "t": true});
    write(&store, workspace, &[event(alex, 1, EventKind::Event).payload(payload.clone())]).await;
    let found = read(&store, workspace, alex, TimelineQuery::default()).await;
    assert_eq!(found.page.items[0].payload["a"], payload["a"]);
    assert_eq!(found.page.items[0].payload["b"], payload["b"]);
    assert_eq!(found.page.items[0].payload["n"].as_f64(), Some(1.5e10));
}
