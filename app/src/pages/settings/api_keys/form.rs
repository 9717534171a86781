//! The form of a new key.

use super::ApiKeys;
use crate::server_page::form::{FormData, FormState};
use crate::server_page::page::ServerPage;
use crate::ui::field::{Field, FieldHelp, FormError};
use crate::ui::textarea::TextArea;
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::api_key::{KeyInput, KeyKind, KeyRow, LIFETIMES, Overlap};
use rapport_domain::{AppError, limits};

/// The key as the form says it.
pub fn input(form: &FormData) -> Result<KeyInput, AppError> {
    Ok(KeyInput {
        name: form.text("name").into(),
        kind: form.parse("kind")?,
        scopes: form.all("scope").map(scope).collect::<Result<_, _>>()?,
        allowed_origins: form.lines("origins"),
        days: form.parse("days")?,
    })
}

fn scope(word: &str) -> Result<Permission, AppError> {
    word.parse().map_err(|_| AppError::invalid("scopes", "There is no such scope."))
}

/// The form of a new key of this kind; `draft` is what was refused.
pub fn form(kind: KeyKind, state: &FormState) -> AnyView {
    let path = ApiKeys::PAGE.path;
    let server = kind == KeyKind::Secret;
    let label = if server { "New server key" } else { "New browser key" };
    let days = state.value("days", if server { "365" } else { "0" });
    let lifetimes = LIFETIMES.map(|(value, label)| {
        let value = value.to_string();
        view! { <option value=value.clone() selected=value == days>{label}</option> }
    });
    let hint = if server {
        "What uses it, such as Billing server."
    } else {
        "Where it is used, such as Web shop."
    };
    view! {
        <form class="form config-form" method="post" action=format!("{path}?new={}", kind.as_str()) aria-label=label>
            <FormError message=state.general(&["name", "scopes", "origins"]) />
            <input type="hidden" name="do" value="create" />
            <input type="hidden" name="kind" value=kind.as_str() />
            <div class="pair">
                <Field name="name" label="Name" required=true maxlength=limits::NAME_CHARS value=state.value("name", "") hint error=state.error("name") />
                <label class="field-row">
                    <span class="field-label">"Lives for"</span>
                    <select name="days">{lifetimes.collect_view()}</select>
                </label>
            </div>
            {if server { scopes(state) } else { origins(state) }}
            <div class="form-actions">
                <button class="btn primary" type="submit">"Create key"</button>
                <a class="btn quiet" href=path>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Asks how long the old secret works beside the new one.
pub fn rotate(key: &KeyRow) -> AnyView {
    let choices = Overlap::ALL.iter().map(|overlap| {
        let chosen = *overlap == Overlap::Day;
        view! { <option value=overlap.as_str() selected=chosen>{overlap.label()}</option> }
    });
    view! {
        <details class="menu">
            <summary class="btn quiet" aria-label=format!("Rotate: {}", key.name)>"Rotate"</summary>
            <form class="menu-items" method="post" action=ApiKeys::PAGE.path>
                <input type="hidden" name="do" value="rotate" />
                <input type="hidden" name="id" value=key.id.to_string() />
                <p class="menu-head">"Makes a new secret for this key, shown once. Its name, scopes and expiry stay."</p>
                <label class="menu-field">
                    <span>"The old secret"</span>
                    <select class="input" name="overlap">{choices.collect_view()}</select>
                </label>
                <button type="submit">"Rotate now"</button>
            </form>
        </details>
    }
    .into_any()
}

fn scopes(state: &FormState) -> AnyView {
    let boxes = Permission::SCOPES.iter().map(|scope| {
        let word = scope.as_str();
        view! {
            <label class="check scope">
                <input type="checkbox" name="scope" value=word checked=state.has("scope", word, false) />
                <span>{scope.label()}<code>{word}</code></span>
            </label>
        }
    });
    view! {
        <fieldset class="checks">
            <legend>"What it may do"</legend>
            {boxes.collect_view()}
            <FieldHelp id="scopes-help".into() hint="Anything else is refused with the name of the missing scope." error=state.error("scopes") />
        </fieldset>
    }
    .into_any()
}

fn origins(state: &FormState) -> AnyView {
    view! {
        <label class="field-row">
            <span class="field-label">"Allowed origins"</span>
            <TextArea name="origins" label="Allowed origins" rows=3 placeholder="https://app.example" value=state.value("origins", "") />
            <FieldHelp id="origins-help".into() hint="One per line, such as https://app.example. Leave empty to let any site send events with it." error=state.error("origins") />
        </label>
    }
    .into_any()
}
