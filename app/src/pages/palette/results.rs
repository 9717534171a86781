//! What a search finds, as a page: where the search in the top bar leads.

use super::destinations::{Destination, Group};
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::server_page::PageRequest;
use crate::ui::empty::{Empty, ErrorPanel};
use crate::ui::icon::Icon;
use axum::response::Response;
use leptos::prelude::*;
use rapport_domain::{address, limits};
use rapport_services::search;

/// `GET /search?q=`
pub(super) async fn open(request: PageRequest) -> Response {
    let q = request.query("q").unwrap_or_default().trim().to_string();
    let found = search::find(&request.ctx, &q).await;
    let status = page_status(found.as_ref().err());
    request.respond(status, "Search", || {
        let content = match found {
            Ok(found) => groups(Group::found(found), &q),
            Err(error) => view! { <ErrorPanel error=crate::Failure(error) /> }.into_any(),
        };
        view! {
            <Frame section=Section::Customers crumbs=|| view! { <strong>"Search"</strong> }>
                <div class="config-page">
                    <header><h1>"Search"</h1></header>
                    <form class="found-search" role="search" action="/search" method="get">
                        <input class="input" type="search" name="q" value=q maxlength=limits::SEARCH_CHARS aria-label="Search everything" placeholder="Name, e-mail, phone, ID, #1042 or words" />
                        <button class="btn primary" type="submit"><Icon name="search" />"Search"</button>
                    </form>
                    {content}
                </div>
            </Frame>
        }
        .into_any()
    })
}

fn groups(groups: Vec<Group>, q: &str) -> AnyView {
    if q.chars().count() < limits::SEARCH_CHARS_MIN && groups.iter().all(|g| g.items.is_empty()) {
        return view! { <Empty icon="search" title="Search customers, tickets and accounts"><p>"Type at least two letters."</p></Empty> }.into_any();
    }
    if groups.iter().all(|group| group.items.is_empty()) {
        let title = format!("Nothing matches “{q}”");
        return view! { <Empty icon="search" title><p>"Searches customers, tickets and accounts by the beginning of words."</p></Empty> }.into_any();
    }
    let more = |name: &str| {
        (name == "Customers").then(|| {
            let href = format!("/customers?q={}", address::encode(q));
            view! { <a class="hint" href=href>"All customers that match"</a> }
        })
    };
    groups
        .into_iter()
        .filter(|group| !group.items.is_empty())
        .map(|group| {
            view! {
                <section class="found">
                    <header><h2>{group.name}</h2>{more(group.name)}</header>
                    <ul>{group.items.into_iter().map(row).collect_view()}</ul>
                </section>
            }
        })
        .collect_view()
        .into_any()
}

fn row(place: Destination) -> impl IntoView {
    view! {
        <li>
            <a href=place.href>
                <Icon name=place.icon />
                <span class="clip">{place.title}</span>
                <span class="hint clip">{place.detail}</span>
            </a>
        </li>
    }
}
