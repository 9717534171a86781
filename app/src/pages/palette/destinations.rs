//! Where the palette leads.

use crate::frame::Section;
use crate::page_table::{Half, INBOX, PAGES, PageInfo};
use rapport_domain::Permission;
use rapport_domain::search::{Found, FoundTicket};
use rapport_domain::session::Viewer;
use rapport_domain::ticket::{InboxQuery, SavedView, Views};
use rapport_presentation::{Href, account_href};
use serde::Serialize;

/// Places of one kind.
#[derive(Debug, Serialize)]
pub struct Group {
    pub name: &'static str,
    pub items: Vec<Destination>,
}

/// One place to go to.
#[derive(Debug, Serialize)]
pub struct Destination {
    pub title: String,
    pub detail: String,
    pub icon: &'static str,
    pub href: String,
    /// Rendered by the server alone: no route of the browser half.
    pub external: bool,
}

impl Group {
    /// What was looked at last.
    pub fn recent(tickets: Vec<FoundTicket>) -> Self {
        Self { name: "Recent", items: tickets.into_iter().map(ticket).collect() }
    }

    /// What was found, kind by kind.
    pub fn found(found: Found) -> Vec<Self> {
        let customers = found.customers.into_iter().map(|c| Destination {
            detail: c.email.or(c.phone).or(c.account.map(|a| a.name)).unwrap_or_default(),
            title: c.name,
            icon: "user",
            href: format!("/customers/{}", c.id),
            external: false,
        });
        let accounts = found.accounts.into_iter().map(|a| Destination {
            title: a.name,
            detail: String::new(),
            icon: "building",
            href: account_href(a.id),
            external: true,
        });
        vec![
            Self { name: "Customers", items: customers.collect() },
            Self { name: "Tickets", items: found.tickets.into_iter().map(ticket).collect() },
            Self { name: "Accounts", items: accounts.collect() },
        ]
    }
}

fn ticket(found: FoundTicket) -> Destination {
    Destination {
        href: found.href(),
        title: format!("#{} {}", found.number, found.subject),
        detail: format!("{} · {}", found.customer_name, found.status.label()),
        icon: "inbox",
        external: false,
    }
}

/// The pages that the reader may open and whose name has every word of `q`, or the start of it.
pub fn destinations(viewer: &Viewer, saved: Vec<SavedView>, q: &str) -> Group {
    let words = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        lower.split([' ', ':']).filter(|word| !word.is_empty()).map(String::from).collect()
    };
    let wanted = words(q);
    let fits = |place: &Destination| {
        let name = words(&place.title);
        wanted.iter().all(|word| name.iter().any(|part| part.starts_with(word)))
    };
    Group { name: "Go to", items: all(viewer, saved).into_iter().filter(fits).collect() }
}

fn all(viewer: &Viewer, saved: Vec<SavedView>) -> Vec<Destination> {
    let page = |title: &str, icon, href: &str, external| Destination {
        title: title.into(),
        detail: String::new(),
        icon,
        href: href.into(),
        external,
    };
    let saved = saved.into_iter().map(|view| (view.name, view.query));
    let views = Views::built_in().into_iter().map(|view| (view.name, view.query)).chain(saved);
    let view = |(name, query): (String, InboxQuery)| {
        page(&format!("Inbox: {name}"), "inbox", &query.href(), false)
    };
    let mut all: Vec<_> = views.map(view).collect();
    // Of the inbox its views are offered.
    let offered = |p: &&PageInfo| p.section != Section::Start || viewer.starting;
    let named =
        PAGES.iter().filter(|p| viewer.may(p.permission) && p.path != INBOX.path).filter(offered);
    all.extend(named.map(|p| {
        let title = match p.section {
            Section::Settings => format!("Settings: {}", p.title),
            _ => p.title.to_string(),
        };
        page(&title, p.icon, p.path, p.half == Half::Server)
    }));
    if viewer.may(Permission::CustomersWrite) {
        all.push(page("New customer", "user-plus", "/customers?new=customer", false));
    }
    all
}
