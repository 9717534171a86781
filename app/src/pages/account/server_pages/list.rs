//! The Accounts page: every company, searched, sorted, page by page, as the Customers page does it
//! for people.

use crate::Failure;
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::page_table::{self, PageInfo};
use crate::server_page::PageRequest;
use crate::ui::empty::{Empty, ErrorPanel};
use crate::ui::icon::Icon;
use crate::ui::time::Time;
use axum::response::Response;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use rapport_domain::account_list::{AccountList, AccountQuery, AccountRow, AccountSort, COUNTED};
use rapport_domain::{Permission, limits};
use rapport_presentation::account_href;
use rapport_presentation::card::date_text;
use rapport_services::accounts;

const PAGE: PageInfo = page_table::ACCOUNTS;

pub async fn open(request: PageRequest) -> Response {
    let text = |name: &str| request.query(name).filter(|t| !t.trim().is_empty()).map(String::from);
    let query = AccountQuery {
        q: text("q"),
        // What it cannot read is as if absent.
        sort: text("sort").and_then(|t| t.parse().ok()),
        after: text("after"),
    };
    let list = accounts::search_list(&request.ctx, &query).await;
    let may_write = request.viewer.may(Permission::CustomersWrite);
    request.respond(page_status(list.as_ref().err()), PAGE.title, || {
        let content = match list {
            Ok(list) => table(list, &query, may_write),
            Err(error) => view! { <ErrorPanel error=Failure(error) /> }.into_any(),
        };
        view! {
            <Frame section=Section::Accounts crumbs=|| view! { <strong>{PAGE.title}</strong> }>
                <div class="customers accounts">
                    {head(&query, may_write)}
                    {content}
                </div>
            </Frame>
        }
        .into_any()
    })
}

/// The same list from its start, in an order.
fn href(query: &AccountQuery, sort: Option<AccountSort>, after: Option<String>) -> String {
    let mut params = ParamsMap::new();
    let sort = sort.filter(|s| *s != AccountSort::Name).map(|s| s.as_str().to_string());
    for (name, value) in [("q", query.q.clone()), ("sort", sort), ("after", after)] {
        if let Some(value) = value {
            params.insert(name, value);
        }
    }
    format!("{}{}", PAGE.path, params.to_query_string())
}

fn head(query: &AccountQuery, may_write: bool) -> AnyView {
    let now = query.sort.unwrap_or(AccountSort::Name);
    let orders = AccountSort::ALL.iter().map(|sort| {
        let current = (*sort == now).then_some("true");
        view! { <a class="chip" href=href(query, Some(*sort), None) aria-current=current>{sort.label()}</a> }
    });
    let sort = query.sort.map(|s| view! { <input type="hidden" name="sort" value=s.as_str() /> });
    view! {
        <header class="customers-head">
            <h1>{PAGE.title}</h1>
            <form class="customer-search" role="search" action=PAGE.path method="get">
                <Icon name="search" />
                <input type="search" name="q" value=query.q.clone() aria-label="Search accounts" placeholder="Name, domain or ID" maxlength=limits::SEARCH_CHARS autocomplete="off" />
                {sort}
                <button class="btn quiet" type="submit">"Search"</button>
            </form>
            <nav class="customers-sort" aria-label="Order">{orders.collect_view()}</nav>
            {may_write.then(|| view! {
                <a class="btn primary" href="/accounts/new"><Icon name="plus" />"New account"</a>
            })}
        </header>
    }
    .into_any()
}

fn table(list: AccountList, query: &AccountQuery, may_write: bool) -> AnyView {
    let AccountList { items, next } = list;
    if items.is_empty() {
        return nothing(query, may_write);
    }
    let first = query.after.is_some().then(|| href(query, query.sort, None));
    let next = next.map(|after| href(query, query.sort, Some(after)));
    view! {
        <table class="customer-table account-table">
            <caption class="visually-hidden">"Accounts"</caption>
            <thead>
                <tr>
                    <th scope="col">"Account"</th>
                    <th scope="col">"Owner"</th>
                    <th scope="col" class="plan">"Plan"</th>
                    <th scope="col" class="mrr">"Monthly revenue"</th>
                    <th scope="col" class="renewal">"Renewal"</th>
                    <th scope="col" class="count">"Customers"</th>
                    <th scope="col" class="count" title="Their open tickets">"Open"</th>
                    <th scope="col" class="when">"Last activity"</th>
                </tr>
            </thead>
            <tbody>{items.into_iter().map(row).collect_view()}</tbody>
        </table>
        <nav class="customers-pages" aria-label="Pages">
            {first.map(|href| view! { <a class="btn" href=href>"First page"</a> })}
            {next.map(|href| view! { <a class="btn" rel="next" href=href>"Next page"</a> })}
        </nav>
    }
    .into_any()
}

fn row(row: AccountRow) -> AnyView {
    let cell = |text: Option<String>| match text {
        Some(text) => {
            view! { <span class="clip" title=text.clone()>{text.clone()}</span> }.into_any()
        }
        None => view! { <span class="none" aria-hidden="true">"–"</span> }.into_any(),
    };
    let customers = format!("/customers?account={}", row.id);
    let people = (row.customers > 0).then(|| {
        let label = format!("{} customers of {}", counted(row.customers), row.name);
        view! { <a href=customers rel="external" aria-label=label>{counted(row.customers)}</a> }
    });
    let active = match row.last_activity_at {
        Some(at) => view! { <Time at=at /> }.into_any(),
        None => cell(None),
    };
    let open = row.open_tickets > 0;
    view! {
        <tr class="customer-row account-row">
            <td class="who">
                <span class="who-line">
                    <Icon name="building" />
                    <a class="name clip" href=account_href(row.id) title=row.name.clone()>{row.name.clone()}</a>
                    <span class="hint clip domain">{row.domain}</span>
                </span>
            </td>
            <td class="owner">{cell(row.owner.map(|o| o.name))}</td>
            <td class="plan">{cell(row.plan)}</td>
            <td class="mrr num">{cell(row.mrr)}</td>
            <td class="renewal num">{cell(row.renewal_date.map(date_text))}</td>
            <td class="account count num">{match people {
                Some(link) => link.into_any(),
                None => view! { <span class="hint">"0"</span> }.into_any(),
            }}<span class="unit" aria-hidden="true">{if row.customers == 1 { " customer" } else { " customers" }}</span></td>
            <td class="tickets count num"><span class:open=open>{counted(row.open_tickets)}</span><span class="unit" aria-hidden="true">" open"</span></td>
            <td class="when">{active}</td>
        </tr>
    }
    .into_any()
}

/// A number that was counted to a bound.
fn counted(n: i64) -> String {
    if n >= COUNTED { format!("{}+", COUNTED - 1) } else { n.to_string() }
}

/// Why the list is empty, and what fills it.
fn nothing(query: &AccountQuery, may_write: bool) -> AnyView {
    if query.after.is_some() {
        let first = href(query, query.sort, None);
        return view! {
            <Empty icon="building" title="No more accounts">
                <p><a class="btn" href=first>"First page"</a></p>
            </Empty>
        }
        .into_any();
    }
    if let Some(q) = &query.q {
        return view! {
            <Empty icon="search" title=format!("No account matches “{q}”")>
                <p>"Searches names, e-mail domains and IDs."</p>
                <p><a class="btn" href=PAGE.path>"Show all accounts"</a></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty icon="building" title="No accounts yet">
            <p>"They come with the customers that "<a class="plain-link" href="/customers" rel="external">"your server sends"</a>", or are created here. People who write from an account’s domain join it."</p>
            {may_write.then(|| view! { <p><a class="btn" href="/accounts/new">"New account"</a></p> })}
        </Empty>
    }
    .into_any()
}
