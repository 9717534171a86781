//! Macros, and what their variables stand for.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::fields::FieldValues;
use rapport_domain::macros::{Macro, NewMacro};
use rapport_domain::message::{Effect, MessageMode};
use rapport_domain::{CustomerId, MacroId, UserId, WorkspaceId, limits};
use sqlx::types::Json;

struct Row {
    id: MacroId,
    name: String,
    folder: String,
    body: String,
    mode: Option<MessageMode>,
    effects: Vec<String>,
    own: bool,
    version: i32,
}

impl From<Row> for Macro {
    fn from(r: Row) -> Self {
        // A word of a later version is left out: the rest still helps.
        let effects = r.effects.iter().filter_map(|e| e.parse().ok()).collect();
        let Row { id, name, folder, body, mode, own, version, .. } = r;
        Self { id, name, folder, body, mode, effects, own, version }
    }
}

/// What is known of a ticket, or of a customer who gets a new one, for the variables of a macro: words
/// that leave, so no sensitive ones.
#[derive(Debug)]
pub struct MacroFacts {
    pub customer_name: String,
    pub customer_email: Option<String>,
    pub customer_fields: Json<FieldValues>,
    pub account_name: Option<String>,
    pub account_fields: Option<Json<FieldValues>>,
    pub number: Option<i64>,
    pub subject: Option<String>,
    pub ticket_fields: Option<Json<FieldValues>>,
    pub workspace_name: String,
}

impl Store {
    /// All macros that everybody has, and those of one person, by folder and name.
    pub async fn macros(&self, workspace: WorkspaceId, user: Option<UserId>) -> Result<Vec<Macro>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select id as "id: MacroId", name, folder, body, mode as "mode: MessageMode", effects,
                owner_id is not null as "own!", version
            from macros where workspace_id = $1 and (owner_id is null or owner_id = $2)
            order by lower(folder), lower(name), id limit $3"#,
            workspace.0,
            user.map(|u| u.0),
            2 * limits::MACROS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(Macro::from).collect())
    }

    /// One of them.
    pub async fn one_macro(
        &self,
        workspace: WorkspaceId,
        user: Option<UserId>,
        id: MacroId,
    ) -> Result<Macro> {
        let row = sqlx::query_as!(
            Row,
            r#"select id as "id: MacroId", name, folder, body, mode as "mode: MessageMode", effects,
                owner_id is not null as "own!", version
            from macros where workspace_id = $1 and (owner_id is null or owner_id = $2) and id = $3"#,
            workspace.0,
            user.map(|u| u.0),
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        row.map(Macro::from).ok_or(StoreError::NotFound)
    }

    /// Those with `words` in their folder and name, those whose name starts with them first.
    pub async fn find_macros(
        &self,
        workspace: WorkspaceId,
        user: Option<UserId>,
        words: &str,
        limit: i64,
    ) -> Result<Vec<Macro>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select id as "id: MacroId", name, folder, body, mode as "mode: MessageMode", effects,
                owner_id is not null as "own!", version
            from macros where workspace_id = $1 and (owner_id is null or owner_id = $2)
                and strpos(lower(folder || ' ' || name), lower($3)) > 0
            order by strpos(lower(name), lower($3)) <> 1, lower(folder), lower(name), id limit $4"#,
            workspace.0,
            user.map(|u| u.0),
            words,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(Macro::from).collect())
    }

    /// What the macros of a ticket are filled with.
    pub async fn macro_facts(&self, workspace: WorkspaceId, number: i64) -> Result<MacroFacts> {
        sqlx::query_as!(
            MacroFacts,
            r#"select c.name as customer_name, c.email as customer_email,
                c.fields - sensitive_keys($1, 'customer')
                    as "customer_fields!: Json<FieldValues>", a.name as "account_name?",
                a.fields - sensitive_keys($1, 'account')
                    as "account_fields?: Json<FieldValues>", t.number as "number?",
                t.subject as "subject?", t.fields - sensitive_keys($1, 'ticket')
                    as "ticket_fields?: Json<FieldValues>",
                w.name as workspace_name
            from tickets t
            join workspaces w on w.workspace_id = t.workspace_id
            join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
            left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
            where t.workspace_id = $1 and t.number = $2"#,
            workspace.0,
            number,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }

    /// The same for a customer whose ticket is not opened yet.
    pub async fn macro_facts_of(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
    ) -> Result<MacroFacts> {
        sqlx::query_as!(
            MacroFacts,
            r#"select c.name as customer_name, c.email as customer_email,
                c.fields - sensitive_keys($1, 'customer')
                    as "customer_fields!: Json<FieldValues>", a.name as "account_name?",
                a.fields - sensitive_keys($1, 'account')
                    as "account_fields?: Json<FieldValues>", null::bigint as number,
                null::text as subject, null::jsonb as "ticket_fields: Json<FieldValues>",
                w.name as workspace_name
            from customers c
            join workspaces w on w.workspace_id = c.workspace_id
            left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
            where c.workspace_id = $1 and c.id = $2"#,
            workspace.0,
            customer.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }

    /// The number of the ticket that was active last.
    pub async fn newest_number(&self, workspace: WorkspaceId) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar!(
            "select number from tickets where workspace_id = $1 order by number desc limit 1",
            workspace.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

fn spelled(new: &NewMacro) -> Vec<String> {
    new.effects.iter().map(Effect::to_string).collect()
}

/// Adds a macro, `owner`'s alone or everybody's; the constraints `macros_shared_name` and
/// `macros_own_name` refuse a name in use. False when there are as many as there may be.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MacroId,
    owner: Option<UserId>,
    new: &NewMacro,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into macros (workspace_id, id, owner_id, name, folder, body, mode, effects)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (select count(*) from macros
            where workspace_id = $1 and owner_id is not distinct from $3) < $9",
        workspace.0,
        id.0,
        owner.map(|o| o.0),
        new.name,
        new.folder,
        new.body,
        new.mode.map(MessageMode::as_str),
        &spelled(new),
        limits::MACROS_MAX as i64,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the version of a macro that somebody saw; false when there is a newer one. Whose it is
/// stays: `owner` says where it has to be found.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MacroId,
    owner: Option<UserId>,
    version: i32,
    new: &NewMacro,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update macros set name = $5, folder = $6, body = $7, mode = $8, effects = $9,
            version = version + 1, updated_at = $10
        where workspace_id = $1 and id = $2 and owner_id is not distinct from $3 and version = $4",
        workspace.0,
        id.0,
        owner.map(|o| o.0),
        version,
        new.name,
        new.folder,
        new.body,
        new.mode.map(MessageMode::as_str),
        &spelled(new),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a macro; false when there is none.
pub async fn delete(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MacroId,
    owner: Option<UserId>,
) -> Result<bool> {
    let done = sqlx::query!(
        "delete from macros
        where workspace_id = $1 and id = $2 and owner_id is not distinct from $3",
        workspace.0,
        id.0,
        owner.map(|o| o.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
