//! What the login page and the form that asks for a code have of passkeys. `public/passkeys.js` shows the
//! button where the browser can do it, asks the device, and sends this form.

use leptos::prelude::*;

/// Names the form; its button stands in another.
pub(crate) const PASSKEY_FORM: &str = "passkey";

/// The form that brings what the device answered.
pub(crate) fn log_in_form(next: String, token: String) -> AnyView {
    view! {
        <form id=PASSKEY_FORM action="/login/passkey" method="post" data-passkey="log-in">
            <input type="hidden" name="next" value=next />
            <input type="hidden" name="token" value=token />
            <input type="hidden" name="question" />
            <input type="hidden" name="credential" />
        </form>
    }
    .into_any()
}

/// The button, and where it says why nothing came of it.
pub(crate) fn log_in_button(verb: &'static str) -> AnyView {
    view! {
        <button class="btn" type="submit" form=PASSKEY_FORM hidden data-passkey-button="">{verb}</button>
        <p class="form-error" role="alert" hidden data-passkey-state=""></p>
    }
    .into_any()
}

/// The script, as the page's policy knows it.
pub(crate) fn script(nonce: Option<String>) -> AnyView {
    view! { <script type="module" src="/passkeys.js" nonce=nonce></script> }.into_any()
}
