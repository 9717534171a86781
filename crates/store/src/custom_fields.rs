//! Definitions of custom fields.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::fields::{FieldDef, FieldEntity, FieldOwner, FieldType, NewField};
use rapport_domain::{CustomerId, FieldId, WorkspaceId, limits};
use serde_json::Value;

/// Labels of the past that a field keeps.
const FORMER_LABELS: i32 = 50;

impl Store {
    /// The fields of an entity, or of all, in their order; archived ones on demand.
    pub async fn custom_fields(
        &self,
        workspace: WorkspaceId,
        entity: Option<FieldEntity>,
        archived: bool,
    ) -> Result<Vec<FieldDef>> {
        // Archived ones do not count against the limit of an entity, hence twice as many rows.
        let most = 2 * limits::CUSTOM_FIELDS_MAX * FieldEntity::ALL.len();
        Ok(sqlx::query_as!(
            FieldDef,
            r#"select id as "id: FieldId", entity as "entity: FieldEntity", key, label,
                type as "kind: FieldType", options, position,
                archived_at is not null as "archived!", sensitive
            from custom_fields
            where workspace_id = $1 and ($2::text is null or entity = $2)
                and ($3 or archived_at is null)
            order by entity, archived_at is not null, position, created_at, id limit $4"#,
            workspace.0,
            entity.map(FieldEntity::as_str),
            archived,
            most as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Locks a field's definition until the transaction ends.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, id: FieldId) -> Result<FieldDef> {
    Ok(sqlx::query_as!(
        FieldDef,
        r#"select id as "id: FieldId", entity as "entity: FieldEntity", key, label,
            type as "kind: FieldType", options, position,
            archived_at is not null as "archived!", sensitive
        from custom_fields where workspace_id = $1 and id = $2 for update"#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The field of an entity with this key, archived or not; it does not change until the transaction ends.
pub async fn by_key(
    tx: &mut Tx,
    workspace: WorkspaceId,
    entity: FieldEntity,
    key: &str,
) -> Result<FieldDef> {
    Ok(sqlx::query_as!(
        FieldDef,
        r#"select id as "id: FieldId", entity as "entity: FieldEntity", key, label,
            type as "kind: FieldType", options, position,
            archived_at is not null as "archived!", sensitive
        from custom_fields where workspace_id = $1 and entity = $2 and key = $3 for share"#,
        workspace.0,
        entity.as_str(),
        key,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The value of a field, and whose it is: a merged customer's id leads to the one that took it in.
pub async fn value(
    tx: &mut Tx,
    workspace: WorkspaceId,
    owner: FieldOwner,
    key: &str,
) -> Result<(FieldOwner, Value)> {
    let (owner, value) = match owner {
        FieldOwner::Customer(id) => {
            let row = sqlx::query!(
                r#"select id as "id: CustomerId", fields->$3::text as value from customers
                where workspace_id = $1 and id = surviving_customer($1, $2)"#,
                workspace.0,
                id.0,
                key,
            )
            .fetch_one(&mut **tx)
            .await?;
            (FieldOwner::Customer(row.id), row.value)
        }
        FieldOwner::Account(id) => {
            let value = sqlx::query_scalar!(
                "select fields->$3::text as value from accounts where workspace_id = $1 and id = $2",
                workspace.0,
                id.0,
                key,
            );
            (owner, value.fetch_one(&mut **tx).await?)
        }
        FieldOwner::Ticket(number) => {
            let value = sqlx::query_scalar!(
                "select fields->$3::text as value from tickets where workspace_id = $1 and number = $2",
                workspace.0,
                number,
                key,
            );
            (owner, value.fetch_one(&mut **tx).await?)
        }
    };
    Ok((owner, value.unwrap_or_default()))
}

/// How many fields of an entity are in use; others who create one wait their turn.
pub async fn count(tx: &mut Tx, workspace: WorkspaceId, entity: FieldEntity) -> Result<i64> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::text || 'field:' || $2, 0))",
        workspace.0.to_string(),
        entity.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from custom_fields
        where workspace_id = $1 and entity = $2 and archived_at is null"#,
        workspace.0,
        entity.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Inserts a field after the others of its entity; the constraint
/// `custom_fields_workspace_id_entity_key_key` refuses a key in use.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    field: &NewField,
    now: DateTime<Utc>,
) -> Result<FieldId> {
    let id = FieldId::generate();
    sqlx::query!(
        "insert into custom_fields
            (workspace_id, id, entity, key, label, type, options, position, created_at, sensitive)
        select $1, $2, $3, $4, $5, $6, $7, coalesce(max(position), 0) + 1, $8, $9
        from custom_fields where workspace_id = $1 and entity = $3",
        workspace.0,
        id.0,
        field.entity.as_str(),
        field.key,
        field.label,
        field.kind.as_str(),
        &field.options,
        now,
        field.sensitive,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Writes label, choices, position, and whether the field is archived or sensitive. Labels that it had
/// are kept, the last [`FORMER_LABELS`] of them: events that named it so still tell of it.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    field: &FieldDef,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update custom_fields set label = $3, options = $4, position = $5,
            archived_at = case when not $6 then null else coalesce(archived_at, $7) end,
            sensitive = $8, former_labels = case when label = $3 then former_labels
                else (array_remove(array[label] || former_labels, $3))[:$9] end
        where workspace_id = $1 and id = $2",
        workspace.0,
        field.id.0,
        field.label,
        &field.options,
        field.position,
        field.archived,
        now,
        field.sensitive,
        FORMER_LABELS,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
