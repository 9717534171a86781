//! A pool of connections, and as whom they work: as the owner of all tables, or under the role that
//! sees the rows of one workspace and no others (`0172_workspaces_apart.sql`).
//!
//! Whoever takes a connection says as whom in the trip that asks whether it still stands, or in the
//! one that begins a transaction. Both set it anew each time: nothing is left of who had it before.

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use rapport_domain::WorkspaceId;
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::postgres::{
    PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgQueryResult, PgRow, PgStatement,
    PgTypeInfo,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Describe, Either, Error, Execute, Executor,
    Postgres, SqlStr,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// How long the question whether there is a net may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Under a policy the planner keeps a branch that cannot hold, such as those of a timeline that some
/// kinds are asked of, and would start workers for each time that it is not run.
const NO_WORKERS: (&str, &str) = ("max_parallel_workers_per_gather", "0");

/// Whether row-level security stands behind what a workspace's own store reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Net {
    Stands,
    /// The database refuses the role it takes; why, in words.
    Missing(String),
}

/// As whom the connection that is being taken works.
#[derive(Debug, Clone, Copy)]
enum Taken {
    Owner,
    Within(WorkspaceId),
    /// The transaction that follows says it itself.
    Transaction,
}

tokio::task_local! {
    /// Set around each look into the pool, for its hooks. Without it they refuse.
    static TAKEN: Taken;
}

/// The way to a pool, as the owner or within a workspace; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections {
    pool: PgPool,
    within: Option<WorkspaceId>,
    net: Arc<OnceCell<Net>>,
}

impl Connections {
    /// A pool that connects when it is used. A connection that begins a transaction within `fresh`
    /// of its last use is not asked whether it still stands.
    pub(crate) fn lazy(
        pool: PgPoolOptions,
        connect: PgConnectOptions,
        fresh: Option<Duration>,
    ) -> Self {
        let pool = pool
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(take_on(connection)))
            .before_acquire(move |connection, meta| Box::pin(take_again(connection, meta, fresh)))
            .connect_lazy_with(connect.options([NO_WORKERS]));
        Self { pool, within: None, net: Arc::default() }
    }

    /// Connections to the same database as somebody else's, and closed with them: those say as
    /// whom they work to nobody.
    pub(crate) fn beside(theirs: &PgPool) -> Self {
        let options = theirs.options();
        let pool = PgPoolOptions::new()
            .max_connections(options.get_max_connections())
            .acquire_timeout(options.get_acquire_timeout());
        let ours = Self::lazy(pool, PgConnectOptions::clone(&theirs.connect_options()), None);
        let (theirs, pool) = (theirs.clone(), ours.pool.clone());
        tokio::spawn(async move {
            theirs.close_event().await;
            pool.close().await;
        });
        ours
    }

    /// The same, bounded to a workspace.
    pub(crate) fn within(&self, workspace: WorkspaceId) -> Self {
        Self { within: Some(workspace), ..self.clone() }
    }

    /// The same as the owner.
    pub(crate) fn as_owner(&self) -> Self {
        Self { within: None, ..self.clone() }
    }

    /// Whether there is a net; asked once and then remembered.
    pub async fn net(&self) -> Result<&Net, Error> {
        let ask = async || {
            // A connection of its own, with more patience: a server that starts is no page that waits.
            let mut connection = self.pool.connect_options().connect().await?;
            let trouble = sqlx::query_scalar!("select workspaces_apart_trouble()")
                .fetch_one(&mut connection)
                .await?;
            connection.close().await?;
            Ok::<_, Error>(trouble.map_or(Net::Stands, Net::Missing))
        };
        let asked = async || timeout(PATIENCE, ask()).await.map_err(|_| Error::PoolTimedOut)?;
        self.net.get_or_try_init(asked).await
    }

    /// The workspace that connections are bounded to: none without a net.
    async fn bounds(&self) -> Result<Option<WorkspaceId>, Error> {
        let Some(workspace) = self.within else { return Ok(None) };
        Ok(match self.net().await? {
            Net::Stands => Some(workspace),
            Net::Missing(_) => None,
        })
    }

    async fn taken(&self) -> Result<Taken, Error> {
        Ok(self.bounds().await?.map_or(Taken::Owner, Taken::Within))
    }

    /// Takes a connection.
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, Error> {
        TAKEN.scope(self.taken().await?, self.pool.acquire()).await
    }

    /// Begins a transaction, in one trip with `more`: statements that need no parameters.
    pub(crate) async fn begin(&self, more: &str) -> Result<crate::Tx, Error> {
        let begin = match self.bounds().await? {
            Some(workspace) => format!("begin; {}; {more}", become_member("set local", workspace)),
            None => format!("begin; set local role none; {more}"),
        };
        // A UUID and what is written in this crate.
        TAKEN.scope(Taken::Transaction, self.pool.begin_with(AssertSqlSafe(begin))).await
    }

    /// Closes all: as if the database were gone, for tests.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// How it is connected to.
    pub(crate) fn options(&self) -> Arc<PgConnectOptions> {
        self.pool.connect_options()
    }
}

/// A UUID's text is letters, digits and hyphens: it can say nothing else.
fn become_member(set: &str, workspace: WorkspaceId) -> String {
    format!("{set} role rapport_app; {set} rapport.workspace = '{}'", workspace.0)
}

/// Says as whom a connection works, in a trip that also shows that it stands.
async fn take_on(connection: &mut PgConnection) -> Result<(), Error> {
    let nobody = |_| Error::Configuration("a connection was taken as nobody".into());
    let sql = match TAKEN.try_get().map_err(nobody)? {
        Taken::Transaction => return Ok(()),
        Taken::Owner => "set role none".to_string(),
        Taken::Within(workspace) => become_member("set", workspace),
    };
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

async fn take_again(
    connection: &mut PgConnection,
    meta: PoolConnectionMetadata,
    fresh: Option<Duration>,
) -> Result<bool, Error> {
    let begins = matches!(TAKEN.try_get(), Ok(Taken::Transaction));
    if begins && fresh.is_none_or(|fresh| meta.idle_for > fresh) {
        connection.ping().await?;
    }
    take_on(connection).await?;
    Ok(true)
}

/// As for a pool: each statement takes a connection for itself.
impl<'c> Executor<'c> for &'c Connections {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let rows = async move {
            let taken = self.taken().await?;
            let mut rows = self.pool.fetch_many(query);
            Ok::<_, Error>(stream::poll_fn(move |cx| {
                TAKEN.sync_scope(taken, || rows.poll_next_unpin(cx))
            }))
        };
        stream::once(rows).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        async move { TAKEN.scope(self.taken().await?, self.pool.fetch_optional(query)).await }
            .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        async move { TAKEN.scope(self.taken().await?, self.pool.prepare_with(sql, parameters)).await }
            .boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        async move { TAKEN.scope(self.taken().await?, self.pool.describe(sql)).await }.boxed()
    }
}
