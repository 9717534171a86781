//! Reading the audit log, sealing it, and forgetting what is old.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Days, NaiveTime, Utc};
use rapport_domain::audit_log::{AuditLine, AuditQuery, Who};
use rapport_domain::{AccountId, ApiKeyId, CustomerId, UserId, Uuid, WorkspaceId};
use sqlx::{FromRow, Postgres, QueryBuilder};

/// Namesakes that a name finds.
const NAMED_MAX: i64 = 200;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    name: Option<String>,
    action: String,
    object: String,
    detail: serde_json::Value,
    address: String,
}

/// A seal, and whether its lines are as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    pub n: i64,
    pub rows: i32,
    pub hash: Vec<u8>,
    pub last_at: DateTime<Utc>,
    /// Its lines are gone, because they were old.
    pub forgotten: bool,
    /// Lines that are there, and the hash that they and the seal before make.
    pub there: i64,
    pub made: Vec<u8>,
}

impl Store {
    /// Lines of the log, newest first; about one of `objects`, if there are any.
    pub async fn audit_lines(
        &self,
        workspace: WorkspaceId,
        query: &AuditQuery,
        objects: &[String],
        limit: i64,
    ) -> Result<Vec<AuditLine>> {
        let mut sql = QueryBuilder::<Postgres>::new(
            "select a.id, a.at, a.actor_kind, a.actor_id, coalesce(u.name, k.name) as name, a.action,
                a.object, a.detail, a.address
            from audit_log a
            left join users u on a.actor_kind = 'user' and u.workspace_id = a.workspace_id
                and u.id = a.actor_id
            left join api_keys k on a.actor_kind = 'api_key' and k.workspace_id = a.workspace_id
                and k.id = a.actor_id
            where a.workspace_id = ",
        );
        sql.push_bind(workspace.0);
        if let Some(person) = query.person {
            sql.push(" and a.actor_id = ").push_bind(person.0);
        }
        if let Some(action) = query.action {
            sql.push(" and a.action = ").push_bind(action.as_str());
        }
        if !objects.is_empty() {
            sql.push(" and a.object = any(").push_bind(objects).push(")");
        }
        if let Some(from) = query.from {
            sql.push(" and a.at >= ").push_bind(from.and_time(NaiveTime::MIN).and_utc());
        }
        if let Some(end) = query.to.and_then(|day| day.checked_add_days(Days::new(1))) {
            sql.push(" and a.at < ").push_bind(end.and_time(NaiveTime::MIN).and_utc());
        }
        if let Some(after) = query.after {
            sql.push(" and a.id < ").push_bind(after);
        }
        sql.push(" order by a.id desc limit ").push_bind(limit);
        let rows: Vec<Row> = sql.build_query_as().fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(line).collect())
    }

    /// Ids, as the log says them, of people and keys of this name, and of customers and accounts where `all`.
    pub async fn named(
        &self,
        workspace: WorkspaceId,
        name: &str,
        all: bool,
    ) -> Result<Vec<String>> {
        let rows = sqlx::query!(
            r#"select id as "id!", 'u' as "kind!" from users
                where workspace_id = $1 and lower(name) = lower($2)
            union all select id, 'k' from api_keys where workspace_id = $1 and lower(name) = lower($2)
            union all (select id, 'c' from customers
                where workspace_id = $1 and $3 and lower(name) = lower($2) and merged_into is null
                limit $4)
            union all (select id, 'a' from accounts
                where workspace_id = $1 and $3 and lower(name) = lower($2) limit $4)"#,
            workspace.0,
            name,
            all,
            NAMED_MAX,
        )
        .fetch_all(self.pool())
        .await?;
        let text = |id: Uuid, kind: &str| match kind {
            "u" => UserId(id).to_string(),
            "k" => ApiKeyId(id).to_string(),
            "c" => CustomerId(id).to_string(),
            _ => AccountId(id).to_string(),
        };
        Ok(rows.iter().map(|row| text(row.id, &row.kind)).collect())
    }

    /// Names of people, keys, customers and accounts, by their ids.
    pub async fn names_of(
        &self,
        workspace: WorkspaceId,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, String)>> {
        let rows = sqlx::query!(
            r#"select id as "id!", name as "name!" from users where workspace_id = $1 and id = any($2)
            union all select id, name from api_keys where workspace_id = $1 and id = any($2)
            union all select id, name from customers where workspace_id = $1 and id = any($2)
            union all select id, name from accounts where workspace_id = $1 and id = any($2)"#,
            workspace.0,
            ids,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
    }

    /// How many days the log is kept.
    pub async fn audit_log_days(&self, workspace: WorkspaceId) -> Result<i32> {
        Ok(sqlx::query_scalar!(
            "select audit_log_days from workspaces where workspace_id = $1",
            workspace.0
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Seals up to `most` lines that are in no seal yet; answers how many.
    pub async fn seal_audit_log(&self, workspace: WorkspaceId, most: i32) -> Result<i32> {
        Ok(sqlx::query_scalar!(r#"select seal_audit_log($1, $2) as "n!""#, workspace.0, most)
            .fetch_one(self.pool())
            .await?)
    }

    /// Lines that are in no seal yet, counted to a million.
    pub async fn unsealed_lines(&self, workspace: WorkspaceId) -> Result<i64> {
        Ok(sqlx::query_scalar!(
            r#"select count(*) as "n!" from (select from audit_log
                where workspace_id = $1 and seal is null limit 1000000) some_lines"#,
            workspace.0
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Seals in their order, each with what its lines make now, after `after`.
    pub async fn audit_seals(
        &self,
        workspace: WorkspaceId,
        after: i64,
        before: &[u8],
        limit: i64,
    ) -> Result<Vec<Seal>> {
        Ok(sqlx::query_as!(
            Seal,
            r#"select n, rows, hash, last_at, forgotten_at is not null as "forgotten!",
                (select count(*) from audit_log a
                    where a.workspace_id = $1 and a.seal = s.n) as "there!",
                audit_seal_hash($1, n, coalesce(lag(hash) over (order by n), $3)) as "made!"
            from audit_seals s where workspace_id = $1 and n > $2 order by n limit $4"#,
            workspace.0,
            after,
            before,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Forgets the lines of the oldest seal whose lines all were written before the workspace keeps
    /// any; answers whether there was one.
    pub async fn forget_audit_seal(&self, workspace: WorkspaceId) -> Result<bool> {
        let mut tx = self.pool().begin().await?;
        let old = sqlx::query_scalar!(
            "select n from audit_seals s join workspaces w on w.workspace_id = s.workspace_id
            where s.workspace_id = $1 and forgotten_at is null
                and last_at < now() - make_interval(days => w.audit_log_days)
            order by n limit 1",
            workspace.0,
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(old) = old else { return Ok(false) };
        sqlx::query("set local rapport.forgets_audit = 'on'").execute(&mut *tx).await?;
        sqlx::query!(
            "delete from audit_log where workspace_id = $1 and seal = $2",
            workspace.0,
            old
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update audit_seals set forgotten_at = now() where workspace_id = $1 and n = $2",
            workspace.0,
            old
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Sets how many days the log is kept.
pub async fn set_days(tx: &mut Tx, workspace: WorkspaceId, days: i32) -> Result<()> {
    sqlx::query!(
        "update workspaces set audit_log_days = $2 where workspace_id = $1",
        workspace.0,
        days
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn line(row: Row) -> AuditLine {
    let who = match (row.actor_kind.as_str(), row.actor_id, row.name) {
        ("user", Some(id), name) => Who::Person(UserId(id), name.unwrap_or_default()),
        ("api_key", _, name) => Who::Key(name.unwrap_or_default()),
        ("operator", ..) => Who::Operator,
        _ => Who::System,
    };
    AuditLine {
        id: row.id,
        at: row.at,
        who,
        action: row.action,
        object: row.object,
        detail: row.detail,
        address: row.address,
    }
}
