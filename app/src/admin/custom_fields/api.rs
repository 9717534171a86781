//! What the config of custom fields asks of the server.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::FieldId;
use rapport_domain::fields::{FieldDef, FieldEntity, FieldType};
use server_fn::codec::Json;
// What only the bodies of server functions need.
#[cfg(feature = "ssr")]
use rapport_domain::fields::{FieldEdit, NewField, suggest_key};

#[server(input = Json)]
pub async fn load_fields() -> Result<Vec<FieldDef>, Failure> {
    crate::api::run(async |ctx| rapport_services::fields::list(ctx, None, true).await).await
}

/// Creates a field; an empty key is made from the label, `options` has one choice a line.
#[server]
pub async fn create_field(
    entity: FieldEntity,
    label: String,
    key: String,
    kind: FieldType,
    options: Option<String>,
) -> Result<(), Failure> {
    let key = if key.trim().is_empty() { suggest_key(&label) } else { key };
    // A form without JavaScript shows the choices for every type.
    let options = if kind == FieldType::List { lines(options.as_deref()) } else { Vec::new() };
    let field = NewField { entity, key, label, kind, options };
    crate::api::run(async |ctx| rapport_services::fields::create(ctx, field).await.map(drop)).await
}

/// Renames a field; of a list also the choices, one a line. `list` says that the form had
/// them: an empty text arrives like none at all.
#[server]
pub async fn edit_field(
    id: FieldId,
    label: String,
    list: bool,
    options: Option<String>,
) -> Result<(), Failure> {
    let options = list.then(|| lines(options.as_deref()));
    let edit = FieldEdit { label: Some(label), options, ..FieldEdit::default() };
    crate::api::run(async |ctx| rapport_services::fields::update(ctx, id, edit).await.map(drop))
        .await
}

#[server]
pub async fn archive_field(id: FieldId, archived: bool) -> Result<(), Failure> {
    let edit = FieldEdit { archived: Some(archived), ..FieldEdit::default() };
    crate::api::run(async |ctx| rapport_services::fields::update(ctx, id, edit).await.map(drop))
        .await
}

#[cfg(feature = "ssr")]
fn lines(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .map(String::from)
        .collect()
}
