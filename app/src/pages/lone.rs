//! Pages that ask nothing of a session: addresses that lead nowhere, and login and set-up when they
//! were refused: the same forms with what was typed. Passwords apart, nothing of it was in an
//! address, where it would stay in histories and logs.

use crate::pages::not_found::nothing_here;
use crate::pages::passkeys;
use crate::pages::setup::{SetupTyped, setup_form};
use crate::server_page::document as server_document;
use crate::ui::field::{Field, FormError};
use crate::ui::time::provide_clock;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::preferences::Preferences;
use rapport_services::people::Invited;

/// What the form that asks for the code of a second factor shows.
#[derive(Debug)]
pub struct Code {
    /// Says who waits.
    pub token: String,
    pub next: String,
    /// What was wrong with the one before.
    pub error: Option<String>,
    /// They have a passkey, which does instead.
    pub passkeys: bool,
}

/// The form that asks for the code of a second factor.
pub fn code(options: &LeptosOptions, nonce: Option<Nonce>, shown: Code) -> String {
    let known = nonce.as_ref().map(ToString::to_string);
    document(options, nonce, "Log in", || {
        let script = shown.passkeys.then(|| passkeys::script(known));
        view! { {code_form(shown)} {script} }.into_any()
    })
}

/// The form of the first run again.
pub fn setup_again(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    typed: SetupTyped,
    error: AppError,
) -> String {
    document(options, nonce, "Set up", || setup_form(typed, Some(error)))
}

/// The form by which somebody who was invited becomes a member, with what was wrong with it.
pub fn join(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    invited: &Invited,
    name: String,
    error: Option<AppError>,
) -> String {
    document(options, nonce, "Join", || join_form(invited, name, error))
}

/// The form by which a link sets a password, with what was wrong with it.
pub fn reset(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    email: String,
    error: Option<AppError>,
) -> String {
    document(options, nonce, "Set a password", || reset_form(email, error))
}

/// The form by which somebody who forgot their password asks for a link; `asked` once they did.
pub fn forgotten(options: &LeptosOptions, nonce: Option<Nonce>, asked: bool) -> String {
    document(options, nonce, "Forgotten password", || forgotten_form(asked))
}

/// Why a link does not work, in one sentence.
pub fn dead_link(options: &LeptosOptions, nonce: Option<Nonce>, why: String) -> String {
    document(options, nonce, "This link does not work", || {
        view! {
            <main id="main" class="lone">
                <div class="sheet">
                    <span class="logo" aria-hidden="true">"R"</span>
                    <h1>"This link does not work"</h1>
                    <p>{why}</p>
                    <a class="btn" href="/login">"Log in"</a>
                </div>
            </main>
        }
        .into_any()
    })
}

fn code_form(shown: Code) -> AnyView {
    let Code { token, next, error, passkeys: offered } = shown;
    let form = offered.then(|| passkeys::log_in_form(next.clone(), token.clone()));
    view! {
        <main id="main" class="lone">
            <form class="sheet" action="/login/code" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"One more step"</h1>
                <FormError message=error />
                <input type="hidden" name="token" value=token />
                <input type="hidden" name="next" value=next />
                <Field name="code" label="Code" autocomplete="one-time-code" hint="Six digits from your authenticator app, or a recovery code" required=true maxlength=20 autofocus=true />
                <button class="btn primary" type="submit">"Log in"</button>
                {offered.then(|| passkeys::log_in_button("Use a passkey instead"))}
                <a class="hint" href="/login">"Log in as somebody else"</a>
            </form>
            {form}
        </main>
    }
    .into_any()
}

fn join_form(invited: &Invited, name: String, error: Option<AppError>) -> AnyView {
    let beside = |field: &str| error.as_ref().and_then(|e| e.field(field)).map(String::from);
    let (wrong_name, wrong_password) = (beside("name"), beside("password"));
    let by = invited.invited_by.as_deref().unwrap_or("Your team");
    let role = match &invited.own_role {
        Some((_, name)) => format!("“{name}”"),
        None => invited.role.with_article().into(),
    };
    let about = format!("{by} invites you as {role}.");
    view! {
        <main id="main" class="lone">
            <form class="sheet" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>{format!("Join {} on Rapport", invited.workspace_name)}</h1>
                <p class="hint">{about}</p>
                <FormError message=whole(error) />
                {address(invited.email.clone())}
                <Field name="name" label="Your name" autocomplete="name" value=name required=true error=wrong_name autofocus=true />
                <Field name="password" label="Password" kind="password" hint="At least 10 characters" autocomplete="new-password" required=true error=wrong_password />
                <button class="btn primary" type="submit">"Join"</button>
            </form>
        </main>
    }
    .into_any()
}

fn reset_form(email: String, error: Option<AppError>) -> AnyView {
    let wrong = error.as_ref().and_then(|e| e.field("password")).map(String::from);
    view! {
        <main id="main" class="lone">
            <form class="sheet" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Set a new password"</h1>
                <p class="hint">"You are logged out everywhere else."</p>
                <FormError message=whole(error) />
                {address(email)}
                <Field name="password" label="New password" kind="password" hint="At least 10 characters" autocomplete="new-password" required=true error=wrong autofocus=true />
                <button class="btn primary" type="submit">"Set password"</button>
            </form>
        </main>
    }
    .into_any()
}

/// The answer is the same whoever asks: it tells nobody who works here.
fn forgotten_form(asked: bool) -> AnyView {
    let form = match asked {
        true => view! {
            <p role="status">"If somebody logs in with this address, a link to choose a new password is on its way to it. It works for two hours."</p>
            <p class="hint">"Nothing came? Look among the spam, or ask an admin of your workspace: they can make a link for you."</p>
        }
        .into_any(),
        false => view! {
            <p class="hint">"A link to choose a new one comes by mail."</p>
            <Field name="email" label="E-mail" kind="email" autocomplete="username" required=true autofocus=true />
            <button class="btn primary" type="submit">"Send the link"</button>
        }
        .into_any(),
    };
    view! {
        <main id="main" class="lone">
            <form class="sheet" action="/forgotten" method="post">
                <span class="logo" aria-hidden="true">"R"</span>
                <h1>"Forgotten password"</h1>
                {form}
                <a class="hint" href="/login">"Back to the log-in"</a>
            </form>
        </main>
    }
    .into_any()
}

/// Whose login it is, for people and for their password managers.
fn address(email: String) -> impl IntoView {
    view! {
        <label class="field-row">
            <span class="field-label">"E-mail"</span>
            <input type="email" autocomplete="username" value=email readonly />
        </label>
    }
}

/// What no field says.
fn whole(error: Option<AppError>) -> Option<String> {
    error.filter(|error| !matches!(error, AppError::Invalid(_))).map(|error| error.to_string())
}

/// The page of an address that leads nowhere, for whoever asks.
pub fn nothing_there(options: &LeptosOptions, nonce: Option<Nonce>) -> String {
    document(options, nonce, "Not found", nothing_here)
}

pub(crate) fn document(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    title: &str,
    body: impl FnOnce() -> AnyView,
) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_clock();
        server_document(options, nonce, &Preferences::default(), 0, title, body()).to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}
