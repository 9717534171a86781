//! The frame around every page of a logged-in person: rail, top bar, content.

use crate::live::LiveState;
use crate::page_table::{ACCOUNTS, CUSTOMERS, INBOX, PageInfo, config, home};
use crate::session::use_viewer;
use crate::ui::about::About;
use crate::ui::avatar::Avatar;
use crate::ui::icon::Icon;
use crate::ui::keys::Keys;
use crate::waiting::use_waiting;
use leptos::prelude::*;
use rapport_domain::Permission;

pub use crate::page_table::Section;

/// Rail on the left, top bar with crumbs and search, and the page in `<main>`.
#[component]
pub fn Frame(
    section: Section,
    /// What stands left in the top bar, usually crumbs.
    #[prop(into)]
    crumbs: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="shell">
            {view! { <Rail section /> }.into_any()}
            <div class="stage">
                <header class="topbar">
                    <div class="crumbs">{crumbs.run()}</div>
                    {view! { <LiveState /> }.into_any()}
                    <form class="search" role="search" action="/search" method="get">
                        <Icon name="search" />
                        <input type="search" name="q" aria-label="Search customers and tickets" placeholder="Name, e-mail, phone, ID, #1042, words" maxlength="200" />
                        <Keys key="K" />
                    </form>
                </header>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Rail(section: Section) -> impl IntoView {
    let current = move |s: Section| (section == s).then_some("page");
    let viewer = use_viewer();
    let me = viewer.as_ref().map(|v| v.user);
    let name = viewer.as_ref().map(|v| v.name.clone()).unwrap_or_default();
    let who =
        viewer.as_ref().map(|v| format!("{} · {}", v.name, v.workspace_name)).unwrap_or_default();
    let waiting = use_waiting();
    let unread = move || waiting.get().notifications;
    let bell = move || match unread() {
        0 => "Notifications".to_string(),
        n => format!("Notifications, {n} new"),
    };
    let settings = viewer.as_ref().is_some_and(|v| v.may(Permission::SettingsWrite));
    let may = |page: &PageInfo| viewer.as_ref().is_some_and(|v| v.may(page.permission));
    let config = viewer.as_ref().and_then(config);
    let start = viewer.as_ref().map_or(INBOX, home);
    let (tickets, customers, accounts) = (may(&INBOX), may(&CUSTOMERS), may(&ACCOUNTS));
    let starting = settings && viewer.as_ref().is_some_and(|v| v.starting);
    let open = move || waiting.get().tickets;
    let inbox = move || match open() {
        0 => "Inbox".to_string(),
        1 => "Inbox: 1 open ticket of yours or nobody's".to_string(),
        n => format!("Inbox: {n} open tickets of yours or nobody's"),
    };
    let works = viewer.as_ref().is_some_and(|v| v.may(Permission::TicketsWrite));
    let away = viewer.as_ref().is_some_and(|v| v.away);
    view! {
        <nav class="rail" aria-label="Main">
            <a class="logo" href=start.path rel=start.rel() title="Rapport" aria-label="Rapport">"R"</a>
            {starting.then(|| view! {
                <a href="/get-started" rel="external" aria-current=current(Section::Start) title="Get started" aria-label="Get started"><Icon name="circle-check" /></a>
            })}
            {tickets.then(|| view! {
                <a href="/inbox" aria-current=current(Section::Inbox) title=inbox aria-label=inbox><Icon name="inbox" /><Badge number=move || i64::from(open()) most=99 /></a>
            })}
            {customers.then(|| view! {
                <a href="/customers" aria-current=current(Section::Customers) title="Customers" aria-label="Customers"><Icon name="users" /></a>
            })}
            {accounts.then(|| view! {
                <a href="/accounts" rel="external" aria-current=current(Section::Accounts) title="Accounts" aria-label="Accounts"><Icon name="building" /></a>
            })}
            <span class="spacer"></span>
            <a href="/notifications" rel="external" aria-current=current(Section::Notifications) title="Notifications" aria-label=bell>
                <Icon name="bell" />
                <Badge number=unread most=9 />
            </a>
            {config.map(|page| view! {
                <a href=page.path rel=page.rel() aria-current=current(Section::Settings) title="App config" aria-label="App config"><Icon name="settings" /></a>
            })}
            <details class="menu rail-menu" data-popup="fleeting">
                <summary title=who.clone() aria-label="Your account"><Avatar name=name.clone() of=me />{away.then(|| view! { <span class="away" title="Away: new tickets go to others"></span> })}</summary>
                <div class="menu-items">
                    <p class="menu-head">{who}</p>
                    <a href="/settings/preferences" rel="external" aria-current=current(Section::Account)><Icon name="sliders-horizontal" />"Preferences"</a>
                    {works.then(|| view! {
                        <form action="/away" method="post">
                            {(!away).then(|| view! { <input type="hidden" name="on" value="1" /> })}
                            <button type="submit"><Icon name="moon" />{if away { "I am back" } else { "I am away" }}</button>
                        </form>
                    })}
                    <form action="/logout" method="post"><button type="submit"><Icon name="log-out" />"Log out"</button></form>
                    <About />
                </div>
            </details>
        </nav>
    }
}

/// A number at an icon; none for nothing, `most` and a plus beyond that. The icon's own label
/// says it in words.
#[component]
fn Badge(number: impl Fn() -> i64 + Send + Sync + 'static, most: i64) -> impl IntoView {
    move || {
        let number = number();
        (number > 0).then(|| {
            let shown = if number > most { format!("{most}+") } else { number.to_string() };
            view! { <span class="badge" aria-hidden="true">{shown}</span> }
        })
    }
}
