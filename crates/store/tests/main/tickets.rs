use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::ticket::{
    Channel, Inbox, InboxQuery, InboxSort, Priority, Status, StatusFilter, TicketRow,
};
use rapport_domain::{CustomerId, TicketId, Uuid, WorkspaceId, limits};
use rapport_store::Store;
use rapport_store::tickets::{InsertTicket, insert_ticket};
use rapport_store::users::insert_workspace;
use sqlx::PgPool;
use std::collections::BTreeMap;

const TICKETS: usize = 120;

fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

pub async fn workspace(store: &Store) -> (WorkspaceId, CustomerId) {
    let (workspace, customer) = (WorkspaceId::generate(), CustomerId::generate());
    let mut tx = store.begin().await.unwrap();
    insert_workspace(&mut tx, workspace, "Acme").await.unwrap();
    sqlx::query(
        "insert into customers (workspace_id, id, kind, name) values ($1, $2, 'visitor', 'V')",
    )
    .bind(workspace.0)
    .bind(customer.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    (workspace, customer)
}

/// Many tickets, several of them at the same instant and with the same priority.
pub async fn fill(store: &Store, workspace: WorkspaceId, customer: CustomerId) {
    let mut tx = store.begin().await.unwrap();
    for n in 0..TICKETS {
        let ticket = InsertTicket {
            id: TicketId::generate(),
            number: None,
            customer,
            subject: "S",
            status: Status::ALL[n % 5],
            label: None,
            priority: Priority::ALL[n % 4],
            channel: Channel::Email,
            mailbox: None,
            assignee: None,
            team: None,
            tags: &[],
            fields: &BTreeMap::new(),
            submitted_at: noon() - TimeDelta::minutes((n as i64 * 7) % 30),
            closed_at: None,
        };
        let number = insert_ticket(&mut tx, workspace, &ticket).await.unwrap();
        assert_eq!(number, n as i64 + 1);
    }
    sqlx::query(
        "update tickets set last_activity_at = submitted_at + number % 3 * interval '1 hour'",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn walk(store: &Store, workspace: WorkspaceId, mut query: InboxQuery) -> Vec<TicketRow> {
    let mut rows = Vec::new();
    for _ in 0..=TICKETS {
        let Inbox { items, next, .. } = store.inbox(workspace, None, &query).await.unwrap();
        assert!(items.len() <= limits::PAGE_ROWS as usize);
        rows.extend(items);
        let Some(next) = next else { return rows };
        // The place travels through the address.
        query.after = Some(next.to_string().parse().unwrap());
    }
    panic!("the inbox has no end");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn every_order_shows_every_ticket_once(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let (acme, customer) = workspace(&store).await;
    fill(&store, acme, customer).await;
    let sql =
        "update tickets set resolution_due_at = submitted_at + interval '1 day' * (number % 7)";
    sqlx::query(sql).execute(&pool).await.unwrap();
    for sort in InboxSort::ALL {
        let query = InboxQuery { status: StatusFilter::All, sort, ..Default::default() };
        let rows = walk(&store, acme, query).await;
        let key = |r: &TicketRow| -> (i64, i64, Uuid) {
            match sort {
                InboxSort::Newest => (0, -r.last_activity_at.timestamp(), r.id.0),
                InboxSort::Oldest => (0, r.last_activity_at.timestamp(), r.id.0),
                InboxSort::Submitted => (0, -r.submitted_at.timestamp(), r.id.0),
                InboxSort::Due => (0, r.due.unwrap().at.timestamp(), r.id.0),
                InboxSort::Priority => {
                    (-i64::from(r.priority.rank()), -r.last_activity_at.timestamp(), r.id.0)
                }
            }
        };
        let keys: Vec<_> = rows.iter().map(key).collect();
        assert!(keys.windows(2).all(|w| (w[0].0, w[0].1) <= (w[1].0, w[1].1)), "{sort:?}");
        let mut numbers: Vec<_> = rows.iter().map(|r| r.number).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=TICKETS as i64), "{sort:?}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_inbox_is_one_workspaces(pool: PgPool) {
    let store = Store::from_pool(pool);
    let (acme, customer) = workspace(&store).await;
    let (other, _) = workspace(&store).await;
    fill(&store, acme, customer).await;
    let all = InboxQuery { status: StatusFilter::All, ..Default::default() };
    assert_eq!(walk(&store, other, all).await, []);
    assert_eq!(walk(&store, acme, InboxQuery::default()).await.len(), TICKETS * 2 / 5);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_undone_ticket_leaves_no_gap_in_the_numbers(pool: PgPool) {
    let store = Store::from_pool(pool);
    let (acme, customer) = workspace(&store).await;
    let fields = BTreeMap::new();
    let ticket = || InsertTicket {
        id: TicketId::generate(),
        number: None,
        customer,
        subject: "S",
        status: Status::New,
        label: None,
        priority: Priority::Normal,
        channel: Channel::Api,
        mailbox: None,
        assignee: None,
        team: None,
        tags: &[],
        fields: &fields,
        submitted_at: noon(),
        closed_at: None,
    };
    let mut undone = store.begin().await.unwrap();
    assert_eq!(insert_ticket(&mut undone, acme, &ticket()).await.unwrap(), 1);
    undone.rollback().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(insert_ticket(&mut tx, acme, &ticket()).await.unwrap(), 1);
    assert_eq!(insert_ticket(&mut tx, acme, &ticket()).await.unwrap(), 2);
}
