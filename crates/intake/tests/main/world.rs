//! A workspace with a mailbox, and an intake that files what comes.

use rapport_domain::{MailboxId, WorkspaceId};
use rapport_intake::{Intake, Stop, Verifier};
use rapport_store::{Store, users};
use sqlx::PgPool;
use std::time::Duration;
use tokio::sync::watch;

pub struct World {
    pub pool: PgPool,
    pub store: Store,
    pub workspace: WorkspaceId,
    pub mailbox: MailboxId,
    pub intake: Intake,
    pub stop: Stop,
    stopper: watch::Sender<bool>,
}

impl World {
    pub async fn new(pool: PgPool, known: &[(&str, &str)]) -> Self {
        let store = Store::from_pool(pool.clone());
        let workspace = insert_workspace(&store, "Acme").await;
        let mailbox = insert_mailbox(&pool, workspace, "support@acme.example").await;
        let (stopper, stop) = watch::channel(false);
        let (intake, _) = Intake::start(store.clone(), Verifier::knowing(known), stop.clone());
        Self { pool, store, workspace, mailbox, intake, stop, stopper }
    }

    /// The same world after a restart of the server.
    pub fn restarted(before: &Self) -> Self {
        let (stopper, stop) = watch::channel(false);
        let verifier = Verifier::knowing(&[]);
        let (intake, _) = Intake::start(before.store.clone(), verifier, stop.clone());
        Self {
            pool: before.pool.clone(),
            store: before.store.clone(),
            workspace: before.workspace,
            mailbox: before.mailbox,
            intake,
            stop,
            stopper,
        }
    }

    pub fn stop(&self) {
        self.stopper.send(true).unwrap();
    }

    pub async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Waits until a table has so many rows, and a while for more that should not come.
    pub async fn wait_for(&self, table: &str, rows: i64) {
        for _ in 0..600 {
            if self.count(table).await >= rows {
                tokio::time::sleep(Duration::from_millis(150)).await;
                assert_eq!(self.count(table).await, rows, "{table}");
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{table} has {} rows after 30 s, not {rows}", self.count(table).await);
    }
}

pub async fn insert_workspace(store: &Store, name: &str) -> WorkspaceId {
    let workspace = WorkspaceId::generate();
    let mut tx = store.begin().await.unwrap();
    users::insert_workspace(&mut tx, workspace, name).await.unwrap();
    tx.commit().await.unwrap();
    workspace
}

pub async fn insert_mailbox(pool: &PgPool, workspace: WorkspaceId, address: &str) -> MailboxId {
    let id = MailboxId::generate();
    sqlx::query(
        "insert into mailboxes (workspace_id, id, address, name) values ($1, $2, $3, 'Us')",
    )
    .bind(workspace.0)
    .bind(id.0)
    .bind(address)
    .execute(pool)
    .await
    .unwrap();
    id
}
