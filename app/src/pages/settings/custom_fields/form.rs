//! The forms that create a custom field and rename it.

use super::CustomFields;
use crate::server_page::form::FormState;
use crate::server_page::page::ServerPage;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::fields::{FieldDef, FieldEntity, FieldType};
use rapport_domain::limits;

/// The fields that show their own error.
const FIELDS: [&str; 4] = ["label", "key", "options", "sensitive"];

pub fn create_form(state: &FormState) -> AnyView {
    let path = CustomFields::PAGE.path;
    let entity = state.value("entity", FieldEntity::Customer.as_str());
    let kind = state.value("kind", FieldType::Text.as_str());
    let entities = FieldEntity::ALL.iter().map(
        |e| view! { <option value=e.as_str() selected=e.as_str() == entity>{e.label()}</option> },
    );
    let kinds = FieldType::ALL.iter().map(
        |t| view! { <option value=t.as_str() selected=t.as_str() == kind>{t.label()}</option> },
    );
    view! {
        <form class="form config-form new-field" method="post" action=format!("{path}?edit=new") aria-label="New field">
            <FormError message=state.general(&FIELDS) />
            <input type="hidden" name="do" value="create" />
            <div class="pair">
                <label class="field-row">
                    <span class="field-label">"Belongs to"</span>
                    <select name="entity">{entities.collect_view()}</select>
                </label>
                <label class="field-row">
                    <span class="field-label">"Type"</span>
                    <select name="kind">{kinds.collect_view()}</select>
                </label>
            </div>
            <div class="pair">
                <Field name="label" label="Label" required=true maxlength=limits::NAME_CHARS value=state.value("label", "") hint="What agents read, such as Plan at submit." error=state.error("label") />
                <Field name="key" label="Key" maxlength=limits::FIELD_KEY_CHARS value=state.value("key", "") hint="The name used in the API; it never changes. Leave empty to derive it from the label." error=state.error("key") />
            </div>
            // A style shows it for a list alone.
            <label class="field-row list-options">
                <span class="field-label">"Choices, one per line"</span>
                <TextArea name="options" label="Choices, one per line" rows=4 value=state.value("options", "") />
                <FieldHelp id="options-help".into() hint="" error=state.error("options") />
            </label>
            {sensitive(false, true, state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Create field"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Hiding a field is for everybody who sets fields up, opening it for those who may see it.
fn sensitive(now: bool, may_see: bool, state: &FormState) -> AnyView {
    let fixed = now && !may_see;
    let hint = if fixed {
        "Only people whose role lets them see this field can open it to all."
    } else {
        ""
    };
    view! {
        <div class="field-row">
            <label class="check">
                <input type="checkbox" name="sensitive" value="1" checked=state.ticked("sensitive", now) disabled=fixed aria-describedby="sensitive-help" />
                <span>"Sensitive: hidden until somebody with the permission asks to see it; each look is logged"</span>
            </label>
            // A box that is fixed is not sent.
            {fixed.then(|| view! { <input type="hidden" name="sensitive" value="1" /> })}
            <FieldHelp id="sensitive-help".into() hint error=state.error("sensitive") />
        </div>
    }
    .into_any()
}

/// `may_see`: the editor may see sensitive fields.
pub fn edit_form(field: &FieldDef, may_see: bool, state: &FormState) -> AnyView {
    let path = CustomFields::PAGE.path;
    let id = field.id.to_string();
    let options = field.kind.rules().has_options().then(|| {
        view! {
            <label class="field-row">
                <span class="field-label">"Choices, one per line"</span>
                <TextArea name="options" label="Choices, one per line" value=state.value("options", field.options.join("\n")) rows=5 />
                <FieldHelp id="options-help".into() hint="Existing values stay even if they are no longer a choice." error=state.error("options") />
            </label>
        }
    });
    view! {
        <form class="form config-form" method="post" action=format!("{path}?edit={id}") aria-label=format!("Edit {}", field.label)>
            <FormError message=state.general(&FIELDS) />
            <input type="hidden" name="do" value="edit" />
            <input type="hidden" name="id" value=id.clone() />
            <Field name="label" label="Label" value=state.value("label", field.label.clone()) maxlength=limits::NAME_CHARS required=true error=state.error("label") />
            {options}
            {sensitive(field.sensitive, may_see, state)}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Save field"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}
