//! The form that edits an account or makes one, custom fields included.

use crate::failure::{http_status, page_status};
use crate::frame::{Frame, Section};
use crate::page_table;
use crate::panes::sensitive::{Untouchable, may_see};
use crate::server_page::PageRequest;
use crate::server_page::form::{FormData, FormState};
use crate::ui::custom_field::{CustomField, SensitiveField};
use crate::ui::empty::ErrorPanel;
use crate::ui::field::{Field, FieldHelp, FormError};
use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rapport_domain::account::{AccountDetails, AccountEdit, AccountOwner};
use rapport_domain::fields::{FieldDef, HIDDEN, display};
use rapport_domain::ticket::PersonRef;
use rapport_domain::{AccountId, AppError, limits, money};
use rapport_services::Result;
use rapport_services::accounts::{self, AccountForm, FormOptions};

/// Before the key of a custom field, as errors name it, and of a sensitive one whose box is ticked.
const CUSTOM: &str = "fields.";
const CLEARED: &str = "cleared.";

pub async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

pub async fn send(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let form = FormData(fields);
    match save(&request, &form).await {
        Ok(id) => Redirect::to(&href(id)).into_response(),
        Err(error) => show(&request, &FormState(Some((form, error)))).await,
    }
}

async fn save(request: &PageRequest, form: &FormData) -> Result<AccountId> {
    let edit = AccountEdit { version: form.parse("version")?, ..written(form) };
    Ok(accounts::edit(&request.ctx, request.param("id")?, edit).await?.id)
}

pub async fn new(request: PageRequest) -> Response {
    show_new(&request, &FormState::default()).await
}

pub async fn create(request: PageRequest, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let form = FormData(fields);
    match accounts::create(&request.ctx, written(&form)).await {
        Ok(id) => Redirect::to(&href(id)).into_response(),
        Err(error) => show_new(&request, &FormState(Some((form, error)))).await,
    }
}

/// What the form says, apart from the version that it was filled from.
fn written(form: &FormData) -> AccountEdit {
    let text = |name: &str| Some(form.text(name).to_string());
    let custom = form
        .0
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(CUSTOM)?.to_string(), value.clone())));
    let cleared = form.0.iter().filter_map(|(name, _)| name.strip_prefix(CLEARED));
    AccountEdit {
        version: 0,
        name: text("name"),
        external_id: text("external_id"),
        domains: text("domains"),
        website: text("website"),
        phone: text("phone"),
        industry: text("industry"),
        employee_count: text("employee_count"),
        plan: text("plan"),
        mrr: text("mrr"),
        currency: text("currency"),
        renewal_date: text("renewal_date"),
        health: text("health"),
        owner_id: text("owner_id"),
        fields: custom.collect(),
        cleared_fields: cleared.map(String::from).collect(),
    }
}

async fn show(request: &PageRequest, state: &FormState) -> Response {
    let shown = match request.param("id") {
        Ok(id) => accounts::form(&request.ctx, id).await,
        Err(error) => Err(error),
    };
    match shown {
        Ok(AccountForm { account, options }) => {
            let status = page_status(state.refusal());
            let (owner, version) = (account.owner.as_ref(), Some(account.version));
            let filled =
                Filled { details: &account.details, owner, version, back: href(account.id) };
            request.respond(status, "Edit account", || page(&filled, &options, state))
        }
        Err(error) => refused(request, "Edit account", error),
    }
}

async fn show_new(request: &PageRequest, state: &FormState) -> Response {
    match accounts::form_options(&request.ctx).await {
        Ok(options) => {
            let details = AccountDetails::default();
            let back = page_table::ACCOUNTS.path.to_string();
            let empty = Filled { details: &details, owner: None, version: None, back };
            let status = page_status(state.refusal());
            request.respond(status, "New account", || page(&empty, &options, state))
        }
        Err(error) => refused(request, "New account", error),
    }
}

fn refused(request: &PageRequest, title: &'static str, error: AppError) -> Response {
    request.respond(http_status(&error), title, || {
        view! { <Frame section=Section::Accounts crumbs=|| ()><ErrorPanel error=crate::Failure(error) /></Frame> }
            .into_any()
    })
}

/// What the form is filled with.
struct Filled<'a> {
    details: &'a AccountDetails,
    owner: Option<&'a AccountOwner>,
    /// `None` for an account that is about to be made.
    version: Option<i32>,
    /// Where "Cancel" leads.
    back: String,
}

fn href(id: AccountId) -> String {
    format!("/accounts/{id}")
}

fn page(filled: &Filled<'_>, options: &FormOptions, state: &FormState) -> AnyView {
    let (details, back) = (filled.details, filled.back.clone());
    let lines = lines(filled, &options.fields);
    // Those show their own error.
    let own: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let custom: Vec<_> = options.fields.iter().map(|def| custom(def, details, state)).collect();
    let custom = (!custom.is_empty()).then(|| {
        view! { <fieldset class="form-part"><legend>"Custom fields"</legend>{custom}</fieldset> }
    });
    let (label, title, save) = match filled.version {
        Some(_) => ("Edit account", format!("Edit {}", details.name), "Save account"),
        None => ("New account", "New account".to_string(), "Create account"),
    };
    let stale = matches!(state.refusal(), Some(AppError::Conflict(_)));
    let version = filled.version.map(|version| {
        // Whoever has seen the other's change may save over it.
        let known = version.to_string();
        let value = if stale { known } else { state.value("version", known) };
        view! { <input type="hidden" name="version" value=value /> }
    });
    let theirs = stale.then(|| theirs(&lines, state));
    let form = view! {
        <form class="form config-form" method="post" aria-label=label>
            <FormError message=state.general(&own) />
            {theirs}
            {version}
            {known(filled, &lines, &options.people, state)}
            {custom}
            <div class="form-actions">
                <a class="btn quiet" href=back.clone()>"Cancel"</a>
                <button class="btn primary" type="submit">{save}</button>
            </div>
        </form>
    };
    let (crumb, last) = match filled.version {
        Some(_) => (details.name.clone(), "Edit"),
        None => (page_table::ACCOUNTS.title.to_string(), "New"),
    };
    view! {
        <Frame section=Section::Accounts crumbs=move || view! {
            <a class="clip" href=back.clone()>{crumb.clone()}</a>
            <span aria-hidden="true">"/"</span>
            <strong>{last}</strong>
        }>
            <div class="config-page">
                <header><h1>{title}</h1></header>
                {form}
            </div>
        </Frame>
    }
    .into_any()
}

/// A field of the form, as it is stored.
struct Line {
    name: String,
    label: String,
    /// As the form writes it, and as people read it.
    value: String,
    shown: String,
}

/// All that the form asks for, custom fields last.
fn lines(filled: &Filled<'_>, custom: &[FieldDef]) -> Vec<Line> {
    let d = filled.details;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mrr = d.mrr_minor.zip(d.currency.as_deref()).map(|(n, c)| money::plain(n, c));
    let known = [
        ("name", "Name", d.name.clone()),
        ("external_id", "ID", text(&d.external_id)),
        ("phone", "Phone", text(&d.phone)),
        ("domains", "Domains", d.domains.join(", ")),
        ("website", "Website", text(&d.website)),
        ("industry", "Industry", text(&d.industry)),
        ("employee_count", "Employees", text(&d.employee_count.map(|n| n.to_string()))),
        ("plan", "Plan", text(&d.plan)),
        ("health", "Health", text(&d.health)),
        ("mrr", "Monthly revenue", text(&mrr)),
        ("currency", "Currency", text(&d.currency)),
        ("renewal_date", "Renewal", text(&d.renewal_date.map(|date| date.to_string()))),
    ];
    let plain = |(name, label, value): (&str, &str, String)| Line {
        name: name.into(),
        label: label.into(),
        shown: value.clone(),
        value,
    };
    let owner = Line {
        name: "owner_id".into(),
        label: "Owner".into(),
        value: filled.owner.map(|o| o.id.to_string()).unwrap_or_default(),
        shown: filled.owner.map(|o| o.name.clone()).unwrap_or_default(),
    };
    let custom = custom.iter().map(|def| {
        let value = d.fields.get(&def.key).map(display).unwrap_or_default();
        let (name, label) = (format!("{CUSTOM}{}", def.key), def.label.clone());
        let shown = if d.hidden_fields.contains(&def.key) { HIDDEN.into() } else { value.clone() };
        Line { name, label, shown, value }
    });
    known.into_iter().map(plain).chain([owner]).chain(custom).collect()
}

/// What stands there now where the form says something else, for whoever was slower.
fn theirs(lines: &[Line], state: &FormState) -> AnyView {
    let differ =
        lines.iter().filter(|line| state.value(&line.name, line.value.clone()) != line.value);
    let rows = differ.map(|line| {
        let now = if line.shown.is_empty() { "nothing".to_string() } else { line.shown.clone() };
        view! { <div><dt>{line.label.clone()}</dt><dd>{now}</dd></div> }
    });
    view! {
        <div class="theirs">
            <p class="hint">"What is different from your form now. Saving again replaces it with yours:"</p>
            <dl class="fields">{rows.collect_view()}</dl>
        </div>
    }
    .into_any()
}

/// What every account has.
fn known(filled: &Filled<'_>, lines: &[Line], people: &[PersonRef], state: &FormState) -> AnyView {
    let typed = |name: &'static str, hint: &'static str, kind: &'static str| {
        let line = lines.iter().find(|line| line.name == name);
        let (label, stored) = line.map(|l| (l.label.clone(), l.value.clone())).unwrap_or_default();
        let value = state.value(name, stored);
        let most = match name {
            "domains" => limits::ACCOUNT_DOMAINS_MAX * limits::LINE_CHARS,
            _ => limits::LINE_CHARS,
        };
        view! { <Field name label value kind hint=hint.to_string() error=state.error(name) maxlength=most required=name == "name" /> }
            .into_any()
    };
    let field = |name, hint| typed(name, hint, "text");
    view! {
        {field("name", "")}
        <div class="pair">
            {field("external_id", "As your own systems know it.")}
            {field("phone", "With country code.")}
        </div>
        {field("domains", "Separated by commas. People who write from these domains belong to this account.")}
        {field("website", "")}
        <div class="pair">{field("industry", "")} {field("employee_count", "")}</div>
        <div class="pair">{field("plan", "")} {field("health", "")}</div>
        <div class="pair">
            {field("mrr", "Such as 1250.50.")}
            {field("currency", "A code such as EUR.")}
        </div>
        <div class="pair">
            {typed("renewal_date", "", "date")}
            {owner(filled.owner, people, state)}
        </div>
    }
    .into_any()
}

fn owner(stored: Option<&AccountOwner>, people: &[PersonRef], state: &FormState) -> AnyView {
    let chosen = state.value("owner_id", stored.map(|o| o.id.to_string()).unwrap_or_default());
    // Whoever has it stands in the list even when they can be given nothing new.
    let gone = stored.filter(|o| people.iter().all(|p| p.id != o.id));
    let all = people.iter().map(|p| (p.id, &p.name)).chain(gone.map(|o| (o.id, &o.name)));
    let options: Vec<_> = all
        .map(|(id, name)| {
            let id = id.to_string();
            let selected = id == chosen;
            view! { <option value=id selected=selected>{name.clone()}</option> }
        })
        .collect();
    view! {
        <label class="field-row">
            <span class="field-label">"Owner"</span>
            <select name="owner_id" aria-describedby="owner_id-help"><option value="">"Nobody"</option>{options}</select>
            <FieldHelp id="owner_id-help".into() hint="" error=state.error("owner_id") />
        </label>
    }
    .into_any()
}

fn custom(def: &FieldDef, details: &AccountDetails, state: &FormState) -> AnyView {
    let name = format!("{CUSTOM}{}", def.key);
    let stored = details.fields.get(&def.key).map(display).unwrap_or_default();
    let (value, error) = (state.value(&name, stored), state.error(&name));
    let (label, kind, options) = (def.label.clone(), def.kind, def.options.clone());
    let is_set = details.hidden_fields.contains(&def.key);
    match def.sensitive {
        false => view! { <CustomField name label kind options value error /> }.into_any(),
        true if may_see() => {
            let clear = format!("{CLEARED}{}", def.key);
            let cleared = state.ticked(&clear, false);
            view! { <SensitiveField name clear label kind options value is_set cleared error /> }
                .into_any()
        }
        true => view! { <Untouchable label is_set /> }.into_any(),
    }
}
