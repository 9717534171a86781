//! The second factor on one's own account: off, being set up, on.

use crate::page_table::MY_ACCOUNT;
use crate::server_page::form::FormState;
use crate::ui::field::{Field, FormError};
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_services::two_factor::{Own, Setup};

/// Codes that are shown once; a line each.
pub fn codes(once: &str) -> AnyView {
    view! {
        <section class="once" role="status" aria-label="Recovery codes">
            <p>"Two-factor is on. Keep these codes where your phone is not: each lets you in once without it. They are not shown again."</p>
            <pre class="recovery-codes" tabindex="0" aria-label="Recovery codes">{once.to_string()}</pre>
        </section>
    }
    .into_any()
}

/// How it is, and what can be done.
pub fn section(own: &Own, state: &FormState) -> AnyView {
    let content = match (&own.setup, own.state.confirmed_at) {
        (_, Some(at)) => on(at, own.state.codes_left, state),
        (Some(setup), None) => waiting(setup, &state.of("two-factor-confirm")),
        (None, None) => off(&state.of("two-factor-begin")),
    };
    view! {
        <section class="field-section" aria-label="Two-factor">
            <h2>"Two-factor"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn off(state: &FormState) -> AnyView {
    view! {
        <p class="hint">"After the password, a code from an app on your phone: your password alone lets nobody in."</p>
        {with_password("two-factor-begin", "Set up two-factor", "btn primary", state)}
    }
    .into_any()
}

fn waiting(setup: &Setup, state: &FormState) -> AnyView {
    view! {
        <ol class="two-factor-steps">
            <li>"Point an authenticator app at this picture, or type the key below it into one."</li>
            <li>"Type in the six digits that it shows."</li>
        </ol>
        <div class="qr" role="img" aria-label="The key as a picture, for the app’s camera" inner_html=setup.picture.clone()></div>
        <p><code class="totp-key">{setup.secret.clone()}</code></p>
        <form class="form config-form" method="post" action=MY_ACCOUNT.path aria-label="First code">
            <FormError message=state.general(&["code"]) />
            <input type="hidden" name="do" value="two-factor-confirm" />
            <Field name="code" label="Code" autocomplete="one-time-code" hint="Six digits" required=true maxlength=20 error=state.error("code") />
            <div class="form-actions"><button class="btn primary" type="submit">"Turn on"</button></div>
        </form>
    }
    .into_any()
}

fn on(at: chrono::DateTime<chrono::Utc>, codes_left: i64, state: &FormState) -> AnyView {
    let left = match codes_left {
        0 => "No recovery code is left: make new ones.".to_string(),
        1 => "One recovery code is left.".to_string(),
        n => format!("{n} recovery codes are left."),
    };
    view! {
        <p>"On since "<Time at=at style=TimeStyle::Row />". "{left}</p>
        <details class="split" open=state.of("two-factor-codes").refusal().is_some()>
            <summary>"New recovery codes"</summary>
            {with_password("two-factor-codes", "Make new codes", "btn", &state.of("two-factor-codes"))}
        </details>
        <details class="split" open=state.of("two-factor-off").refusal().is_some()>
            <summary>"Turn off"</summary>
            {with_password("two-factor-off", "Turn two-factor off", "btn danger", &state.of("two-factor-off"))}
        </details>
    }
    .into_any()
}

/// A form that asks for the password alone.
fn with_password(
    action: &'static str,
    verb: &'static str,
    class: &'static str,
    state: &FormState,
) -> AnyView {
    view! {
        <form class="form config-form" method="post" action=MY_ACCOUNT.path aria-label=verb>
            <FormError message=state.general(&["current"]) />
            <input type="hidden" name="do" value=action />
            <Field name="current" label="Your password" kind="password" autocomplete="current-password" required=true error=state.error("current") />
            <div class="form-actions"><button class=class type="submit">{verb}</button></div>
        </form>
    }
    .into_any()
}
