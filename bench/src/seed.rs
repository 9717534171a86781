//! The customers that are measured. Only here is data made by SQL: a million events one by
//! one through the API would measure the API.

use rapport_domain::{CustomerId, WorkspaceId};
use sqlx::PgPool;

/// Sizes of the timelines.
const SIZES: [i64; 4] = [1_000, 100_000, 1_000_000, 10_000_000];
/// The largest one that is made, unless RAPPORT_BENCH_EVENTS says otherwise: ten million take
/// minutes and five gigabytes.
const SIZE_MAX: i64 = 1_000_000;
/// Identities that a merged customer consists of.
const IDENTITIES: i64 = 5;
/// Messages in a ticket.
const THREADS: [i64; 3] = [10, 50, 1_000];
const PROFILE_EVENTS: i64 = 60;
const PROFILE_TICKETS: i64 = 20;
/// Far above what the demo workspace has.
const FIRST_NUMBER: i64 = 9_000_000;

/// What was made, now or by an earlier run.
pub struct Seeded {
    /// The customer of the profile page.
    pub profile: CustomerId,
    /// Customers by their number of events.
    pub timelines: Vec<(i64, CustomerId)>,
    /// The same, each merged of five.
    pub merged: Vec<(i64, CustomerId)>,
    /// Tickets by their number of messages: whose, and the number.
    pub threads: Vec<(i64, CustomerId, i64)>,
}

pub async fn run(pool: &PgPool, workspace: WorkspaceId) -> anyhow::Result<Seeded> {
    let profile =
        customer(pool, workspace, "Bench profile", PROFILE_EVENTS, PROFILE_TICKETS).await?;
    let mut timelines = Vec::new();
    let mut merged = Vec::new();
    let most = std::env::var("RAPPORT_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    for size in SIZES.into_iter().filter(|size| *size <= most.unwrap_or(SIZE_MAX)) {
        let name = format!("Bench {size}");
        timelines.push((size, customer(pool, workspace, &name, size, 0).await?));
        let mut survivor = None;
        for n in 0..IDENTITIES {
            let name = format!("Bench {size} part {n}");
            let part = customer(pool, workspace, &name, size / IDENTITIES, 0).await?;
            let into = *survivor.get_or_insert(part);
            sqlx::query(
                "update customers set merged_into = $3
                where workspace_id = $1 and id = $2 and id <> $3 and merged_into is null",
            )
            .bind(workspace.0)
            .bind(part.0)
            .bind(into.0)
            .execute(pool)
            .await?;
        }
        merged.extend(survivor.map(|customer| (size, customer)));
    }
    let mut threads = Vec::new();
    for (n, messages) in (0..).zip(THREADS) {
        let number = FIRST_NUMBER + 1_000 + n;
        let owner = customer(pool, workspace, &format!("Bench thread {messages}"), 0, 0).await?;
        thread(pool, workspace, owner, number, messages).await?;
        threads.push((messages, owner, number));
    }
    Ok(Seeded { profile, timelines, merged, threads })
}

async fn thread(
    pool: &PgPool,
    workspace: WorkspaceId,
    owner: CustomerId,
    number: i64,
    messages: i64,
) -> anyhow::Result<()> {
    sqlx::query(THREAD)
        .bind(workspace.0)
        .bind(owner.0)
        .bind(messages)
        .bind(number)
        .execute(pool)
        .await?;
    Ok(())
}

async fn customer(
    pool: &PgPool,
    workspace: WorkspaceId,
    name: &str,
    events: i64,
    tickets: i64,
) -> anyhow::Result<CustomerId> {
    let found =
        sqlx::query_scalar("select id from customers where workspace_id = $1 and name = $2")
            .bind(workspace.0)
            .bind(name)
            .fetch_optional(pool)
            .await?;
    if let Some(id) = found {
        return Ok(CustomerId(id));
    }
    let id = CustomerId::generate();
    let mut tx = pool.begin().await?;
    // Seeding outlasts what a page may take.
    sqlx::query("set local statement_timeout = '10min'").execute(&mut *tx).await?;
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name) values ($1, $2, 'customer', $3)",
    )
    .bind(workspace.0)
    .bind(id.0)
    .bind(name)
    .execute(&mut *tx)
    .await?;
    for sql in [EVENTS, COUNTS, DAYS] {
        let query = sqlx::query(sql).bind(workspace.0).bind(id.0);
        let query = if sql == EVENTS { query.bind(events) } else { query };
        query.execute(&mut *tx).await?;
    }
    sqlx::query(TICKETS)
        .bind(workspace.0)
        .bind(id.0)
        .bind(tickets)
        .bind(FIRST_NUMBER)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    // Also sets the visibility map, as autovacuum would have by the time this matters.
    sqlx::query("vacuum analyze timeline_events").execute(pool).await?;
    Ok(id)
}

const EVENTS: &str = "insert into timeline_events
    (workspace_id, customer_id, occurred_at, id, kind, source, name, payload)
    select $1, $2, now() - n * interval '7 minutes', gen_random_uuid(),
        (array['event', 'event', 'event', 'event', 'error', 'help', 'crm', 'activity'])[1 + n % 8],
        'api', 'report_export_' || n % 7, jsonb_build_object('format', 'csv', 'columns', n % 40)
    from generate_series(1, $3) n";

const COUNTS: &str = "insert into timeline_counts (workspace_id, customer_id, kind, n)
    select workspace_id, customer_id, kind, count(*) from timeline_events
    where workspace_id = $1 and customer_id = $2 group by 1, 2, 3";

const DAYS: &str = "insert into timeline_days (workspace_id, customer_id, day, n, errors)
    select workspace_id, customer_id, (occurred_at at time zone 'utc')::date, count(*),
        count(*) filter (where kind = 'error')
    from timeline_events where workspace_id = $1 and customer_id = $2 group by 1, 2, 3";

const TICKETS: &str = "insert into tickets (workspace_id, id, number, customer_id, subject, status,
        channel, submitted_at, last_activity_at, last_message_text, last_message_channel)
    select $1, gen_random_uuid(), $4 + n, $2, 'Export to CSV drops column ' || n, 'open',
        'email', now() - n * interval '1 day', now() - n * interval '1 day',
        'It used to work until yesterday, now the last column is gone.', 'email'
    from generate_series(1, $3) n";

const THREAD: &str = "with ticket as (
        insert into tickets (workspace_id, id, number, customer_id, subject, status, channel,
            submitted_at, last_activity_at, message_count)
        values ($1, gen_random_uuid(), $4, $2, 'A long conversation', 'open', 'email',
            now() - interval '30 days', now(), $3)
        on conflict (workspace_id, number) do nothing returning id
    )
    insert into messages (workspace_id, id, ticket_id, kind, channel, author_name, body_text, sent_at)
    select $1, gen_random_uuid(), ticket.id, (array['customer', 'agent', 'note'])[1 + n % 3], 'email',
        'Alex Morgan', repeat('It used to work until yesterday, now the last column is gone. ', 6),
        now() - n * interval '20 minutes'
    from ticket, generate_series(1, $3) n";
