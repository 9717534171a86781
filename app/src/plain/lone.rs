//! Pages that ask nothing of a session: addresses that lead nowhere, and login and set-up when they
//! were refused: the same forms with what was typed. Passwords apart, nothing of it was in an
//! address, where it would stay in histories and logs.

use crate::pages::login::login_form;
use crate::pages::not_found::nothing_here;
use crate::pages::setup::{SetupTyped, setup_form};
use crate::shell::plain_shell;
use crate::ui::time::provide_clock;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::preferences::Preferences;

/// The login form again.
pub fn login_again(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    next: String,
    email: String,
    error: String,
) -> String {
    document(options, nonce, "Log in", || login_form(next, email, Some(error)))
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

/// The page of an address that leads nowhere, for whoever asks.
pub fn nothing_there(options: &LeptosOptions, nonce: Option<Nonce>) -> String {
    document(options, nonce, "Not found", nothing_here)
}

fn document(
    options: &LeptosOptions,
    nonce: Option<Nonce>,
    title: &str,
    body: impl FnOnce() -> AnyView,
) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_clock();
        plain_shell(options, nonce, &Preferences::default(), 0, title, body()).to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}
