//! The HTML document around a page that the server alone renders.

use crate::document_head::head;
use crate::preferences::{appearance, times};
use crate::ui::raw_text::raw_text;
use crate::ui::unread::counted;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use rapport_domain::preferences::Preferences;

/// The document of a page without a browser half: one small file closes its menus.
pub(crate) fn document(
    options: &LeptosOptions,
    nonce: Option<leptos::nonce::Nonce>,
    preferences: &Preferences,
    unread: i64,
    title: &str,
    body: AnyView,
) -> impl IntoView + use<> {
    let [(_, theme), (_, density)] = appearance(preferences);
    let (dates, zone) = times(preferences);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-plain="" data-theme=theme data-density=density data-dates=dates data-zone=zone>
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
