//! An account's page: what happened around its customers and to itself, and beside it what is known of
//! the company, who belongs to it, and notes.
//!
//! The timeline pane is the profile's. The rest comes with one query; who is to be linked is looked for
//! by the address (`?link=`).

mod about;
mod api;
mod data;
mod members;
#[cfg(feature = "ssr")]
pub(crate) mod server_pages;

use crate::frame::{Frame, Section};
use crate::live::provide_changed;
use crate::page_table;
use crate::pages::not_found::NotFoundPage;
use crate::panes::timeline::TimelinePane;
use about::AboutAccount;
use data::{AccountName, UnknownAccount, provide_account};
use leptos::prelude::*;
use leptos_router::hooks::{use_query_map, use_url};
use rapport_domain::AccountId;
use rapport_domain::timeline::Stream;

#[component]
pub fn AccountPage() -> impl IntoView {
    // The route's own address, which stands still once the page is left.
    let url = use_url();
    let account = Memo::new(move |_| url.with(|url| parse(url.path())));
    provide_changed();
    provide_account(account);
    let whose = Signal::derive(move || account.get().map(Stream::from));
    let query = use_query_map();
    let about = Memo::new(move |_| query.with(|q| q.get("pane")).as_deref() == Some("info"));
    view! {
        // An address that cannot be an account's is a 404 before any pane asks for data.
        <Show when=move || account.get().is_some() fallback=NotFoundPage>
            <UnknownAccount />
            <Frame section=Section::Accounts crumbs=|| view! {
                <a href=page_table::ACCOUNTS.path rel="external">{page_table::ACCOUNTS.title}</a>
                <span aria-hidden="true">"/"</span>
                <strong class="clip"><AccountName /></strong>
            }>
                <div class="profile account" data-pane=move || if about.get() { "info" } else { "centre" }>
                    {view! { <PaneTabs about /> }.into_any()}
                    {view! { <TimelinePane whose /> }.into_any()}
                    {view! { <AboutAccount /> }.into_any()}
                </div>
            </Frame>
        </Show>
    }
}

/// On narrow screens one pane shows at a time.
#[component]
fn PaneTabs(about: Memo<bool>) -> impl IntoView {
    view! {
        <nav class="pane-tabs" aria-label="Panes">
            <a href="?pane=centre" aria-current=move || (!about.get()).then_some("true")>"Timeline"</a>
            <a href="?pane=info" aria-current=move || about.get().then_some("true")>"About"</a>
        </nav>
    }
}

fn parse(path: &str) -> Option<AccountId> {
    path.strip_prefix("/accounts/")?.trim_end_matches('/').parse().ok()
}
