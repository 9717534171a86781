//! The form that edits a customer's details and custom fields.

use super::api::EditDetails;
use super::edit::EditPlace;
use crate::live::use_changed;
use crate::ui::action::on_done;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use rapport_domain::card::{Card, CardField};
use rapport_domain::fields::{FieldType, FieldValues};
use rapport_domain::identity::IdentifierKind;
use rapport_domain::info::InfoPane;
use rapport_domain::{AppError, limits};
use serde_json::Value;

/// The form; `inline` where it stands in the pane because the address asked for it.
#[component]
pub fn DetailsForm(
    pane: Memo<InfoPane>,
    edit: EditPlace,
    inline: bool,
    #[prop(into)] close: Callback<()>,
) -> impl IntoView {
    let save = ServerAction::<EditDetails>::new();
    let (toasts, changed) = (use_toasts(), use_changed());
    on_done(
        save,
        move |()| {
            toasts.say("Details saved");
            close.run(());
            changed.notify();
        },
        |_| {},
    );
    // As it was when the form opened: a reload must not move words under the writer's hands,
    // and the version must be the one that the words came from.
    let start = pane.get_untracked();
    let customer = start.customer.id.to_string();
    let version = start.customer.version;
    let custom =
        start.cards.custom.iter().filter(|f| f.card == Card::Customer).cloned().collect::<Vec<_>>();
    let values = start.customer.details.fields.clone();
    let error = move |field: &'static str| Signal::derive(move || wrong(save, field));
    let fields = move || basic_fields(&start, error);
    view! {
        <ActionForm action=save attr:class="form">
            <input type="hidden" name="customer" value=customer />
            <input type="hidden" name="edit[version]" value=version />
            {inline.then(|| view! { <input type="hidden" name="back" value=edit.back() /> })}
            <FormError message=Signal::derive(move || general(save)) />
            {fields()}
            {(!custom.is_empty()).then(|| view! {
                <fieldset class="form-part">
                    <legend>"Custom fields"</legend>
                    {custom.into_iter().map(|field| custom_input(field, &values, save)).collect_view()}
                </fieldset>
            })}
            <div class="form-actions">
                <a
                    class="btn quiet"
                    href=move || edit.back()
                    on:click=move |ev| {
                        if !inline {
                            ev.prevent_default();
                            close.run(());
                        }
                    }
                >
                    "Cancel"
                </a>
                <button class="btn primary" type="submit" disabled=save.pending()>"Save details"</button>
            </div>
        </ActionForm>
    }
}

fn basic_fields<S>(start: &InfoPane, error: impl Fn(&'static str) -> S) -> AnyView
where
    S: Into<MaybeProp<String>>,
{
    let details = start.customer.details.clone();
    let list = |kind| {
        let values: Vec<_> = start.identifiers(kind).into_iter().map(|i| i.value.clone()).collect();
        values.join(", ")
    };
    let text = |value: Option<String>| value.unwrap_or_default();
    let line = limits::LINE_CHARS;
    view! {
        <Field name="edit[name]" label="Name" value=details.name error=error("name") maxlength=limits::NAME_CHARS required=true />
        <Field name="edit[emails]" label="E-mails" value=list(IdentifierKind::Email) hint="Several with commas; the first is the primary one." error=error("emails") />
        <Field name="edit[phones]" label="Phones" value=list(IdentifierKind::Phone) hint="Several with commas, with country code." error=error("phones") />
        <div class="pair">
            <Field name="edit[external_id]" label="User ID" value=text(start.customer.external_id.clone()) error=error("external_id") maxlength=limits::EXTERNAL_ID_CHARS />
            <Field name="edit[job_title]" label="Role" value=text(details.job_title) error=error("job_title") maxlength=line />
        </div>
        <div class="pair">
            <Field name="edit[company]" label="Company" value=text(details.company) error=error("company") maxlength=line />
            <Field name="edit[website]" label="Website" value=text(details.website) error=error("website") maxlength=limits::URL_CHARS />
        </div>
        <div class="pair">
            <Field name="edit[city]" label="City" value=text(details.city) error=error("city") maxlength=line />
            <Field name="edit[country]" label="Country" value=text(details.country) error=error("country") maxlength=line />
        </div>
        <Field name="edit[address]" label="Address" value=text(details.address) error=error("address") maxlength=line />
        <div class="pair">
            <Field name="edit[language]" label="Language" value=text(details.language) hint="A code such as en-GB." error=error("language") maxlength=35 />
            <Field name="edit[time_zone]" label="Time zone" value=text(details.time_zone) hint="Such as Europe/Berlin." error=error("time_zone") maxlength=60 />
        </div>
        <Field name="edit[tags]" label="Tags" value=details.tags.join(", ") hint="With commas." error=error("tags") />
    }
    .into_any()
}

/// An input for a custom field of any type.
fn custom_input(
    field: CardField,
    values: &FieldValues,
    save: ServerAction<EditDetails>,
) -> AnyView {
    let name = format!("edit[fields][{}]", field.key);
    let value = match values.get(&field.key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let path = format!("fields.{}", field.key);
    let error = Signal::derive(move || wrong(save, &path));
    let choices = match field.kind {
        FieldType::List => field.options.iter().map(|o| (o.clone(), o.clone())).collect(),
        FieldType::Boolean => {
            vec![("true".to_string(), "Yes".to_string()), ("false".into(), "No".into())]
        }
        _ => Vec::new(),
    };
    if choices.is_empty() {
        let kind = match field.kind {
            FieldType::Date => "date",
            FieldType::Url => "url",
            _ => "text",
        };
        return view! { <Field name label=field.label kind value error maxlength=limits::FIELD_TEXT_CHARS /> }.into_any();
    }
    // A value that is no choice any more stays until somebody chooses another.
    let gone = !value.is_empty() && !choices.iter().any(|(v, _)| *v == value);
    let help = format!("{name}-help");
    view! {
        <label class="field-row">
            <span class="field-label">{field.label}</span>
            <select name=name aria-describedby=help.clone()>
                <option value="" selected=value.is_empty()>"Not set"</option>
                {gone.then(|| view! { <option value=value.clone() selected=true>{value.clone()}</option> })}
                {choices.into_iter().map(|(v, label)| {
                    let selected = v == value;
                    view! { <option value=v selected=selected>{label}</option> }
                }).collect_view()}
            </select>
            <FieldHelp id=help hint="" error />
        </label>
    }
    .into_any()
}

/// What is wrong with a field, after a save was refused.
fn wrong(save: ServerAction<EditDetails>, field: &str) -> Option<String> {
    save.value().get()?.err()?.0.field(field).map(String::from)
}

/// What is wrong with the form as a whole.
fn general(save: ServerAction<EditDetails>) -> Option<String> {
    match save.value().get()?.err()?.0 {
        AppError::Invalid(_) => {
            Some("Nothing was saved yet: please look at the marked fields.".into())
        }
        other => Some(other.to_string()),
    }
}
