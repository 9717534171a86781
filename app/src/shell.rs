//! The HTML document around the app.

use crate::App;
use crate::preferences::appearance;
#[cfg(feature = "ssr")]
use crate::session::counted;
use crate::session::icon;
#[cfg(feature = "ssr")]
use crate::ui::raw_text::raw_text;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};
use rapport_domain::preferences::Preferences;

/// The document that the server sends; the browser takes over inside `<body>`.
pub fn shell(options: LeptosOptions, preferences: &Preferences) -> impl IntoView + use<> {
    let [(_, theme), (_, density)] = appearance(preferences);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-density=density>
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

/// The document of a page without a browser half: one small file closes its menus.
#[cfg(feature = "ssr")]
pub(crate) fn server_page_shell(
    options: &LeptosOptions,
    nonce: Option<leptos::nonce::Nonce>,
    preferences: &Preferences,
    unread: i64,
    title: &str,
    body: AnyView,
) -> impl IntoView + use<> {
    let [(_, theme), (_, density)] = appearance(preferences);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-plain="" data-theme=theme data-density=density>
            <head>
                {head(options, unread, nonce.as_ref().map(ToString::to_string))}
                // As children it would end in a mark for the browser half, which a title shows.
                <title inner_html=raw_text(counted(unread, format!("{title} · Rapport")))></title>
                <script src="/plain.js" nonce=nonce.clone().map(|n| n.to_string()) defer></script>
                <script type="module" src="/palette.js" nonce=nonce.map(|n| n.to_string())></script>
            </head>
            <body>{body}</body>
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

fn head(options: &LeptosOptions, unread: i64, nonce: Option<String>) -> impl IntoView + use<> {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href=icon(unread) type="image/svg+xml" />
        <link rel="preload" href="/fonts/inter.woff2" r#as="font" type="font/woff2" crossorigin="anonymous" />
        <HashedStylesheet options=options.clone() id="rapport" />
        // First, so that nothing is fetched past it.
        <script src="/updated.js" nonce=nonce.clone() defer></script>
        <script src="/notify.js" nonce=nonce defer></script>
    }
}
