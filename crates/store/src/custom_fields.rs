//! Definitions of custom fields.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::fields::{FieldDef, FieldEntity, FieldType, NewField};
use rapport_domain::{FieldId, WorkspaceId, limits};

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
                archived_at is not null as "archived!"
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
            type as "kind: FieldType", options, position, archived_at is not null as "archived!"
        from custom_fields where workspace_id = $1 and id = $2 for update"#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
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
            (workspace_id, id, entity, key, label, type, options, position, created_at)
        select $1, $2, $3, $4, $5, $6, $7, coalesce(max(position), 0) + 1, $8
        from custom_fields where workspace_id = $1 and entity = $3",
        workspace.0,
        id.0,
        field.entity.as_str(),
        field.key,
        field.label,
        field.kind.as_str(),
        &field.options,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Writes label, choices, position and whether the field is archived.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    field: &FieldDef,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update custom_fields set label = $3, options = $4, position = $5,
            archived_at = case when not $6 then null else coalesce(archived_at, $7) end
        where workspace_id = $1 and id = $2",
        workspace.0,
        field.id.0,
        field.label,
        &field.options,
        field.position,
        field.archived,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
