//! The login page: a plain form that `POST /login` answers, and the buttons of single sign-on and
//! passkeys.

use super::lone::document;
use super::passkeys;
use crate::ui::about::About;
use crate::ui::field::{Field, FormError};
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::WorkspaceId;
use rapport_domain::address::encode;

/// What the page shows. Refused, the form comes back with the address that was typed, and with where it was to
/// lead.
#[derive(Debug, Clone, Default)]
pub struct Login {
    pub next: String,
    pub email: String,
    pub error: Option<String>,
    /// Workspaces with single sign-on, each with what its button says.
    pub buttons: Vec<(WorkspaceId, String)>,
    /// Passwords are refused everywhere, but for the few who keep theirs.
    pub only_sso: bool,
    /// Somebody has a passkey.
    pub passkeys: bool,
}

/// The page.
pub fn login(options: &LeptosOptions, nonce: Option<Nonce>, shown: Login) -> String {
    let known = nonce.as_ref().map(ToString::to_string);
    document(options, nonce, "Log in", || {
        let script = shown.passkeys.then(|| passkeys::script(known));
        view! { {page(shown)} {script} }.into_any()
    })
}

fn page(shown: Login) -> AnyView {
    // What is empty is left out of addresses.
    let next = match shown.next.as_str() {
        "" => String::new(),
        next => format!("?next={}", encode(next)),
    };
    let buttons = shown.buttons.iter().map(|(workspace, text)| {
        let address = format!("/login/sso/{workspace}{next}");
        view! { <a class="btn sso" href=address rel="nofollow">{text.clone()}</a> }
    });
    let buttons = (!shown.buttons.is_empty()).then(|| {
        view! { <div class="sso-buttons">{buttons.collect_view()}</div> }
    });
    let (only, again) = (shown.only_sso, !shown.email.is_empty());
    let form = shown.passkeys.then(|| passkeys::log_in_form(shown.next.clone(), String::new()));
    let fields = fields(shown.next, shown.email, !only, shown.passkeys);
    let by_password = match shown.passkeys {
        true => "Log in with a password or a passkey",
        false => "Log in with a password",
    };
    let fields = match only {
        false => fields,
        true => view! {
            <details class="split" open=again>
                <summary>{by_password}</summary>
                {fields}
            </details>
        }
        .into_any(),
    };
    view! {
        <main id="main" class="lone">
            <form class="sheet" action="/login" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Log in to Rapport"</h1>
                <FormError message=shown.error />
                {buttons}
                {fields}
                <About />
            </form>
            {form}
        </main>
    }
    .into_any()
}

fn fields(next: String, email: String, focus: bool, by_passkey: bool) -> AnyView {
    let again = !email.is_empty();
    // The browser offers passkeys where the address is typed.
    let autocomplete = if by_passkey { "username webauthn" } else { "username" };
    view! {
        <input type="hidden" name="next" value=next />
        <Field name="email" label="E-mail" kind="email" autocomplete=autocomplete value=email required=true autofocus=focus && !again />
        <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true autofocus=focus && again />
        <button class="btn primary" type="submit">"Log in"</button>
        {by_passkey.then(|| passkeys::log_in_button("Log in with a passkey"))}
        <a class="hint" href="/forgotten">"Forgotten your password?"</a>
    }
    .into_any()
}
