use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::customer::{CustomerDetails, CustomerKind, CustomerRow, CustomerSort};
use rapport_domain::customer_search::Search;
use rapport_domain::identity::{IdentifierKind, Key, Proof};
use rapport_domain::{AccountId, CustomerId, WorkspaceId};
use rapport_store::customers::{self, ListQuery, NewRow};
use rapport_store::users::insert_workspace;
use rapport_store::{Store, accounts, identifiers};
use sqlx::PgPool;
use std::collections::BTreeSet;

fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

async fn workspace(store: &Store) -> WorkspaceId {
    let workspace = WorkspaceId::generate();
    let mut tx = store.begin().await.unwrap();
    insert_workspace(&mut tx, workspace, "Acme").await.unwrap();
    tx.commit().await.unwrap();
    workspace
}

fn key(kind: IdentifierKind, value: &str) -> Key {
    Key::new(kind, "f", value).unwrap()
}

async fn customer(
    store: &Store,
    workspace: WorkspaceId,
    name: &str,
    account: Option<AccountId>,
    keys: &[Key],
) -> CustomerId {
    let details = CustomerDetails { name: name.into(), ..CustomerDetails::default() };
    let row = NewRow { kind: CustomerKind::Customer, account, details: &details, now: noon() };
    let mut tx = store.begin().await.unwrap();
    let id = customers::insert(&mut tx, workspace, &row).await.unwrap();
    identifiers::add(&mut tx, workspace, id, keys, Some(Proof::Api), noon()).await.unwrap();
    customers::refresh(&mut tx, workspace, id).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Thousands of customers, many of equal name and time.
async fn fill(pool: &PgPool, workspace: WorkspaceId, n: i32) {
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name, search, last_activity_at, created_at)
        select $1, gen_random_uuid(), 'customer', 'Person ' || n % 97,
            ' person ' || n % 97 || ' p' || n || '@x.example',
            $3 - make_interval(mins => n % 50), $3 - make_interval(mins => n % 50)
        from generate_series(1, $2) n",
    )
    .bind(workspace.0)
    .bind(n)
    .bind(noon())
    .execute(pool)
    .await
    .unwrap();
    // Vacuum moves what is new from the trigram index's waiting list into its tree.
    sqlx::query("vacuum analyze customers").execute(pool).await.unwrap();
}

fn query(q: &str) -> ListQuery {
    let search = Search::parse(q);
    ListQuery { search, account: None, sort: CustomerSort::Activity, after: None, limit: 50 }
}

async fn found(store: &Store, workspace: WorkspaceId, q: &str) -> Vec<CustomerId> {
    let (rows, _) = store.customers(workspace, &query(q)).await.unwrap();
    rows.into_iter().map(|r: CustomerRow| r.id).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_customer_is_found_by_any_part_of_what_is_known(pool: PgPool) {
    let store = Store::from_pool(pool);
    let ws = workspace(&store).await;
    let mut tx = store.begin().await.unwrap();
    let details = rapport_domain::account::AccountDetails {
        name: "Northwind Labs".into(),
        ..Default::default()
    };
    let account = accounts::insert(&mut tx, ws, &details, None, noon()).await.unwrap();
    tx.commit().await.unwrap();
    let keys = [
        key(IdentifierKind::Email, "alex@northwind.example"),
        key(IdentifierKind::Phone, "+1 415 555 0134"),
        key(IdentifierKind::ExternalId, "User_10%"),
    ];
    let alex = customer(&store, ws, "Alex Morgan", Some(account), &keys).await;
    let other = customer(&store, ws, "User 109", None, &[]).await;
    for q in [
        "alex",
        "morgan al",
        "ALEX MORGAN",
        "al",
        "northwind",
        "labs",
        "@northwind.ex",
        "415 555",
        "(0415) 555-0134",
        "14155550134",
        "User_10%",
        "user_10",
        &alex.to_string(),
    ] {
        assert_eq!(found(&store, ws, q).await, [alex], "{q}");
    }
    for q in ["lex m%n", "zz", "ex", "100"] {
        assert!(!found(&store, ws, q).await.contains(&alex), "{q}");
    }
    assert_eq!(found(&store, ws, "x").await.len(), 2, "one character is no search");
    assert_eq!(found(&store, ws, "109").await, [other]);
    let stranger = workspace(&store).await;
    for q in ["alex", "alex@northwind.example", &alex.to_string()] {
        assert!(found(&store, stranger, q).await.is_empty(), "{q}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_exact_hit_comes_first_and_once(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let ws = workspace(&store).await;
    let exact =
        customer(&store, ws, "Old", None, &[key(IdentifierKind::Email, "a@x.example")]).await;
    sqlx::query("update customers set last_activity_at = '2020-01-01'")
        .execute(&pool)
        .await
        .unwrap();
    let newer =
        customer(&store, ws, "New", None, &[key(IdentifierKind::Email, "aa@x.example")]).await;
    assert_eq!(found(&store, ws, "a@x.example").await, [exact, newer]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn pages_hold_everybody_once_in_every_order(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let ws = workspace(&store).await;
    fill(&pool, ws, 430).await;
    for sort in CustomerSort::ALL {
        for q in ["", "person"] {
            let mut page = ListQuery { sort: *sort, ..query(q) };
            let (mut seen, mut pages) = (BTreeSet::new(), 0);
            loop {
                let (rows, next) = store.customers(ws, &page).await.unwrap();
                assert!(rows.iter().all(|r| seen.insert(r.id)), "{sort:?} repeats somebody");
                pages += 1;
                let Some(next) = next else { break };
                // As it travels: through the address.
                let text = next.to_string();
                page.after =
                    Some(rapport_domain::customer::ListCursor::parse(*sort, &text).unwrap());
            }
            assert_eq!((seen.len(), pages), (430, 9), "{sort:?} {q}");
        }
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_search_reads_the_trigram_index_and_not_the_table(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let ws = workspace(&store).await;
    fill(&pool, ws, 6_000).await;
    let mut tx = store.begin().await.unwrap();
    for q in ["p4321@x", "p43", "zq"] {
        for sort in CustomerSort::ALL {
            let page = ListQuery { sort: *sort, ..query(q) };
            customers::list(&mut tx, ws, &page).await.unwrap();
        }
    }
    let (index, table): (i64, i64) = sqlx::query_as(
        "select pg_stat_get_xact_numscans('customers_search'::regclass),
            pg_stat_get_xact_numscans('customers'::regclass)",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!((index, table), (9, 0));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_same_search_shows_its_plan(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let ws = workspace(&store).await;
    fill(&pool, ws, 6_000).await;
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select c.id from customers c where c.workspace_id = $1 and c.merged_into is null
        and (c.search like '%p4321@x%') order by c.last_activity_at desc, c.id desc limit 51",
    )
    .bind(ws.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("Bitmap Index Scan on customers_search"), "{plan}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn mail_from_a_new_address_makes_one_visitor_in_the_account_of_its_domain(pool: PgPool) {
    let store = Store::from_pool(pool);
    let ws = workspace(&store).await;
    let mut tx = store.begin().await.unwrap();
    let details = rapport_domain::account::AccountDetails {
        name: "Northwind".into(),
        domains: vec!["northwind.example".into(), "gmail.com".into()],
        ..Default::default()
    };
    let account = accounts::insert(&mut tx, ws, &details, None, noon()).await.unwrap();
    let find = customers::find_or_create_by_email;
    let first = find(&mut tx, ws, "a@northwind.example", Some("Ada"), noon()).await.unwrap();
    let again = find(&mut tx, ws, "a@northwind.example", None, noon()).await.unwrap();
    let public = find(&mut tx, ws, "a@gmail.com", None, noon()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(first, again);
    let ada = store.customer(ws, first).await.unwrap();
    assert_eq!((ada.kind, ada.details.name.as_str()), (CustomerKind::Visitor, "Ada"));
    assert_eq!(ada.account.as_ref().map(|a| a.id), Some(account));
    assert_eq!(ada.email.as_deref(), Some("a@northwind.example"));
    assert_eq!(ada.identifiers[0].verified_at, None);
    assert_eq!(store.customer(ws, public).await.unwrap().account, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn two_at_once_create_one_visitor(pool: PgPool) {
    let store = Store::from_pool(pool);
    let ws = workspace(&store).await;
    let arrive = |store: Store| async move {
        let mut tx = store.begin().await.unwrap();
        let id = customers::find_or_create_by_email(&mut tx, ws, "a@x.example", None, noon());
        let id = id.await.unwrap();
        tx.commit().await.unwrap();
        id
    };
    let (a, b) = tokio::join!(arrive(store.clone()), arrive(store.clone()));
    assert_eq!(a, b);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn reading_follows_merges_and_survives_a_cycle(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let ws = workspace(&store).await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        ids.push(customer(&store, ws, name, None, &[]).await);
    }
    let merge = "update customers set merged_into = $2 where id = $1";
    for (from, to) in [(0, 1), (1, 2)] {
        sqlx::query(merge).bind(ids[from].0).bind(ids[to].0).execute(&pool).await.unwrap();
    }
    assert_eq!(store.customer(ws, ids[0]).await.unwrap().id, ids[2]);
    let (rows, _) = store.customers(ws, &query("")).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.id).collect::<Vec<_>>(), [ids[2]]);
    sqlx::query(merge).bind(ids[2].0).bind(ids[0].0).execute(&pool).await.unwrap();
    assert!(store.customer(ws, ids[0]).await.is_err());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_renamed_account_is_found_at_once(pool: PgPool) {
    let store = Store::from_pool(pool);
    let ws = workspace(&store).await;
    let mut details =
        rapport_domain::account::AccountDetails { name: "Old name".into(), ..Default::default() };
    let mut tx = store.begin().await.unwrap();
    let account = accounts::insert(&mut tx, ws, &details, None, noon()).await.unwrap();
    tx.commit().await.unwrap();
    let alex = customer(&store, ws, "Alex", Some(account), &[]).await;
    let mut tx = store.begin().await.unwrap();
    details.name = "Brightside".into();
    let later = noon() + TimeDelta::hours(1);
    accounts::update(&mut tx, ws, account, &details, None, later).await.unwrap();
    accounts::refresh_customers(&mut tx, ws, account).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&store, ws, "brightside").await, [alex]);
    assert!(found(&store, ws, "old name").await.is_empty());
}
