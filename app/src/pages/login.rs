//! The login page: a plain form that `POST /login` answers, and the buttons of single sign-on.

use super::lone::document;
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
}

/// The page.
pub fn login(options: &LeptosOptions, nonce: Option<Nonce>, shown: Login) -> String {
    document(options, nonce, "Log in", || page(shown))
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
    let fields = fields(shown.next, shown.email, !only);
    let fields = match only {
        false => fields,
        true => view! {
            <details class="split" open=again>
                <summary>"Log in with a password"</summary>
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
        </main>
    }
    .into_any()
}

fn fields(next: String, email: String, focus: bool) -> AnyView {
    let again = !email.is_empty();
    view! {
        <input type="hidden" name="next" value=next />
        <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email required=true autofocus=focus && !again />
        <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true autofocus=focus && again />
        <button class="btn primary" type="submit">"Log in"</button>
    }
    .into_any()
}
