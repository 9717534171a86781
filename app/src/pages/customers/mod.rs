//! The Customers page: everybody the workspace knows, searched, sorted, page by page.
//!
//! Search, order, account and page stand in the address, so every view can be linked to and
//! works without JavaScript; a click opens the profile.

mod address;
mod api;
mod create;
mod row;
mod search;

use crate::frame::{Frame, Section};
use crate::origin::use_origin;
use crate::page_data::page_data;
use crate::session::use_viewer;
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::page_title::PageTitle;
use crate::ui::rows::step;
use crate::ui::shortcuts::{focus, use_shortcut};
use address::Shown;
use api::load_customers;
use create::NewCustomerForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::Permission;
use rapport_domain::customer::{CustomerPage, CustomerSort};
use rapport_presentation::account_href;
use row::CustomerRow;
use search::SearchBox;

/// How a server creates a customer; the address is this installation's own.
const SNIPPET: &str = r#"curl -X POST "$RAPPORT_URL/api/v1/customers" \
  -H "Authorization: Bearer $RAPPORT_SECRET_KEY" \
  -H "Content-Type: application/json" \
  -d '{"external_id": "user_1", "email": "alex@example.com", "name": "Alex Morgan"}'"#;

#[component]
pub fn CustomersPage() -> impl IntoView {
    let params = use_query_map();
    // Whoever is opened from here was not found in the inbox.
    Effect::new(|_| use_origin().forget());
    let shown = Memo::new(move |_| params.with(Shown::read));
    // Opening the form must not load the list again.
    let query = Memo::new(move |_| shown.with(|s| s.query.clone()));
    let page = page_data(move || query.get(), load_customers);
    let may_write = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    let new = Memo::new(move |_| may_write && shown.with(|s| s.new));
    let back = Signal::derive(move || Shown { new: false, ..shown.get() }.href());
    let open = move || Shown { new: true, ..shown.get() }.href();
    use_shortcut("j", "Next customer", || step(".customer-row a.name", 1));
    use_shortcut("k", "Previous customer", || step(".customer-row a.name", -1));
    use_shortcut("/", "Search customers", || focus(".customer-search input"));
    view! {
        <PageTitle text="Customers" />
        <Frame section=Section::Customers crumbs=|| view! { <strong>"Customers"</strong> }>
            <div class="customers">
                <header class="customers-head">
                    <h1>"Customers"</h1>
                    {view! { <SearchBox shown /> }.into_any()}
                    {view! { <SortLinks shown /> }.into_any()}
                    {may_write.then(|| view! {
                        <a class="btn" href="/customers?for=ticket"><Icon name="plus" />"New ticket"</a>
                        <a class="btn primary" href=open><Icon name="user-plus" />"New customer"</a>
                    })}
                </header>
                {move || new.get().then(|| view! { <NewCustomerForm back /> })}
                {move || shown.with(|s| s.for_ticket).then(|| view! {
                    <p class="customers-filter" role="status">
                        <strong>"Who is the new ticket for?"</strong>
                        <a class="chip" href=move || Shown { for_ticket: false, ..shown.get() }.href()>"Cancel"</a>
                    </p>
                })}
                <Transition fallback=|| view! { <Skeleton rows=12 /> }>
                    {move || page.get().map(|result| match result {
                        Ok(page) => view! { <List page shown=shown.get() may_write /> }.into_any(),
                        Err(error) => view! { <ErrorPanel error /> }.into_any(),
                    })}
                </Transition>
            </div>
        </Frame>
    }
}

/// The orders of the list, as links.
#[component]
fn SortLinks(shown: Memo<Shown>) -> impl IntoView {
    let links = CustomerSort::ALL.iter().map(|sort| {
        let href = move || shown.get().with(|q| q.sort = Some(*sort)).href();
        let current = move || (shown.get().sort() == *sort).then_some("true");
        view! { <a class="chip" href=href aria-current=current>{sort.label()}</a> }
    });
    view! { <nav class="customers-sort" aria-label="Order">{links.collect_view()}</nav> }
}

/// The table, or why it is empty, and the ways on.
#[component]
fn List(page: CustomerPage, shown: Shown, may_write: bool) -> impl IntoView {
    let CustomerPage { items, next, account } = page;
    let all = shown.with(|q| q.account = None).href();
    let for_ticket = shown.for_ticket;
    let chip = account.map(|account| {
        let label = format!("Show customers of all accounts instead of {}", account.name);
        view! {
            <p class="customers-filter">
                <span class="hint">"Account"</span>
                <a class="clip" href=account_href(account.id)>{account.name}</a>
                <a class="chip" href=all aria-label=label title="Remove this filter"><Icon name="x" /></a>
            </p>
        }
    });
    if items.is_empty() {
        return view! { {chip} {nothing(&shown, may_write)} }.into_any();
    }
    let first = shown.query.after.is_some().then(|| shown.with(|_| ()).href());
    let next = next.map(|after| shown.with(|q| q.after = Some(after)).href());
    view! {
        {chip}
        <table class="customer-table">
            <caption class="visually-hidden">"Customers"</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"E-mail"</th>
                    <th scope="col">"Phone"</th>
                    <th scope="col">"Account"</th>
                    <th scope="col" class="tickets" title="Open and all tickets">"Tickets"</th>
                    <th scope="col" class="when">"Last activity"</th>
                </tr>
            </thead>
            <tbody>
                {items.into_iter().map(|row| view! { <CustomerRow row for_ticket /> }).collect_view()}
            </tbody>
        </table>
        <nav class="customers-pages" aria-label="Pages">
            {first.map(|href| view! { <a class="btn" href=href>"First page"</a> })}
            {next.map(|href| view! { <a class="btn" rel="next" href=href>"Next page"</a> })}
        </nav>
    }
    .into_any()
}

/// Why the list is empty, and the way out.
fn nothing(shown: &Shown, may_write: bool) -> AnyView {
    if shown.query.after.is_some() {
        let first = shown.with(|_| ()).href();
        return view! {
            <Empty icon="users" title="No more customers">
                <p><a class="btn" href=first>"First page"</a></p>
            </Empty>
        }
        .into_any();
    }
    if shown.is_narrowed() {
        let title = match &shown.query.q {
            Some(q) => format!("Nobody matches “{q}”"),
            None => "This account has no customers".into(),
        };
        return view! {
            <Empty icon="search" title>
                <p>"Searches names, e-mails, phones, external IDs and accounts."</p>
                <p><a class="btn" href="/customers">"Show everybody"</a></p>
            </Empty>
        }
        .into_any();
    }
    let open = Shown { new: true, ..shown.clone() }.href();
    view! {
        <Empty icon="users" title="No customers yet">
            <p>"They appear when they write to "<a class="plain-link" href="/settings/mailboxes" rel="external">"a mailbox of yours"</a>", when your server sends them, or when you add one."</p>
            <pre class="snippet" tabindex="0" aria-label="How a server creates a customer"><code>{SNIPPET}</code></pre>
            {may_write.then(|| view! { <p><a class="btn" href=open>"New customer"</a></p> })}
        </Empty>
    }
    .into_any()
}
