//! Every page and how it is rendered.

#[cfg(feature = "ssr")]
mod server;

#[cfg(feature = "ssr")]
pub use server::router as server_pages;

use crate::history::FollowHistory;
use crate::live::provide_live;
use crate::origin::provide_origin;
use crate::pages::account::AccountPage;
use crate::pages::customers::CustomersPage;
use crate::pages::inbox::InboxPage;
use crate::pages::info_pane::InfoPanePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::profile::ProfilePage;
use crate::pages::setup::SetupPage;
use crate::panes::ticket::provide_edits;
use crate::preferences::provide_preferences;
use crate::session::provide_viewer;
use crate::ui::details::provide_details;
use crate::ui::shortcuts::provide_shortcuts;
use crate::ui::time::provide_clock;
use crate::ui::toast::{ToastArea, provide_toasts};
use crate::ui::unread::counted;
use crate::waiting::{provide_waiting, use_waiting};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The whole app: contexts that live as long as the tab, and the routes.
///
/// Every page renders completely before it is sent (`SsrMode::Async`): it works
/// without JavaScript, has the right status and title, and nothing moves when
/// the browser takes over.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_viewer();
    provide_clock();
    provide_toasts();
    provide_preferences();
    provide_origin();
    provide_edits();
    provide_live();
    provide_waiting();
    let waiting = use_waiting();
    provide_details();
    provide_shortcuts();
    view! {
        <Title formatter=move |title: String| {
            let title = if title.is_empty() { "Rapport".to_string() } else { format!("{title} · Rapport") };
            // The server writes the head when the page is done with.
            counted(waiting.try_get().unwrap_or_default().notifications, title)
        } />
        <Router>
            <FollowHistory />
            <Routes fallback=NotFoundPage>
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async />
                <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async />
                <Route path=path!("/customers") view=CustomersPage ssr=SsrMode::Async />
                // The page reads the rest of the address itself, and its outlet shows nothing: it
                // stays mounted, panes and scroll positions included, while tickets are switched.
                <ParentRoute path=path!("/customers/:id") view=ProfilePage ssr=SsrMode::Async>
                    <Route path=path!("") view=|| () />
                    <Route path=path!("tickets/:number") view=|| () />
                </ParentRoute>
                <Route path=path!("/accounts/:id") view=AccountPage ssr=SsrMode::Async />
                <Route path=path!("/settings/info-pane") view=InfoPanePage ssr=SsrMode::Async />
            </Routes>
        </Router>
        <ToastArea />
    }
}
