//! What is left of a customer who was deleted: nothing.

use crate::inbound::{mail, sent, take};
use crate::mailboxes::http;
use crate::world::{World, insert_customer};
use rapport_domain::merge::MergeForm;
use rapport_domain::note::{NewNote, NoteTarget};
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_domain::timeline::TimelineQuery;
use rapport_domain::{AppError, CustomerId};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::timeline::ingest_json;
use rapport_services::{customers, notes, tickets, timeline};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;

/// A mail with a file.
fn with_file(from: &str) -> Vec<u8> {
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nSee the file\r\n--b\r\n\
        Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n\
        hello\r\n--b--";
    mail(
        from,
        "Message-ID: <one@x.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        parts,
    )
}

/// Columns of every table that hold one of these ids: "tickets.customer_id".
async fn left(pool: &PgPool, ids: &[sqlx::types::Uuid]) -> Vec<String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where table_schema = 'public' and c.data_type = 'uuid' and t.table_type = 'BASE TABLE'
            -- what open pages are told, for ten minutes
            and table_name <> 'changes'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(columns.len() > 100, "{}", columns.len());
    let mut left = Vec::new();
    for (table, column) in columns {
        let sql = format!("select count(*) from {table} where {column} = any($1)");
        let n: i64 =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_one(pool).await.unwrap();
        if n > 0 {
            left.push(format!("{table}.{column}"));
        }
    }
    left
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nothing_is_left_of_a_deleted_customer_and_nothing_goes_of_others(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let arrived = take(&admin, with_file("Ada <ada@x.example>")).await;
    let number = arrived.ticket_number;
    let (ticket, ada) = (arrived.ticket_id, arrived.customer_id);
    sent(&admin, number, "two@acme.example").await;
    let note = NewNote { body: "Prefers mornings".into() };
    notes::create(&admin, NoteTarget::Customer(ada), note).await.unwrap();
    let twin = insert_customer(&world.pool, world.workspace, "Ada Two").await;
    let form = MergeForm { other: twin, take: BTreeSet::new(), versions: None };
    let event = |n: usize| json!({"customer": {"id": twin}, "name": "clicked", "dedupe_key": n.to_string()});
    ingest_json(&admin, &world.ingest(), (0..5).map(event).collect()).await.unwrap();
    assert_eq!(customers::merge(&admin, ada, &form).await, Ok(ada));
    // Somebody else's ticket, in which Ada said something, and which was parted from one of hers.
    let other = NewTicket::new(world.customer, "Another matter", Channel::Email);
    let other = tickets::create(&admin, other).await.unwrap();
    sent(&admin, other.number, "three@acme.example").await;
    sqlx::query(
        "update messages set author_customer_id = $1, merged_from = $2 where ticket_id = $3",
    )
    .bind(ada.0)
    .bind(ticket.0)
    .bind(other.id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    let files = "select count(*) from attachments";
    assert_eq!(sqlx::query_scalar::<_, i64>(files).fetch_one(&world.pool).await.unwrap(), 1);
    let messages = "select id from messages where ticket_id = $1";
    let messages: Vec<sqlx::types::Uuid> =
        sqlx::query_scalar(messages).bind(ticket.0).fetch_all(&world.pool).await.unwrap();

    let goes = customers::deletion(&admin, twin).await.unwrap().goes;
    assert_eq!((goes.tickets, goes.messages, goes.files), (1, 2, 1));
    assert_eq!((goes.notes, goes.merged, goes.deleting_at), (1, 1, None));
    // Nobody but an admin, and nobody from elsewhere.
    let sam = world.ctx(&world.sam);
    assert_eq!(customers::delete(&sam, ada).await, Err(AppError::Forbidden));
    assert_eq!(customers::delete(&world.stranger().await, ada).await, Err(AppError::NotFound));
    assert_eq!(customers::delete(&admin, ada).await, Ok(true));

    world.store.count_batches(1_000).await.unwrap();
    let ids: Vec<_> = [ada.0, twin.0, ticket.0].into_iter().chain(messages).collect();
    assert_eq!(left(&world.pool, &ids).await, Vec::<String>::new());
    for (table, rows) in
        [("raw_emails", 0), ("attachments", 0), ("orphaned_files", 1), ("messages", 1)]
    {
        assert_eq!(crate::inbound::count(&world.pool, table).await, rows, "{table}");
    }
    let rest = customers::get(&admin, world.customer).await.unwrap();
    assert_eq!(rest.total_tickets, 1);
    assert_eq!(customers::deletion(&admin, ada).await.unwrap_err(), AppError::NotFound);
    // Whoever writes again is somebody new.
    let again = take(&admin, with_file("Ada <ada@x.example>")).await;
    let again = again.customer_id;
    assert_ne!(again, ada);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_much_is_deleted_by_a_job(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let sql = "insert into timeline_events (workspace_id, customer_id, occurred_at, id, kind, source, name)
        select $1, $2, now() - n * interval '1 second', gen_random_uuid(), 'event', 'api', 'n'
        from generate_series(1, 11000) n";
    sqlx::query(sql)
        .bind(world.workspace.0)
        .bind(world.customer.0)
        .execute(&world.pool)
        .await
        .unwrap();
    let counts = "insert into timeline_counts values ($1, $2, 'event', 11000)";
    sqlx::query(counts)
        .bind(world.workspace.0)
        .bind(world.customer.0)
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(customers::delete(&admin, world.customer).await, Ok(false));
    let since = customers::deletion(&admin, world.customer).await.unwrap().goes.deleting_at;
    assert!(since.is_some());
    // Asked for once more, it runs once.
    assert_eq!(customers::delete(&admin, world.customer).await, Ok(false));
    let env = JobEnv {
        store: world.store.clone(),
        keys: Default::default(),
        public_url: String::new(),
        http: http(),
    };
    assert_eq!(run_due(&env).await, 1);
    assert_eq!(left(&world.pool, &[world.customer.0]).await, Vec::<String>::new());
    let gone: CustomerId = world.customer;
    let seen = timeline::open_timeline(&admin, gone, &TimelineQuery::default()).await;
    assert_eq!(seen.unwrap_err(), AppError::NotFound);
}
