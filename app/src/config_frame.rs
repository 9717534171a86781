//! The frame of the app config: what an admin sets for the whole workspace. The services refuse everybody
//! else; the frame only says so in a friendlier way.

use crate::frame::{Frame, Section};
use crate::page_table::{PAGES, PageInfo};
use crate::session::use_viewer;
use crate::ui::empty::Empty;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// The frame of a config page: its neighbours on the left, then title and content.
#[component]
pub(crate) fn Config(
    title: &'static str,
    /// What the page is for, in one sentence.
    about: &'static str,
    children: Children,
) -> impl IntoView {
    let viewer = use_viewer();
    let may = |page: &PageInfo| viewer.as_ref().is_some_and(|v| v.may(page.permission));
    let admin = PAGES.iter().any(|page| page.title == title && may(page));
    #[cfg(feature = "ssr")]
    if let (false, Some(response)) = (admin, use_context::<leptos_axum::ResponseOptions>()) {
        response.set_status(http::StatusCode::FORBIDDEN);
    }
    let neighbours = PAGES.iter().filter(|page| page.section == Section::Settings && may(page));
    let links: Vec<_> = neighbours
        .map(|page| {
            let current = (page.title == title).then_some("page");
            view! { <a href=page.path rel=page.rel() aria-current=current><Icon name=page.icon />{page.title}</a> }
        })
        .collect();
    view! {
        <Frame section=Section::Settings crumbs=move || view! {
            <span>"App config"</span>
            <span aria-hidden="true">"/"</span>
            <strong>{title}</strong>
        }>
            <div class="config">
                <nav class="config-nav" aria-label="App config">{links}</nav>
                <ConfigPage title about>
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
                </ConfigPage>
            </div>
        </Frame>
    }
}

/// Title, what the page is for, and its content in one column.
#[component]
pub(crate) fn ConfigPage(
    title: &'static str,
    about: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="config-page">
            <header>
                <h1>{title}</h1>
                <p class="hint">{about}</p>
            </header>
            {children()}
        </div>
    }
}
