use rapport_domain::live::{LivePosition, Topic};
use rapport_domain::timeline::EventKind;
use rapport_domain::{CustomerId, UserId, Uuid, WorkspaceId};
use rapport_store::changes::Change;
use rapport_store::timeline::{NewEvent, append};
use rapport_store::users::insert_workspace;
use rapport_store::{Store, Tx};
use sqlx::PgPool;
use std::time::Duration;

/// Other tests of the same cluster hold the watermark back for a moment.
const PATIENCE: u32 = 200;

struct World {
    store: Store,
    workspace: WorkspaceId,
    customer: CustomerId,
}

impl World {
    async fn new(pool: PgPool) -> Self {
        let (store, workspace) = (Store::from_pool(pool), WorkspaceId::generate());
        let mut tx = store.begin().await.unwrap();
        insert_workspace(&mut tx, workspace, "Acme").await.unwrap();
        tx.commit().await.unwrap();
        let customer = CustomerId::generate();
        let world = Self { store, workspace, customer };
        world.run("insert into customers (workspace_id, id, kind, name) values ($1, $2, 'visitor', 'V')", customer.0).await;
        world
    }

    /// Runs a statement with the workspace as $1 and `id` as $2.
    async fn run(&self, sql: &'static str, id: Uuid) {
        sqlx::query(sql).bind(self.workspace.0).bind(id).execute(self.store.pool()).await.unwrap();
    }

    /// Reads from `from` until at least one change comes; with the position after it.
    async fn read(&self, from: LivePosition) -> (Vec<Change>, LivePosition) {
        for _ in 0..PATIENCE {
            let found = self.store.changes(from, 100).await.unwrap();
            if !found.rows.is_empty() {
                return (found.rows, found.upto);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no change came");
    }

    /// A position after everything so far.
    async fn now(&self) -> LivePosition {
        let mark: i64 = sqlx::query_scalar("select pg_current_xact_id()::text::bigint")
            .fetch_one(self.store.pool())
            .await
            .unwrap();
        for _ in 0..PATIENCE {
            let now = self.store.live_position().await.unwrap();
            if now.xid > mark {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("a transaction never ended");
    }
}

fn page(customer: CustomerId) -> Topic {
    Topic::about("customer", customer.0)
}

fn words(changes: &[Change]) -> Vec<&str> {
    let mut words: Vec<_> =
        changes.iter().map(|c| c.hint.split(' ').next().unwrap_or_default()).collect();
    words.sort_unstable();
    // A ticket is told to the inbox and to its customer's page.
    words.dedup();
    words
}

async fn event(tx: &mut Tx, world: &World, customer: CustomerId) {
    let event = NewEvent::new(customer, chrono::Utc::now(), EventKind::Event, "api", "n");
    append(tx, world.workspace, chrono::Utc::now(), &[event.clone(), event]).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn commits_out_of_order_are_all_read_and_each_once(pool: PgPool) {
    let world = World::new(pool).await;
    let other = CustomerId::generate();
    world
        .run(
            "insert into customers (workspace_id, id, kind, name) values ($1, $2, 'visitor', 'W')",
            other.0,
        )
        .await;
    let start = world.now().await;
    let (mut early, mut late) =
        (world.store.begin().await.unwrap(), world.store.begin().await.unwrap());
    event(&mut early, &world, world.customer).await;
    event(&mut late, &world, other).await;
    // The later transaction commits first: a reader by greatest number would pass the other over.
    late.commit().await.unwrap();
    let between = world.store.changes(start, 100).await.unwrap();
    assert_eq!(between.rows, [], "the earlier transaction still runs");
    early.commit().await.unwrap();
    let mut told = Vec::new();
    let mut position = between.upto;
    while told.len() < 2 {
        let (rows, upto) = world.read(position).await;
        told.extend(rows.iter().map(|c| c.topic.clone()));
        position = upto;
    }
    told.sort_unstable();
    let mut both = [page(world.customer), page(other)];
    both.sort_unstable();
    assert_eq!(told, both);
    assert_eq!(world.store.changes(position, 100).await.unwrap().rows, []);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_change_leaves_one_row_a_transaction_and_thing(pool: PgPool) {
    let world = World::new(pool).await;
    let (ticket, message, account, person) =
        (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), Uuid::from_u128(4));
    world.run("insert into users (workspace_id, id, email, name, role, password_hash) values ($1, $2, 'p@acme.example', 'P', 'agent', '')", person).await;
    world
        .run("insert into accounts (workspace_id, id, name) values ($1, $2, 'Northwind')", account)
        .await;
    world.run("insert into sessions (workspace_id, user_id, token_hash, expires_at) values ($1, $2, 'x', now())", person).await;
    let customer = world.customer.0;
    let mut from = world.now().await;
    let steps: [(&str, Uuid, &[&str]); 16] = [
        (
            "insert into tickets (workspace_id, id, number, customer_id, subject, status, channel, submitted_at, last_activity_at) select $1, '00000000-0000-0000-0000-000000000001', 1, $2, 'S', 'new', 'api', now(), now()",
            customer,
            &["ticket", "waiting"],
        ),
        (
            "update tickets set status = 'open' where workspace_id = $1 and id = $2",
            ticket,
            &["ticket"],
        ),
        (
            "insert into messages (workspace_id, id, ticket_id, kind, channel, author_name, body_text, sent_at) select $1, '00000000-0000-0000-0000-000000000002', $2, 'agent', 'email', 'P', 'b', now()",
            ticket,
            &[],
        ),
        (
            "update messages set receipt = 'sent' where workspace_id = $1 and id = $2",
            message,
            &["receipt"],
        ),
        ("update tickets set status = 'open' where workspace_id = $1 and id = $2", ticket, &[]),
        (
            "update customers set name = 'W', version = version + 1 where workspace_id = $1 and id = $2",
            customer,
            &["customer"],
        ),
        (
            "update customers set last_activity_at = now() where workspace_id = $1 and id = $2",
            customer,
            &[],
        ),
        (
            "insert into customer_identifiers (workspace_id, kind, value, customer_id) values ($1, 'email', 'v@b.example', $2)",
            customer,
            &["customer"],
        ),
        (
            "insert into notes (workspace_id, id, customer_id, author_name, body) values ($1, gen_random_uuid(), $2, 'P', 'b')",
            customer,
            &["customer"],
        ),
        (
            "insert into notes (workspace_id, id, account_id, author_name, body) values ($1, gen_random_uuid(), $2, 'P', 'b')",
            account,
            &["account"],
        ),
        (
            "update accounts set name = 'N', version = version + 1 where workspace_id = $1 and id = $2",
            account,
            &["account"],
        ),
        (
            "insert into notifications (workspace_id, user_id, id, kind, ticket_id, message_id, actor_name, excerpt, created_at) select $1, $2, $2, 'mention', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'A', 'e', now()",
            person,
            &["waiting"],
        ),
        (
            "update notifications set read_at = now() where workspace_id = $1 and user_id = $2",
            person,
            &["waiting"],
        ),
        ("delete from notifications where workspace_id = $1 and user_id = $2", person, &[]),
        (
            "update tickets set status = 'closed' where workspace_id = $1 and id = $2",
            ticket,
            &["ticket", "waiting"],
        ),
        ("delete from sessions where workspace_id = $1 and user_id = $2", person, &["sessions"]),
    ];
    for (sql, id, expected) in steps {
        world.run(sql, id).await;
        let now = world.now().await;
        let found = world.store.changes(from, 100).await.unwrap();
        assert_eq!(words(&found.rows), expected, "{sql}");
        assert!(found.rows.iter().all(|c| c.workspace == world.workspace), "{sql}");
        from = now;
    }
    // A whole request of events about one customer is one change.
    let mut tx = world.store.begin().await.unwrap();
    event(&mut tx, &world, world.customer).await;
    event(&mut tx, &world, world.customer).await;
    tx.commit().await.unwrap();
    let (rows, _) = world.read(from).await;
    assert_eq!((words(&rows), &rows[0].topic), (vec!["timeline"], &page(world.customer)));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_reader_of_one_page_gets_what_it_shows_and_no_more(pool: PgPool) {
    let world = World::new(pool).await;
    let start = world.now().await;
    let elsewhere = WorkspaceId::generate();
    let reader = UserId(Uuid::from_u128(9));
    let (own, other) = (page(world.customer), page(CustomerId::generate()));
    for (workspace, topic, hint) in [
        (world.workspace, &own, "timeline"),
        (world.workspace, &other, "timeline"),
        (world.workspace, &Topic::inbox(), "ticket"),
        (world.workspace, &Topic::person(reader), "waiting"),
        (world.workspace, &Topic::person(UserId(Uuid::from_u128(10))), "mine"),
        (elsewhere, &own, "ticket"),
        (elsewhere, &Topic::everybody(), "waiting"),
    ] {
        sqlx::query("insert into changes (workspace_id, topic, hint) values ($1, $2, $3)")
            .bind(workspace.0)
            .bind(topic.as_str())
            .bind(hint)
            .execute(world.store.pool())
            .await
            .unwrap();
    }
    world.now().await;
    let of = async |topics: &[Topic]| {
        world.store.changes_of(world.workspace, topics, start, 10).await.unwrap().rows
    };
    assert_eq!(words(&of(&[own.clone(), Topic::person(reader)]).await), ["timeline", "waiting"]);
    assert_eq!(words(&of(&[Topic::inbox()]).await), ["ticket"]);
    assert_eq!(words(&of(&[Topic::everybody()]).await), [""; 0]);
    let part = world.store.changes(start, 3).await.unwrap();
    assert!(part.cut && part.rows.len() == 3);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn old_changes_are_swept_and_new_ones_stay(pool: PgPool) {
    let world = World::new(pool).await;
    for age in [20, 11, 1] {
        sqlx::query("insert into changes (workspace_id, topic, hint, at) values ($1, 'inbox', 'ticket ' || $2::uuid, now() - make_interval(mins => $3))")
            .bind(world.workspace.0)
            .bind(CustomerId::generate().0)
            .bind(age)
            .execute(world.store.pool())
            .await
            .unwrap();
    }
    assert_eq!(world.store.sweep_changes(600.0, 1).await.unwrap(), 1);
    assert_eq!(world.store.sweep_changes(600.0, 100).await.unwrap(), 1);
    assert_eq!(world.store.sweep_changes(600.0, 100).await.unwrap(), 0);
}
