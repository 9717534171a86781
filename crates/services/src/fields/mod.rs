//! Custom fields: their definitions, checking values against them, and who sees which.

mod sensitive;

pub use sensitive::reveal;
pub(crate) use sensitive::{kept, show};

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::error::Problems;
use rapport_domain::fields::{
    self as rules, FieldDef, FieldEdit, FieldEntity, FieldValues, FormValues, NOT_YOURS_TO_CHANGE,
    NewField,
};
use rapport_domain::{AppError, FieldId, Permission, limits, text};
use rapport_store::custom_fields as store;
use serde_json::json;

/// The fields of an entity, or of all; archived ones on demand.
pub async fn list(ctx: &Ctx, entity: Option<FieldEntity>, archived: bool) -> Result<Vec<FieldDef>> {
    ctx.require(Permission::WorkspaceRead)?;
    Ok(ctx.store.custom_fields(ctx.workspace, entity, archived).await?)
}

/// Creates a field, last in its entity's order.
pub async fn create(ctx: &Ctx, input: NewField) -> Result<FieldDef> {
    ctx.require(Permission::SettingsWrite)?;
    let mut problems = Problems::default();
    let key = problems.check(rules::key(input.entity, &input.key));
    let label = problems.check(text::required_line("label", &input.label, limits::NAME_CHARS));
    let options = problems.check(rules::options(input.kind, &input.options));
    problems.finish()?;
    let (Some(key), Some(label), Some(options)) = (key, label, options) else {
        return Err(crate::internal("a checked form has no values"));
    };
    let field = NewField { key, label, options, ..input };
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    room(store::count(&mut tx, ctx.workspace, field.entity).await?)?;
    let id = store::insert(&mut tx, ctx.workspace, &field, ctx.now).await.map_err(|e| {
        if e.is_constraint("custom_fields_workspace_id_entity_key_key") {
            let message = format!("“{}” is in use; an archived field keeps its key.", field.key);
            return AppError::invalid("key", message);
        }
        e.into()
    })?;
    let detail = json!({ "entity": field.entity, "key": field.key });
    let field = store::lock(&mut tx, ctx.workspace, id).await?;
    tx.commit_audited(Action::CustomFieldCreated, id, detail).await?;
    Ok(field)
}

/// Changes label, choices, position or whether it is sensitive, archives or brings back. Key and type
/// stay for good: values and integrations depend on them.
pub async fn update(ctx: &Ctx, id: FieldId, edit: FieldEdit) -> Result<FieldDef> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let before = store::lock(&mut tx, ctx.workspace, id).await?;
    let mut after = before.clone();
    let mut problems = Problems::default();
    if let Some(label) = &edit.label
        && let Some(label) = problems.check(text::required_line("label", label, limits::NAME_CHARS))
    {
        after.label = label;
    }
    if let Some(options) = &edit.options
        && let Some(options) = problems.check(rules::options(before.kind, options))
    {
        after.options = options;
    }
    after.sensitive = edit.sensitive.unwrap_or(before.sensitive);
    // Else it would be a way round the permission to see what is in it.
    if before.sensitive && !after.sensitive && !may_see(ctx) {
        problems.add(
            "sensitive",
            "Only people whose role lets them see this field can open it to all.",
        );
    }
    problems.finish()?;
    after.position = edit.position.unwrap_or(before.position);
    after.archived = edit.archived.unwrap_or(before.archived);
    if before.archived && !after.archived {
        room(store::count(&mut tx, ctx.workspace, before.entity).await?)?;
    }
    store::update(&mut tx, ctx.workspace, &after, ctx.now).await?;
    let detail = json!({ "from": before, "to": after });
    tx.commit_audited(Action::CustomFieldChanged, id, detail).await?;
    Ok(after)
}

/// Hides a field and closes it to new values; those there are stay.
pub async fn archive(ctx: &Ctx, id: FieldId) -> Result<FieldDef> {
    let edit = FieldEdit { archived: Some(true), ..FieldEdit::default() };
    update(ctx, id, edit).await
}

fn room(in_use: i64) -> Result<()> {
    if in_use < limits::CUSTOM_FIELDS_MAX as i64 {
        return Ok(());
    }
    let message =
        format!("At most {} fields are possible; archive one first.", limits::CUSTOM_FIELDS_MAX);
    Err(AppError::invalid("key", message))
}

/// What a change of these custom fields is checked against; a sensitive one is refused to people who may
/// not see it.
pub(crate) async fn for_input(
    ctx: &Ctx,
    entity: FieldEntity,
    given: &FieldValues,
) -> Result<Vec<FieldDef>> {
    let defs = needed(ctx, entity, given.is_empty()).await?;
    refuse_sensitive(ctx, &defs, given.keys().map(String::as_str))?;
    Ok(defs)
}

/// The same of a form, which leaves a sensitive field alone where nothing was typed.
pub(crate) async fn for_form(
    ctx: &Ctx,
    entity: FieldEntity,
    form: FormValues<'_>,
) -> Result<Vec<FieldDef>> {
    let none = form.texts.is_empty() && form.cleared.is_empty();
    let defs = needed(ctx, entity, none).await?;
    refuse_sensitive(ctx, &defs, form.changed(&defs))?;
    Ok(defs)
}

/// The fields that traits are read into: what a key's agent may not change is no field for them.
pub(crate) async fn for_traits(
    ctx: &Ctx,
    entity: FieldEntity,
    none: bool,
) -> Result<Vec<FieldDef>> {
    let mut defs = needed(ctx, entity, none).await?;
    defs.retain(|def| !def.sensitive || may_change(ctx));
    Ok(defs)
}

/// The definitions that a write needs: none when it sets no custom field.
async fn needed(ctx: &Ctx, entity: FieldEntity, none: bool) -> Result<Vec<FieldDef>> {
    if none {
        return Ok(Vec::new());
    }
    Ok(ctx.store.custom_fields(ctx.workspace, Some(entity), false).await?)
}

fn may_see(ctx: &Ctx) -> bool {
    ctx.permissions().contains(Permission::CustomersSensitive)
}

/// Servers and browsers write what they cannot read; people change nothing unseen.
fn may_change(ctx: &Ctx) -> bool {
    ctx.user().is_none() || may_see(ctx)
}

fn refuse_sensitive<'k>(
    ctx: &Ctx,
    defs: &[FieldDef],
    keys: impl Iterator<Item = &'k str>,
) -> Result<()> {
    if may_change(ctx) {
        return Ok(());
    }
    let mut problems = Problems::default();
    for key in keys {
        if let Some(def) = defs.iter().find(|def| def.key == key && def.sensitive) {
            problems.add(&rules::error_field(def), NOT_YOURS_TO_CHANGE);
        }
    }
    problems.finish()
}
