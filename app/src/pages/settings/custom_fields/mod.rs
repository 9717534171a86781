//! Custom fields: what a workspace keeps of customers, accounts and tickets beyond the defaults.

mod form;

use crate::page_table::{self, PageInfo};
use crate::panes::sensitive::Lock;
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::{ServerPage, action_button, page_error};
use crate::ui::icon::Icon;
use form::{create_form, edit_form};
use leptos::prelude::*;
use rapport_domain::fields::{FieldDef, FieldEdit, FieldEntity, FieldType, NewField, suggest_key};
use rapport_domain::{AppError, Permission};
use rapport_services::{Result, fields};

pub struct CustomFields;

impl ServerPage for CustomFields {
    const PAGE: PageInfo = page_table::CUSTOM_FIELDS;
    const ABOUT: &'static str = "Fields of your own on customers, accounts and tickets. Your servers set them by key through the API, agents by hand.";
    const FLASHES: &'static [(&'static str, &'static str)] = &[
        ("created", "Field created"),
        ("saved", "Field saved"),
        ("archived", "Field archived"),
        ("restored", "Field restored"),
    ];
    type Data = Vec<FieldDef>;

    async fn load(request: &PageRequest) -> Result<Vec<FieldDef>> {
        fields::list(&request.ctx, None, true).await
    }

    async fn act(request: &PageRequest, form: &FormData) -> Result<&'static str> {
        match form.text("do") {
            "create" => {
                let kind: FieldType = form.parse("kind")?;
                let label = form.text("label").to_string();
                let key = form.filled("key").unwrap_or_else(|| suggest_key(&label));
                // The choices may have been typed before another type was chosen.
                let options =
                    if kind.rules().has_options() { form.lines("options") } else { Vec::new() };
                let (entity, sensitive) = (form.parse("entity")?, form.ticked("sensitive"));
                let field = NewField { entity, key, label, kind, options, sensitive };
                fields::create(&request.ctx, field).await?;
                Ok("created")
            }
            "edit" => {
                let options = form.ticked("options").then(|| form.lines("options"));
                let label = Some(form.text("label").to_string());
                let sensitive = Some(form.ticked("sensitive"));
                let edit = FieldEdit { label, options, sensitive, ..FieldEdit::default() };
                fields::update(&request.ctx, form.parse("id")?, edit).await?;
                Ok("saved")
            }
            action @ ("archive" | "restore") => {
                let archived = action == "archive";
                let edit = FieldEdit { archived: Some(archived), ..FieldEdit::default() };
                fields::update(&request.ctx, form.parse("id")?, edit).await?;
                Ok(if archived { "archived" } else { "restored" })
            }
            _ => Err(AppError::NotFound),
        }
    }

    fn view(all: Vec<FieldDef>, request: &PageRequest, state: &FormState) -> AnyView {
        let form = match request.query("edit") {
            Some("new") => Some(create_form(&state.of("create"))),
            Some(id) => {
                let field = all.iter().find(|f| f.id.to_string() == id && !f.archived);
                let may_see = request.viewer.may(Permission::CustomersSensitive);
                field.map(|field| edit_form(field, may_see, &state.of("edit")))
            }
            None => None,
        };
        let sections = FieldEntity::ALL.iter().map(|entity| {
            let of = |archived| {
                all.iter().filter(move |f| f.entity == *entity && f.archived == archived)
            };
            section(*entity, of(false).map(row).collect(), of(true).map(row).collect())
        });
        view! {
            {page_error(state, &["archive", "restore"])}
            <p><a class="btn primary" href=format!("{}?edit=new", Self::PAGE.path)><Icon name="plus" />"New field"</a></p>
            {form}
            {sections.collect_view()}
        }
        .into_any()
    }
}

fn section(entity: FieldEntity, rows: Vec<AnyView>, archived: Vec<AnyView>) -> impl IntoView {
    let title = format!("{} fields", entity.label());
    let count = archived.len();
    view! {
        <section class="field-section" aria-label=title.clone()>
            <h2>{title.clone()}</h2>
            {if rows.is_empty() {
                view! { <p class="hint">{format!("No custom fields on {}s yet.", entity.as_str())}</p> }.into_any()
            } else {
                view! { <ul class="field-list">{rows}</ul> }.into_any()
            }}
            {(count > 0).then(|| view! {
                <details class="archived">
                    <summary class="hint">{format!("{count} archived")}</summary>
                    <ul class="field-list">{archived}</ul>
                </details>
            })}
        </section>
    }
}

fn row(field: &FieldDef) -> AnyView {
    let (id, label) = (field.id.to_string(), field.label.clone());
    let (action, verb) =
        if field.archived { ("restore", "Restore") } else { ("archive", "Archive") };
    let choices = field.options.join(" · ");
    let edit = (!field.archived).then(|| {
        let href = format!("{}?edit={id}", CustomFields::PAGE.path);
        view! { <a class="icon-btn" title="Edit" href=href aria-label=format!("Edit {label}")><Icon name="pencil" /></a> }
    });
    view! {
        <li class="field-line">
            <Icon name=field.kind.rules().icon() />
            <span class="field-name">
                <strong>{label.clone()}</strong>
                {field.sensitive.then(|| view! { <Lock /> })}
                <code>{field.key.clone()}</code>
                {(!choices.is_empty()).then(|| view! { <span class="hint clip" title=choices.clone()>{choices.clone()}</span> })}
            </span>
            <span class="hint">{field.kind.label()}</span>
            {action_button(CustomFields::PAGE.path, action, verb, &id, &label)}
            {edit}
        </li>
    }
    .into_any()
}
