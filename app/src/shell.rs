//! The HTML document around the app.

use crate::App;
use crate::document_head::head;
use crate::preferences::{appearance, times};
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use rapport_domain::preferences::Preferences;

/// The document that the server sends; the browser takes over inside `<body>`.
pub fn shell(options: LeptosOptions, preferences: &Preferences) -> impl IntoView + use<> {
    let [(_, theme), (_, density)] = appearance(preferences);
    let (dates, zone) = times(preferences);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-density=density data-dates=dates data-zone=zone>
            <head>
                {head(&options, waiting(), nonce())}
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// How much the reader has not read yet, as it is when the page is made.
fn waiting() -> i64 {
    #[cfg(feature = "ssr")]
    return crate::api::viewer().map_or(0, |viewer| viewer.waiting.notifications);
    #[cfg(not(feature = "ssr"))]
    0
}

/// By which the policy of the page knows its scripts.
fn nonce() -> Option<String> {
    #[cfg(feature = "ssr")]
    return leptos::nonce::use_nonce().map(|nonce| nonce.to_string());
    #[cfg(not(feature = "ssr"))]
    None
}
