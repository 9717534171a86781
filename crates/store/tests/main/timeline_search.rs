//! Searching timelines and the event log a stretch at a time, and what is pinned on top.

use crate::timeline::{customer, event, noon, read, start, take_in, write};
use chrono::{NaiveDate, TimeDelta};
use rapport_domain::timeline::{
    EventKind, EventPlace, LogQuery, Position, TimelineFilter, TimelineQuery,
};
use rapport_domain::{Cursor, Uuid};
use rapport_store::timeline::{NewEvent, Received, pin, unpin};
use rapport_store::{StoreError, merges};
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_log_searches_a_bounded_stretch_and_says_how_far(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let came = |n: i64, name: &str| {
        let at = noon() - TimeDelta::seconds(n);
        let before = Some((rapport_domain::EventId::generate(), at));
        let received = Some(Received { kind: "track".into(), before });
        NewEvent { received, name: name.into(), ..event(alex, 0, EventKind::Event) }
    };
    let mut events: Vec<_> = (0..60).map(|n| came(n, "Page viewed")).collect();
    events.push(came(61, "Order paid"));
    // What happened here came from nowhere.
    events.push(NewEvent::activity(alex, noon(), "ticket.closed", "Priya"));
    for some in events.chunks(20) {
        take_in(&store, workspace, some).await;
    }
    let find = async |q: &str, before| {
        let query = LogQuery { q: q.into(), before, state: None };
        store.event_log(workspace, &query, None).await.unwrap()
    };
    let first = find("", None).await;
    assert_eq!((first.rows.len(), first.looked_to), (50, None));
    let rest = find("", first.next).await;
    assert_eq!((rest.rows.len(), rest.next), (11, None));
    let found = find("ORDER", None).await;
    assert_eq!(found.rows.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["Order paid"]);
    assert_eq!((found.next, found.looked_to), (None, None), "all was looked at");
    assert!(find("%", None).await.rows.is_empty());
    // More than one search looks through.
    sqlx::query(
        "insert into timeline_events (workspace_id, customer_id, occurred_at, id, kind, source, name,
            received_at, received_as)
        select $1, $2, $3, gen_random_uuid(), 'event', 'api', 'Page viewed',
            $3::timestamptz + n * interval '1 second', 'track' from generate_series(1, 20000) n",
    )
    .bind(workspace.0)
    .bind(alex.0)
    .bind(noon())
    .execute(store.pool())
    .await
    .unwrap();
    let far = find("order", None).await;
    assert!(far.rows.is_empty());
    assert_eq!(far.looked_to, Some(noon() + TimeDelta::seconds(1)));
    assert_eq!(find("order", far.next).await.rows.len(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_search_looks_a_stretch_and_goes_on_where_it_ended(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let mut events: Vec<_> = (0..9_000i64)
        .map(|n| NewEvent {
            source: if n % 2 == 0 { "api" } else { "web" }.into(),
            ..event(alex, n, EventKind::Event)
        })
        .collect();
    for (at, text) in [(100usize, "Half OFF"), (4_990, "half price"), (8_000, "a half")] {
        events[at] = events[at].clone().payload(json!({"plan": {"name": text}}));
    }
    for some in events.chunks(3_000) {
        take_in(&store, workspace, some).await;
    }
    let search = async |find: &str, source: &str, at: Position| {
        let filter = TimelineFilter {
            find: find.into(),
            source: source.into(),
            ..TimelineFilter::default()
        };
        let query = TimelineQuery::new(&[], at).filtered(filter);
        read(&store, workspace, alex, query).await.page
    };
    let first = search("half", "", Position::Newest).await;
    assert_eq!(first.items.len(), 2);
    assert_eq!(first.looked_to, Some(noon() - TimeDelta::minutes(4_999)));
    let rest = search("half", "", Position::Before(first.older.unwrap())).await;
    assert_eq!((rest.items.len(), rest.older, rest.looked_to), (1, None, None));
    let back = search("half", "", Position::After(rest.items[0].cursor())).await;
    assert_eq!(back.items.len(), 1, "5,000 newer ones hold one");
    let more = search("half", "", Position::After(back.newer.unwrap())).await;
    assert_eq!(more.items.len(), 1);
    // Enough matches: it ends at the page, as without a search.
    let web = search("", "web", Position::Newest).await;
    assert_eq!((web.items.len(), web.looked_to), (50, None));
    assert_eq!(web.older, web.items.last().map(|i| i.cursor()));
    assert!(search("half", "web", Position::Newest).await.items.is_empty());
    // Days bound it on both sides.
    let day = |d| NaiveDate::from_ymd_opt(2026, 11, d);
    let filter = TimelineFilter { from: day(22), to: day(22), ..TimelineFilter::default() };
    let query = TimelineQuery::default().filtered(filter);
    let page = read(&store, workspace, alex, query.clone()).await.page;
    assert_eq!(page.items[0].occurred_at.to_rfc3339(), "2026-11-22T23:59:00+00:00");
    let oldest =
        Position::Before(Cursor::new("2026-11-22T00:20:00Z".parse().unwrap(), Uuid::nil()));
    let page = read(&store, workspace, alex, query.at(oldest)).await.page;
    assert_eq!((page.items.len(), page.older), (20, None));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_pinned_stays_on_top_through_a_merge(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let dana = customer(&store, workspace).await;
    let written = write(
        &store,
        workspace,
        &[event(alex, 9, EventKind::Error), event(dana, 5, EventKind::Event)],
    )
    .await;
    let place = |n: usize, kind| EventPlace { kind, at: written[n].cursor };
    let (error, other) = (place(0, EventKind::Error), place(1, EventKind::Event));
    let mut tx = store.begin().await.unwrap();
    assert!(pin(&mut tx, workspace, alex, error, None, noon()).await.unwrap());
    assert!(pin(&mut tx, workspace, alex, error, None, noon()).await.unwrap(), "twice is once");
    let strange = pin(&mut tx, workspace, alex, other, None, noon()).await;
    assert!(matches!(strange, Err(StoreError::NotFound)), "{strange:?}");
    tx.commit().await.unwrap();
    let pins = async |who| {
        let found = read(&store, workspace, who, TimelineQuery::default()).await.pins;
        found.iter().map(|p| p.id.0).collect::<Vec<_>>()
    };
    assert_eq!(pins(alex).await, [written[0].cursor.id]);
    sqlx::query("update customers set merged_into = $1 where id = $2")
        .bind(dana.0)
        .bind(alex.0)
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(pins(dana).await, [written[0].cursor.id]);
    let mut tx = store.begin().await.unwrap();
    merges::move_events(&mut tx, workspace, alex, dana, 10, noon()).await.unwrap();
    assert!(
        pin(&mut tx, workspace, dana, other, None, noon() + TimeDelta::minutes(1)).await.unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(pins(dana).await, [written[1].cursor.id, written[0].cursor.id], "the latest first");
    let mut tx = store.begin().await.unwrap();
    unpin(&mut tx, workspace, dana, error).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(pins(dana).await, [written[1].cursor.id]);
}
