//! What stands around one's own pages.

use crate::config_frame::ConfigPage;
use crate::frame::{Frame, Section};
use crate::page_table::{PAGES, PageInfo};
use crate::session::use_viewer;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Each page leads to the others.
pub(super) fn own_frame(title: &'static str, about: &'static str, content: AnyView) -> AnyView {
    let viewer = use_viewer();
    let may = move |page: &&PageInfo| viewer.as_ref().is_some_and(|v| v.may(page.permission));
    let own = PAGES.iter().filter(|page| page.section == Section::Account).filter(may);
    let links = own.map(move |page| {
        let current = (page.title == title).then_some("page");
        view! { <a href=page.path aria-current=current><Icon name=page.icon />{page.title}</a> }
    });
    view! {
        <Frame section=Section::Account crumbs=move || view! { <strong>{title}</strong> }>
            <div class="config">
                <nav class="config-nav" aria-label="Your account">{links.collect_view()}</nav>
                <ConfigPage title about>{content}</ConfigPage>
            </div>
        </Frame>
    }
    .into_any()
}
