//! The app config: what an admin sets for the whole workspace.
//!
//! This is its frame, and the one page with a browser half; the others stand in
//! [`crate::settings`]. The services refuse everybody else; pages only say so in a friendlier way.

mod info_pane;

pub use info_pane::InfoPanePage;

use crate::frame::{Frame, Section};
use crate::session::use_viewer;
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::Permission;

/// The one that is a route of the browser half.
pub(crate) const ROUTED: &str = info_pane::PAGE;

/// The pages of the config: address, icon, name.
pub(crate) const PAGES: [(&str, &str, &str); 13] = [
    (info_pane::PAGE, "panel-right", "Info pane"),
    ("/settings/custom-fields", "sliders-horizontal", "Custom fields"),
    ("/settings/statuses", "circle-dot", "Statuses"),
    ("/settings/people", "user", "People"),
    ("/settings/teams", "users", "Teams"),
    ("/settings/sla", "target", "SLA"),
    ("/settings/events", "zap", "Events"),
    ("/settings/mailboxes", "mail", "Mailboxes"),
    ("/settings/macros", "zap", "Macros"),
    ("/settings/receiving", "inbox", "Receiving"),
    ("/settings/jobs", "list", "Jobs"),
    ("/settings/surveys", "star", "Surveys"),
    ("/settings/api-keys", "key", "API keys"),
];

/// The frame of a config page: its neighbours on the left, then title and content.
#[component]
pub(crate) fn Config(
    title: &'static str,
    /// What the page is for, in one sentence.
    about: &'static str,
    children: Children,
) -> impl IntoView {
    let admin = use_viewer().is_some_and(|v| v.may(Permission::Configure));
    #[cfg(feature = "ssr")]
    if let (false, Some(response)) = (admin, use_context::<leptos_axum::ResponseOptions>()) {
        response.set_status(http::StatusCode::FORBIDDEN);
    }
    let links = PAGES.map(|(href, icon, name)| {
        // Those rendered by the server alone are no routes of the browser half.
        let rel = (href != ROUTED).then_some("external");
        view! { <a href=href rel=rel aria-current=(name == title).then_some("page")><Icon name=icon />{name}</a> }
    });
    view! {
        <Frame section=Section::Settings crumbs=move || view! {
            <span>"App config"</span>
            <span aria-hidden="true">"/"</span>
            <strong>{title}</strong>
        }>
            <div class="config">
                <nav class="config-nav" aria-label="App config">{links.collect_view()}</nav>
                <div class="config-page">
                    <header>
                        <h1>{title}</h1>
                        <p class="hint">{about}</p>
                    </header>
                    {if admin {
                        children()
                    } else {
                        view! {
                            <Empty icon="lock" title="Only admins can change this">
                                <p>"Ask an admin of your workspace: they decide this for everybody."</p>
                            </Empty>
                        }
                        .into_any()
                    }}
                </div>
            </div>
        </Frame>
    }
}
