//! The HTML document around the app.

use crate::App;
use crate::preferences::appearance;
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
                {head(&options)}
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
pub(crate) fn plain_shell(
    options: &LeptosOptions,
    nonce: Option<leptos::nonce::Nonce>,
    preferences: &Preferences,
    title: &str,
    body: AnyView,
) -> impl IntoView + use<> {
    let [(_, theme), (_, density)] = appearance(preferences);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-plain="" data-theme=theme data-density=density>
            <head>
                {head(options)}
                <title>{format!("{title} · Rapport")}</title>
                <script src="/plain.js" nonce=nonce.map(|n| n.to_string()) defer></script>
            </head>
            <body>{body}</body>
        </html>
    }
}

fn head(options: &LeptosOptions) -> impl IntoView + use<> {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="preload" href="/fonts/inter.woff2" r#as="font" type="font/woff2" crossorigin="anonymous" />
        <HashedStylesheet options=options.clone() id="rapport" />
    }
}
