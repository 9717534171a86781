use crate::plans::PageQuery;
use crate::timeline::{customer, event, nobody, noon, start, take_in, write};
use chrono::TimeDelta;
use rapport_domain::account::AccountDetails;
use rapport_domain::timeline::{
    EventKind, EventPlace, Position, Stream, Timeline, TimelineFilter, TimelineQuery,
};
use rapport_domain::{AccountId, Cursor, CustomerId, Uuid, WorkspaceId};
use rapport_store::timeline::{NewEvent, pin, receive, unpin};
use rapport_store::users::insert_workspace;
use rapport_store::{Store, StoreError, accounts};
use serde_json::json;
use sqlx::PgPool;
use std::collections::HashSet;

async fn account(store: &Store, workspace: WorkspaceId) -> AccountId {
    let details = AccountDetails { name: "Northwind".into(), ..AccountDetails::default() };
    let mut tx = store.begin().await.unwrap();
    let id = accounts::insert(&mut tx, workspace, &details, None, noon()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Puts a customer into an account, as one whom they were merged into or as themselves.
async fn join(store: &Store, id: CustomerId, account: AccountId, merged_into: Option<CustomerId>) {
    sqlx::query("update customers set account_id = $2, merged_into = $3 where id = $1")
        .bind(id.0)
        .bind(account.0)
        .bind(merged_into.map(|c| c.0))
        .execute(store.pool())
        .await
        .unwrap();
}

async fn read(
    store: &Store,
    w: WorkspaceId,
    account: AccountId,
    kinds: &[EventKind],
    at: Position,
) -> Timeline {
    let query = TimelineQuery::new(kinds, at);
    store.account_timeline(w, account, &query, Some(nobody()), noon()).await.unwrap()
}

/// Walks to the oldest event and back; both ways must see the same.
async fn walk(
    store: &Store,
    w: WorkspaceId,
    account: AccountId,
    kinds: &[EventKind],
) -> Vec<(Uuid, Option<CustomerId>)> {
    let (mut down, mut at, mut oldest) = (Vec::new(), Position::Newest, None);
    loop {
        let page = read(store, w, account, kinds, at).await.page;
        oldest = page.items.last().map(|i| i.cursor()).or(oldest);
        down.extend(page.items.iter().map(|i| (i.id.0, i.customer.as_ref().map(|c| c.id))));
        match page.older {
            Some(cursor) => at = Position::Before(cursor),
            None => break,
        }
    }
    let mut up: Vec<Uuid> = oldest.map(|c| c.id).into_iter().collect();
    let mut after = oldest;
    while let Some(cursor) = after {
        let page = read(store, w, account, kinds, Position::After(cursor)).await.page;
        up.extend(page.items.iter().rev().map(|i| i.id.0));
        after = page.newer;
    }
    up.reverse();
    assert_eq!(down.iter().map(|(id, _)| *id).collect::<Vec<_>>(), up);
    down
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_see_each_event_of_customers_and_account_once(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let account = account(&store, workspace).await;
    let dana = customer(&store, workspace).await;
    let lee = customer(&store, workspace).await;
    let merged = customer(&store, workspace).await;
    let elsewhere = customer(&store, workspace).await;
    for id in [alex, dana, lee] {
        join(&store, id, account, None).await;
    }
    join(&store, merged, account, Some(lee)).await;
    let streams: [Stream; 6] =
        [alex.into(), dana.into(), lee.into(), merged.into(), account.into(), elsewhere.into()];
    // Many at the same instant, so that only the id tells them apart.
    let events: Vec<_> = (0..360i64)
        .map(|n| event(streams[n as usize % 6], n / 40, EventKind::ALL[n as usize % 5]))
        .collect();
    take_in(&store, workspace, &events).await;
    let all = walk(&store, workspace, account, &[]).await;
    assert_eq!(all.len(), 300);
    assert_eq!(all.iter().map(|(id, _)| *id).collect::<HashSet<_>>().len(), 300);
    let of = |who: Option<CustomerId>| all.iter().filter(|(_, whose)| *whose == who).count();
    assert_eq!((of(None), of(Some(alex)), of(Some(dana))), (60, 60, 60));
    assert_eq!(of(Some(lee)), 120, "with those of whom was merged into them");
    let some = walk(&store, workspace, account, &[EventKind::Ticket, EventKind::Error]).await;
    assert_eq!(some.len(), 120);
    let at = read(&store, workspace, account, &[], Position::Newest).await.page.items[30].cursor();
    let around = read(&store, workspace, account, &[], Position::Event(at)).await;
    assert_eq!(around.page.items[15].cursor(), at);
    assert!(!around.more_customers);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_account_s_own_events_are_counted_and_expire(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let account = account(&store, workspace).await;
    let own = event(account, 600, EventKind::Event);
    take_in(&store, workspace, &[own.clone(), own, event(alex, 600, EventKind::Event)]).await;
    store.count_batches(10).await.unwrap();
    let kept = async || {
        let kept = "select sum(n)::bigint from timeline_counts where customer_id = $1";
        sqlx::query_scalar::<_, Option<i64>>(kept)
            .bind(account.0)
            .fetch_one(store.pool())
            .await
            .unwrap()
    };
    assert_eq!(kept().await, Some(2));
    let (mut after, mut gone) = (None, 0);
    loop {
        let expired = store.expire_events(workspace, EventKind::Event, noon(), after, 100).await;
        let (deleted, last) = expired.unwrap();
        (after, gone) = (last, gone + deleted);
        if last.is_none() {
            break;
        }
    }
    assert_eq!(gone, 3, "the customer's and the account's");
    store.count_batches(10).await.unwrap();
    assert_eq!(kept().await, Some(0));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn another_workspaces_account_is_not_found(pool: PgPool) {
    let (store, workspace, _) = start(pool).await;
    let account = account(&store, workspace).await;
    let mut tx = store.begin().await.unwrap();
    let other = WorkspaceId::generate();
    insert_workspace(&mut tx, other, "Other").await.unwrap();
    tx.commit().await.unwrap();
    for (workspace, account) in [(other, account), (workspace, AccountId::generate())] {
        let read = store
            .account_timeline(workspace, account, &TimelineQuery::default(), None, noon())
            .await;
        assert!(matches!(read, Err(StoreError::NotFound)), "{read:?}");
        let mut tx = store.begin().await.unwrap();
        let strange = [event(account, 1, EventKind::Event)];
        let written = receive(&mut tx, workspace, noon(), &strange).await;
        assert!(matches!(written, Err(StoreError::NotFound)), "{written:?}");
    }
    write(&store, workspace, &[event(account, 1, EventKind::Event)]).await;
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_the_customers_who_were_active_last_are_read(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let account = account(&store, workspace).await;
    join(&store, alex, account, None).await;
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name, account_id, last_activity_at)
        select $1, gen_random_uuid(), 'visitor', 'V', $2, $3 from generate_series(1, 200)",
    )
    .bind(workspace.0)
    .bind(account.0)
    .bind(noon())
    .execute(store.pool())
    .await
    .unwrap();
    // What came in and was not added up yet does not move them.
    take_in(&store, workspace, &[event(alex, 5, EventKind::Call)]).await;
    let found = read(&store, workspace, account, &[], Position::Newest).await;
    assert!(found.more_customers && found.page.items.is_empty(), "{found:?}");
    sqlx::query("update customers set last_activity_at = $1::timestamptz + interval '1 second' where id = $2")
        .bind(noon())
        .bind(alex.0)
        .execute(store.pool())
        .await
        .unwrap();
    let found = read(&store, workspace, account, &[], Position::Newest).await;
    assert!(found.more_customers && found.page.items.len() == 1, "{found:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_account_is_searched_counted_and_pinned_as_a_customer_is(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let account = account(&store, workspace).await;
    let elsewhere = customer(&store, workspace).await;
    join(&store, alex, account, None).await;
    let mut events: Vec<_> = (0..1_200i64)
        .map(|n| {
            event(if n % 2 == 0 { alex.into() } else { Stream::from(account) }, n, EventKind::Event)
        })
        .collect();
    for (at, text) in [(10usize, "Half OFF"), (13, "half price"), (900, "a half")] {
        let source = if at == 10 { "web" } else { "api" };
        let named = NewEvent { source: source.into(), ..events[at].clone() };
        events[at] = named.payload(json!({"plan": {"name": text}}));
    }
    events.push(event(elsewhere, 3, EventKind::Error));
    let written = write(&store, workspace, &events).await;
    let search = async |find: &str, source: &str, at: Position| {
        let (find, source) = (find.into(), source.into());
        let filter = TimelineFilter { find, source, ..TimelineFilter::default() };
        let query = TimelineQuery::new(&[], at).filtered(filter);
        store.account_timeline(workspace, account, &query, None, noon()).await.unwrap().page
    };
    let first = search("half", "", Position::Newest).await;
    let whose: Vec<_> = first.items.iter().map(|i| i.customer.as_ref().map(|c| c.id)).collect();
    assert_eq!(whose, [Some(alex), None], "the customer's, then the account's own");
    assert_eq!(first.looked_to, Some(noon() - TimeDelta::minutes(499)));
    assert_eq!(search("half", "web", Position::Newest).await.items.len(), 1);
    let mut rest = search("half", "", Position::Before(first.older.unwrap())).await;
    while rest.items.is_empty() {
        rest = search("half", "", Position::Before(rest.older.unwrap())).await;
    }
    assert_eq!(rest.items.len(), 1);

    // What was added up and what was not count alike, and nobody else's does.
    let overview = async || read(&store, workspace, account, &[], Position::Newest).await.overview;
    let now = overview().await;
    assert_eq!(now.counts, [(EventKind::Event, 1_200)]);
    assert_eq!(now.days.iter().map(|d| d.n).sum::<i32>(), 1_200);
    store.count_batches(10).await.unwrap();
    assert_eq!(overview().await, now);

    // An own event is pinned in the account's stream, a customer's in theirs; both show here.
    let place = |n: usize| EventPlace { kind: EventKind::Event, at: written[n].cursor };
    let mut tx = store.begin().await.unwrap();
    assert!(pin(&mut tx, workspace, account, place(1), None, noon()).await.unwrap());
    assert!(
        pin(&mut tx, workspace, alex, place(2), None, noon() + TimeDelta::minutes(1))
            .await
            .unwrap()
    );
    let strange = pin(&mut tx, workspace, account, place(2), None, noon()).await;
    assert!(matches!(strange, Err(StoreError::NotFound)), "{strange:?}");
    tx.commit().await.unwrap();
    let pins = async || {
        let found = read(&store, workspace, account, &[], Position::Newest).await.pins;
        found.iter().map(|p| p.id.0).collect::<Vec<_>>()
    };
    assert_eq!(pins().await, [written[2].cursor.id, written[1].cursor.id]);
    let mut tx = store.begin().await.unwrap();
    unpin(&mut tx, workspace, account, place(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(pins().await, [written[2].cursor.id]);
}

/// The cost of a page is bounded in blocks, at any depth, with 100,000 events of one customer and
/// as many of the account itself, with the plan for these values and with the plan for any.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_page_of_an_account_costs_the_same_at_any_depth(pool: PgPool) {
    let (store, workspace, alex) = start(pool).await;
    let account = account(&store, workspace).await;
    join(&store, alex, account, None).await;
    for n in 0..40 {
        let other = customer(&store, workspace).await;
        if n % 2 == 0 {
            join(&store, other, account, None).await;
        }
    }
    sqlx::query(
        "insert into timeline_events (workspace_id, customer_id, occurred_at, id, kind, source, name)
        select $1, s.id, $4::timestamptz - n * interval '1 minute', gen_random_uuid(),
            (array['event', 'error', 'session', 'call'])[1 + n % 4], 'api', 'n'
        from (select id from customers union all select $3) s,
            generate_series(1, case when s.id in ($2, $3) then 100000 else 10 end) n",
    )
    .bind(workspace.0)
    .bind(alex.0)
    .bind(account.0)
    .bind(noon())
    .execute(store.pool())
    .await
    .unwrap();
    let page = PageQuery {
        sql: include_str!("../../queries/account_timeline.sql"),
        types:
            "uuid, uuid, text[], timestamptz, uuid, bigint, bigint, bigint, timestamptz, uuid, bool,
            bool, date, timestamptz, timestamptz, text, text, bigint, bigint, uuid",
        reads: &["Index Scan", "Index Only Scan"],
        blocks: 1_500,
    };
    let arguments = |kinds: &str, at: Cursor, (older, newer): (i64, i64)| {
        format!(
            "'{}', '{}', '{kinds}', '{}', '{}', {older}, {newer}, 200, '{}', '{}', true, \
            false, '2026-08-01', '0001-01-02', '9999-12-31', '', '', {older}, {newer}, null",
            workspace.0,
            account.0,
            at.at.to_rfc3339(),
            at.id,
            at.at.to_rfc3339(),
            at.id,
        )
    };
    page.check(&store, arguments).await;
}
