//! The page for addresses that lead nowhere.

use crate::ui::empty::Empty;
use crate::ui::page_title::PageTitle;
use leptos::prelude::*;

/// A plain 404, the same for unknown addresses and other workspaces' ids.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text="Not found" />
        {nothing_here()}
    }
}

/// What the page says.
pub(crate) fn nothing_here() -> AnyView {
    view! {
        <main id="main" class="lone">
            <Empty icon="search" title="Nothing here">
                <p>"This does not exist, or you have no access to it."</p>
                <p><a class="btn" href="/inbox">"Go to the inbox"</a></p>
            </Empty>
        </main>
    }
    .into_any()
}
