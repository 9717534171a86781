//! The form that edits a customer's details and custom fields.

use super::api::EditDetails;
use super::edit::EditPlace;
use crate::live::use_changed;
use crate::panes::sensitive::{Untouchable, may_see};
use crate::ui::action::on_done;
use crate::ui::custom_field::{CustomField, SensitiveField};
use crate::ui::field::{Field, FormError};
use crate::ui::toast::use_toasts;
use crate::ui::typed::{Kept, Restored, Typed};
use leptos::prelude::*;
use rapport_domain::card::{Card, CardField};
use rapport_domain::customer::CustomerEdit;
use rapport_domain::fields::is_hidden;
use rapport_domain::info::InfoPane;
use rapport_domain::{AppError, limits};
use wasm_bindgen::JsCast;

/// Room for a list of e-mails, phones or tags; the server counts them.
const LIST_CHARS: usize = 4_000;

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
    // As it was when the form opened: a reload must not move words under the writer's hands.
    let customer = pane.with_untracked(|p| p.customer.id);
    let known = pane.with_untracked(|p| CustomerEdit::of(&p.customer));
    let saved = edit.saved.get_untracked().filter(|saved| saved.version > known.version);
    let start = saved.unwrap_or(known);
    let was = RwSignal::new(serde_json::to_string(&start).unwrap_or_default());
    let typed = Typed::new(Kept::Tab, format!("details:{customer}"));
    on_done(
        save,
        move |now| {
            typed.clear();
            edit.saved.set(Some(now));
            toasts.say("Details saved");
            close.run(());
            changed.notify();
        },
        |_| {},
    );
    // Words from before come with what they were written over.
    Effect::new(move |_| {
        let form = typed.node.get_untracked().filter(|_| typed.restored.get());
        let kept = form.and_then(|form| form.query_selector("[name=was]").ok().flatten());
        if let Some(kept) = kept.and_then(|e| e.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            was.set(kept.value());
        }
    });
    let custom = pane.with_untracked(|p| p.cards.custom.clone());
    let custom = custom.into_iter().filter(|f| f.card == Card::Customer).collect::<Vec<_>>();
    let form = DetailsState { save, was, typed };
    let has_custom = !custom.is_empty();
    let inputs = custom.into_iter().map(|field| custom_input(field, &start, form)).collect_view();
    let cancel = move |ev: leptos::ev::MouseEvent| {
        typed.drop_words();
        if !inline {
            ev.prevent_default();
            close.run(());
        }
    };
    view! {
        <ActionForm action=save node_ref=typed.node attr:class="form" on:input=move |_| typed.save() on:reset=move |_| typed.clear()>
            <input type="hidden" name="customer" value=customer.to_string() />
            // As an attribute it would be what a reset goes back to.
            <input type="hidden" name="was" prop:value=move || was.get() value=was.get_untracked() />
            {inline.then(|| view! { <input type="hidden" name="back" value=edit.back() /> })}
            <FormError message=Signal::derive(move || general(save)) />
            <Restored typed />
            {basic_fields(&start, form)}
            {has_custom.then(|| view! {
                <fieldset class="form-part">
                    <legend>"Custom fields"</legend>
                    {inputs}
                </fieldset>
            })}
            <div class="form-actions">
                <a class="btn quiet" href=move || edit.back() on:click=cancel>"Cancel"</a>
                <button class="btn primary" type="submit" disabled=save.pending()>"Save details"</button>
            </div>
        </ActionForm>
    }
}

/// What the fields of the form share.
#[derive(Clone, Copy)]
struct DetailsState {
    save: ServerAction<EditDetails>,
    /// What the form was filled with, as JSON.
    was: RwSignal<String>,
    typed: Typed,
}

impl DetailsState {
    /// What is wrong with a field, after a save was refused.
    fn wrong(self, field: &str) -> Option<String> {
        let error = self.save.value().get()?.err()?.0;
        if self.theirs(field, &error).is_some_and(|_| self.is_settled(field)) {
            return None;
        }
        error.field(field).map(String::from)
    }

    /// What somebody else made of the field meanwhile.
    fn theirs(self, field: &str, error: &AppError) -> Option<String> {
        let AppError::Changed(all) = error else { return None };
        all.iter().find(|o| o.field == field).map(|o| o.value.clone())
    }

    /// Whether the author decided: what the form replaces is what they made of it.
    fn is_settled(self, field: &str) -> bool {
        let error = self.save.value().get().and_then(Result::err);
        let theirs = error.and_then(|e| self.theirs(field, &e.0));
        let was: CustomerEdit = self.was.with(|was| serde_json::from_str(was)).unwrap_or_default();
        theirs.is_some() && theirs == was.text(field)
    }

    /// The author has seen their change: from here on the form replaces it, or agrees.
    fn settle(self, field: &str, theirs: &str, take: bool) {
        let mut was: CustomerEdit =
            self.was.with_untracked(|was| serde_json::from_str(was)).unwrap_or_default();
        was.set_text(field, theirs);
        self.was.set(serde_json::to_string(&was).unwrap_or_default());
        let name = match field.strip_prefix("fields.") {
            Some(key) => format!("edit[fields][{key}]"),
            None => format!("edit[{field}]"),
        };
        if let Some(form) = self.typed.node.get_untracked().filter(|_| take) {
            // Of what is hidden nothing is known: empty leaves it.
            set_value(&form, &name, if is_hidden(theirs) { "" } else { theirs });
        }
        self.typed.save();
    }
}

/// Under a field that somebody else changed too: whose words count.
#[component]
fn Choice(form: DetailsState, #[prop(into)] field: String) -> impl IntoView {
    let field = StoredValue::new(field);
    let theirs = move || {
        let error = form.save.value().get()?.err()?.0;
        field.with_value(|f| form.theirs(f, &error).filter(|_| !form.is_settled(f)))
    };
    let button = move |label: &'static str, take: bool| {
        let settle = move |_| {
            if let Some(theirs) = theirs() {
                field.with_value(|f| form.settle(f, &theirs, take));
            }
        };
        view! { <button class="btn" type="button" on:click=settle>{label}</button> }
    };
    move || {
        theirs().map(|_| {
            view! { <p class="whose">{button("Keep mine", false)} {button("Take theirs", true)}</p> }
        })
    }
}

fn basic_fields(start: &CustomerEdit, form: DetailsState) -> AnyView {
    let s = start.clone();
    let line = limits::LINE_CHARS;
    let field = move |name: &'static str,
                      label: &'static str,
                      value: Option<String>,
                      hint: &'static str,
                      max: usize| {
        let error = Signal::derive(move || form.wrong(name));
        view! {
            <div class="with-choice">
                <Field name=format!("edit[{name}]") label value=value.unwrap_or_default() hint error maxlength=max required=name == "name" />
                <Choice form field=name />
            </div>
        }
        .into_any()
    };
    view! {
        {field("name", "Name", s.name, "", limits::NAME_CHARS)}
        {field("emails", "E-mails", s.emails, "Separate several with commas; the first is the primary one.", LIST_CHARS)}
        {field("phones", "Phones", s.phones, "Separate several with commas; include the country code.", LIST_CHARS)}
        <div class="pair">
            {field("external_id", "User ID", s.external_id, "", limits::EXTERNAL_ID_CHARS)}
            {field("job_title", "Role", s.job_title, "", line)}
        </div>
        <div class="pair">
            {field("company", "Company", s.company, "", line)}
            {field("website", "Website", s.website, "", limits::URL_CHARS)}
        </div>
        <div class="pair">
            {field("city", "City", s.city, "", line)}
            {field("country", "Country", s.country, "", line)}
        </div>
        {field("address", "Address", s.address, "", line)}
        <div class="pair">
            {field("language", "Language", s.language, "A code such as en-GB.", 35)}
            {field("time_zone", "Time zone", s.time_zone, "Such as Europe/Berlin.", 60)}
        </div>
        {field("tags", "Tags", s.tags, "With commas.", LIST_CHARS)}
    }
    .into_any()
}

fn custom_input(field: CardField, start: &CustomerEdit, form: DetailsState) -> AnyView {
    let name = format!("edit[fields][{}]", field.key);
    let value = start.fields.get(&field.key).cloned().unwrap_or_default();
    let path = format!("fields.{}", field.key);
    let own = path.clone();
    let error = Signal::derive(move || form.wrong(&own));
    let (label, kind, options) = (field.label, field.kind, field.options);
    let input = match field.sensitive {
        false => view! { <CustomField name label kind options value error /> }.into_any(),
        true if may_see() => {
            let (clear, is_set) = (format!("edit[cleared][{}]", field.key), is_hidden(&value));
            let value = String::new();
            view! { <SensitiveField name clear label kind options value is_set error /> }.into_any()
        }
        true => view! { <Untouchable label is_set=is_hidden(&value) /> }.into_any(),
    };
    view! { <div class="with-choice">{input} <Choice form field=path /></div> }.into_any()
}

fn set_value(form: &web_sys::HtmlFormElement, name: &str, value: &str) {
    let found = form.query_selector(&format!("[name='{name}']")).ok().flatten();
    let Some(element) = found else { return };
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        input.set_value(value);
    } else if let Some(select) = element.dyn_ref::<web_sys::HtmlSelectElement>() {
        select.set_value(value);
    }
}

/// What is wrong with the form as a whole.
fn general(save: ServerAction<EditDetails>) -> Option<String> {
    match save.value().get()?.err()?.0 {
        AppError::Invalid(_) | AppError::Changed(_) => {
            Some("Nothing was saved yet: please look at the marked fields.".into())
        }
        other => Some(other.to_string()),
    }
}
