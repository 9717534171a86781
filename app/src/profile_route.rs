//! Where on the profile page the reader is.

use leptos::prelude::*;
use leptos_router::hooks::{use_query_map, use_url};
use rapport_domain::CustomerId;

/// The pane that a narrow screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Tickets,
    Centre,
    Info,
}

impl Pane {
    /// The word in the address and in the styles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Centre => "centre",
            Self::Info => "info",
        }
    }
}

/// What the address names.
#[derive(Debug, Clone, Copy)]
pub struct ProfileRoute {
    /// The customer; `None` when the address holds no valid id.
    pub customer: Memo<Option<CustomerId>>,
    /// The number of the open ticket.
    pub ticket: Memo<Option<i64>>,
    /// The ticket that was asked for: its row shows it at once, the ticket comes after that.
    pub asked: RwSignal<Option<i64>>,
    /// `?pane=`: what a narrow screen shows; the centre unless asked otherwise.
    pub pane: Memo<Pane>,
}

pub(crate) fn provide_profile_route() -> ProfileRoute {
    // The route's own address, which stands still once the page is left: what is still on screen
    // then asks nothing of what is gone already. The window's address would go on to the next page.
    let url = use_url();
    let at = move || url.with(|url| parse(url.path()));
    let customer = Memo::new(move |_| at().map(|(customer, _)| customer));
    let ticket = Memo::new(move |_| at().and_then(|(_, ticket)| ticket));
    let query = use_query_map();
    let pane = Memo::new(move |_| match query.with(|q| q.get("pane")).as_deref() {
        Some("tickets") => Pane::Tickets,
        Some("info") => Pane::Info,
        _ => Pane::Centre,
    });
    let asked = RwSignal::new(None);
    // Whatever opened by now, it is that ticket which counts.
    Effect::new(move |_| {
        ticket.track();
        asked.set(None);
    });
    let route = ProfileRoute { customer, ticket, asked, pane };
    provide_context(route);
    route
}

/// What the address names; only below [`crate::pages::profile::ProfilePage`].
pub fn use_profile_route() -> ProfileRoute {
    expect_context::<ProfileRoute>()
}

impl ProfileRoute {
    /// The address of this customer's timeline.
    pub fn timeline_href(self) -> String {
        self.customer.get().map(|c| format!("/customers/{c}")).unwrap_or_default()
    }

    /// The address of one of this customer's tickets.
    pub fn ticket_href(self, number: i64) -> String {
        format!("{}/tickets/{number}", self.timeline_href())
    }
}

fn parse(path: &str) -> Option<(CustomerId, Option<i64>)> {
    let mut parts = path.strip_prefix("/customers/")?.trim_end_matches('/').split('/');
    let customer = parts.next()?.parse().ok()?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some((customer, None)),
        (Some("tickets"), Some(number), None) => {
            Some((customer, Some(number.parse().ok().filter(|n| *n > 0)?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;

    #[test]
    fn the_address_names_customer_and_ticket() {
        let id = CustomerId(Uuid::from_u128(9));
        assert_eq!(parse(&format!("/customers/{id}")), Some((id, None)));
        assert_eq!(parse(&format!("/customers/{id}/tickets/1042")), Some((id, Some(1042))));
        for bad in ["/customers/x", "/customers/", "/inbox"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&format!("/customers/{id}/tickets/-1")), None);
    }
}
