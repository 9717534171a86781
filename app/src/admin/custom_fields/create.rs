//! The form that creates a custom field.

use super::api::CreateField;
use crate::ui::action::on_done;
use crate::ui::field::{FieldHelp, FormError};
use crate::ui::icon::Icon;
use crate::ui::textarea::TextArea;
use leptos::html::{Details, Form};
use leptos::prelude::*;
use rapport_domain::fields::{FieldEntity, FieldType, suggest_key};
use rapport_domain::{AppError, limits};

#[component]
pub fn CreateForm(create: ServerAction<CreateField>) -> impl IntoView {
    let kind = RwSignal::new(FieldType::Text);
    let label = RwSignal::new(String::new());
    // What the admin typed; until then the key follows the label.
    let own_key = RwSignal::new(String::new());
    let key = move || {
        Some(own_key.get()).filter(|k| !k.is_empty()).unwrap_or_else(|| suggest_key(&label.get()))
    };
    let error = move |field: &'static str| {
        Signal::derive(move || {
            create.value().get().and_then(Result::err)?.0.field(field).map(String::from)
        })
    };
    let general = Signal::derive(move || match create.value().get()?.err()?.0 {
        AppError::Invalid(_) => None,
        other => Some(other.to_string()),
    });
    let form = NodeRef::<Form>::new();
    let details = NodeRef::<Details>::new();
    on_done(
        create,
        move |()| {
            label.set(String::new());
            own_key.set(String::new());
            kind.set(FieldType::Text);
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            if let Some(details) = details.get_untracked() {
                details.set_open(false);
            }
        },
        |_| {},
    );
    // A refused form without JavaScript comes back with the page: it must be open to be seen.
    let refused = create.value().get_untracked().is_some_and(|v| v.is_err());
    view! {
        <details class="new-field" open=refused node_ref=details>
            <summary class="btn primary"><Icon name="plus" />"New field"</summary>
            <ActionForm action=create attr:class="form" node_ref=form>
                <FormError message=general />
                <div class="pair">
                    <label class="field-row">
                        <span class="field-label">"Belongs to"</span>
                        <select name="entity">
                            {FieldEntity::ALL.iter().map(|e| view! { <option value=e.as_str()>{e.label()}</option> }).collect_view()}
                        </select>
                    </label>
                    <label class="field-row">
                        <span class="field-label">"Type"</span>
                        <select
                            name="kind"
                            on:change=move |ev| kind.set(event_target_value(&ev).parse().unwrap_or(FieldType::Text))
                        >
                            {FieldType::ALL.iter().map(|t| view! { <option value=t.as_str()>{t.label()}</option> }).collect_view()}
                        </select>
                    </label>
                </div>
                <div class="pair">
                    <label class="field-row">
                        <span class="field-label">"Label"</span>
                        <input
                            name="label"
                            required
                            maxlength=limits::NAME_CHARS
                            aria-invalid=move || error("label").get().is_some().then_some("true")
                            aria-describedby="label-help"
                            on:input=move |ev| label.set(event_target_value(&ev))
                        />
                        <FieldHelp id="label-help".into() hint="What agents read, such as Plan at submit." error=error("label") />
                    </label>
                    <label class="field-row">
                        <span class="field-label">"Key"</span>
                        <input
                            name="key"
                            class="mono"
                            maxlength=limits::FIELD_KEY_CHARS
                            prop:value=key
                            aria-invalid=move || error("key").get().is_some().then_some("true")
                            aria-describedby="key-help"
                            on:input=move |ev| own_key.set(event_target_value(&ev))
                        />
                        <FieldHelp id="key-help".into() hint="The name in the API; it never changes. Made from the label if left empty." error=error("key") />
                    </label>
                </div>
                // Shown for every type until a script knows which was chosen.
                <div class="options" data-off=move || (kind.get() != FieldType::List).then_some("")>
                    <label class="field-row">
                        <span class="field-label">"Choices of a list, one a line"</span>
                        <TextArea name="options" label="Choices, one a line" rows=4 />
                        <FieldHelp id="options-help".into() hint="" error=error("options") />
                    </label>
                </div>
                <div class="form-actions"><button class="btn primary" type="submit" disabled=create.pending()>"Create field"</button></div>
            </ActionForm>
        </details>
    }
}
