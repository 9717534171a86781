//! What a backup and its restoration need of the database beside `pg_dump`.

use crate::{Result, Store, Tx};
use sqlx::AssertSqlSafe;

/// The database at one instant, as long as it is held.
#[derive(Debug)]
pub struct Snapshot {
    tx: Tx,
    /// What `pg_dump --snapshot` calls it.
    pub name: String,
}

impl Store {
    /// Holds the database at this instant, for a dump and the counts of its rows.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let mut tx =
            self.pool().begin_with("begin isolation level repeatable read, read only").await?;
        // A dump takes as long as it takes.
        sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
        let name: String =
            sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *tx).await?;
        Ok(Snapshot { tx, name })
    }

    /// How many tables there are: none in an empty database.
    pub async fn count_tables(&self) -> Result<i64> {
        let sql = "select count(*) from pg_tables where schemaname = 'public'";
        Ok(sqlx::query_scalar(sql).fetch_one(self.pool()).await?)
    }

    /// The version of the server: 170_006 is 17.6.
    pub async fn server_version(&self) -> Result<i32> {
        let sql = "select current_setting('server_version_num')::int";
        Ok(sqlx::query_scalar(sql).fetch_one(self.pool()).await?)
    }
}

impl Snapshot {
    /// Every table and how many rows it has, by name.
    pub async fn rows(&mut self) -> Result<Vec<(String, i64)>> {
        // What is gone after a restart anyway is not dumped.
        let sql =
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relpersistence = 'p'
            order by 1";
        let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *self.tx).await?;
        let mut rows = Vec::with_capacity(tables.len());
        for table in tables {
            // Its own name, from the catalogue.
            let quoted = table.replace('"', "\"\"");
            let sql = AssertSqlSafe(format!("select count(*) from \"{quoted}\""));
            let n: i64 = sqlx::query_scalar(sql).fetch_one(&mut *self.tx).await?;
            rows.push((table, n));
        }
        Ok(rows)
    }
}
