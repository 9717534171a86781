//! What every document's head holds, whichever half renders the page.

use crate::ui::unread::icon;
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

pub(crate) fn head(
    options: &LeptosOptions,
    unread: i64,
    nonce: Option<String>,
) -> impl IntoView + use<> {
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
