//! One's own passkeys: the list, and adding one. `public/passkeys.js` asks the device.

use crate::page_table::MY_ACCOUNT;
use crate::pages::passkeys::script;
use crate::server_page::form::FormState;
use crate::server_page::page::asking_button;
use crate::ui::field::{Field, FormError};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_domain::people::PasskeyRow;
use rapport_services::passkeys::{Own, Proof};

/// Those that there are, and what can be done. A new one is called after `device` at first.
pub fn section(own: &Own, device: &str, nonce: Option<String>, state: &FormState) -> AnyView {
    let rows = own.passkeys.iter().map(|one| row(one, own.here.as_deref(), state)).collect_view();
    let add = match (&own.refused, &own.setup) {
        (Some(why), _) => view! { <p class="hint">{why.clone()}</p> }.into_any(),
        (None, Some(asked)) => view! {
            {waiting(&asked.to_string(), device, &state.of("passkey-add"))}
            {script(nonce)}
        }
        .into_any(),
        (None, None) => {
            let form = begin(own.proof, &state.of("passkey-begin"));
            let form = match own.passkeys.is_empty() {
                true => form,
                false => view! {
                    <details class="split" open=state.of("passkey-begin").refusal().is_some()>
                        <summary>"Add another passkey"</summary>
                        {form}
                    </details>
                }
                .into_any(),
            };
            view! {
                // What was being added is used up.
                <FormError message=state.of("passkey-add").general(&[]) />
                {form}
            }
            .into_any()
        }
    };
    view! {
        <section class="field-section" aria-label="Passkeys">
            <h2>"Passkeys"</h2>
            <p class="hint">"Log in with your fingerprint, your face or your device’s PIN: without a password, and without a code."</p>
            {(!own.passkeys.is_empty()).then(|| view! { <ul class="field-list">{rows}</ul> })}
            {add}
        </section>
    }
    .into_any()
}

fn row(one: &PasskeyRow, here: Option<&str>, state: &FormState) -> AnyView {
    let (id, name, path) = (one.id.to_string(), one.name.clone(), MY_ACCOUNT.path);
    let typed = state.of("passkey-rename");
    let mine = typed.value("id", "") == id;
    let typed = if mine { typed } else { FormState::default() };
    let elsewhere = here.is_some_and(|here| here != one.rp_id);
    let used = match one.last_used_at {
        Some(at) => view! { "Last used: " <Time at=at style=TimeStyle::Row /> }.into_any(),
        None => "Never used".into_any(),
    };
    let warning = "It lets you in no more. Remove it on your device as well.".to_string();
    view! {
        <li class="config-line passkey-line">
            <span class="field-name">
                <strong>{name.clone()}</strong>
                {elsewhere.then(|| view! { <span class="tag warn">{format!("For {} alone", one.rp_id)}</span> })}
            </span>
            <span class="hint">{used}</span>
            <span class="config-actions">
                <details class="menu" open=mine>
                    <summary class="btn quiet" aria-label=format!("Rename: {name}")>"Rename"</summary>
                    <form class="menu-items form passkey-name" method="post" action=path>
                        <FormError message=typed.general(&["name"]) />
                        <input type="hidden" name="do" value="passkey-rename" />
                        <input type="hidden" name="id" value=id.clone() />
                        <Field name="name" label="Name" value=typed.value("name", name.clone()) required=true maxlength=limits::PASSKEY_NAME_CHARS error=typed.error("name") />
                        <button class="btn primary" type="submit">"Save"</button>
                    </form>
                </details>
                {asking_button(path, "passkey-remove", "Remove", &id, &name, warning)}
            </span>
            <span class="hint line-more">"Added "<Time at=one.created_at style=TimeStyle::Row /></span>
        </li>
    }
    .into_any()
}

fn begin(proof: Proof, state: &FormState) -> AnyView {
    let hint = match proof {
        Proof::PasswordOrLogIn => {
            "If you have none: log out, log in by single sign-on, and come back here within ten minutes"
        }
        Proof::Password | Proof::FreshLogIn => "",
    };
    let password = (proof != Proof::FreshLogIn).then(|| {
        view! {
            <Field name="current" label="Your password" kind="password" autocomplete="current-password" hint=hint required=true error=state.error("current") />
        }
    });
    view! {
        <form class="form config-form" method="post" action=MY_ACCOUNT.path aria-label="Add a passkey">
            <FormError message=state.general(&["current"]) />
            <input type="hidden" name="do" value="passkey-begin" />
            {password}
            <div class="form-actions"><button class="btn primary" type="submit">"Add a passkey"</button></div>
        </form>
    }
    .into_any()
}

/// What the device answered comes back with a form that was refused for its name.
fn waiting(asked: &str, device: &str, state: &FormState) -> AnyView {
    view! {
        <form class="form config-form" method="post" action=MY_ACCOUNT.path aria-label="New passkey" data-passkey="add" data-options=asked.to_string()>
            <FormError message=state.general(&["name"]) />
            <input type="hidden" name="do" value="passkey-add" />
            <input type="hidden" name="credential" value=state.value("credential", "") />
            <Field name="name" label="Name" hint="By which you know it again in this list" value=state.value("name", device) required=true maxlength=limits::PASSKEY_NAME_CHARS error=state.error("name") autofocus=true />
            <noscript><p class="hint">"A browser makes passkeys with JavaScript alone."</p></noscript>
            <div class="form-actions">
                <button class="btn primary" type="submit" hidden data-passkey-button="">"Create the passkey"</button>
                <span class="hint">"Your browser asks where to keep it."</span>
            </div>
            <p class="form-error" role="alert" hidden data-passkey-state=""></p>
        </form>
    }
    .into_any()
}
