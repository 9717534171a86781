//! One custom field: what it is, and the forms that rename and archive it.

use super::Actions;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::fields::{FieldDef, FieldType};
use rapport_domain::{AppError, limits};

#[component]
pub fn FieldRow(field: FieldDef, actions: Actions) -> impl IntoView {
    let icon = match field.kind {
        FieldType::Text => "type",
        FieldType::Number => "hash",
        FieldType::Boolean => "toggle-left",
        FieldType::Date => "calendar",
        FieldType::Url => "link",
        FieldType::List => "list",
    };
    let archived = field.archived;
    let choices = field.options.join(" · ");
    let label = field.label.clone();
    view! {
        <li class="field-line">
            <Icon name=icon />
            <span class="field-name">
                <strong>{field.label.clone()}</strong>
                <code>{field.key.clone()}</code>
                {(!choices.is_empty()).then(|| view! { <span class="hint clip" title=choices.clone()>{choices.clone()}</span> })}
            </span>
            <span class="hint">{field.kind.label()}</span>
            <ActionForm action=actions.archive>
                <input type="hidden" name="id" value=field.id.to_string() />
                <input type="hidden" name="archived" value=(!archived).to_string() />
                <button class="btn quiet" type="submit" aria-label=format!("{} {label}", if archived { "Restore" } else { "Archive" })>
                    {if archived { "Restore" } else { "Archive" }}
                </button>
            </ActionForm>
            {(!archived).then(|| view! { <EditForm field actions /> })}
        </li>
    }
}

#[component]
fn EditForm(field: FieldDef, actions: Actions) -> impl IntoView {
    let edit = actions.edit;
    let id = field.id;
    // One action serves all rows: an error belongs to the row that was sent.
    let failed = move || {
        let ours = actions.sent.get() == Some(id);
        edit.value().get().and_then(Result::err).filter(|_| ours).map(|e| e.0)
    };
    let error =
        move |name: &'static str| Signal::derive(move || failed()?.field(name).map(String::from));
    let general = Signal::derive(move || {
        failed().filter(|e| !matches!(e, AppError::Invalid(_))).map(|e| e.to_string())
    });
    let options = field.options.join("\n");
    let is_list = field.kind == FieldType::List;
    view! {
        <details class="field-edit">
            <summary class="icon-btn" title="Edit" aria-label=format!("Edit {}", field.label)><Icon name="pencil" /></summary>
            <ActionForm action=edit attr:class="form" on:submit:capture=move |_| actions.sent.set(Some(id))>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="list" value=is_list.to_string() />
                <FormError message=general />
                <Field name="label" label="Label" value=field.label maxlength=limits::NAME_CHARS required=true error=error("label") />
                {is_list.then(|| view! {
                    <label class="field-row">
                        <span class="field-label">"Choices, one a line"</span>
                        <TextArea name="options" label="Choices, one a line" value=options rows=5 />
                        <FieldHelp id=format!("options-{id}") hint="Values that are no choice any more stay where they are." error=error("options") />
                    </label>
                })}
                <div class="form-actions"><button class="btn primary" type="submit" disabled=edit.pending()>"Save field"</button></div>
            </ActionForm>
        </details>
    }
}
