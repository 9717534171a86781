//! Where one goes on from an answered ticket that no view of the inbox led to.

use super::api::load_tickets;
use rapport_domain::CustomerId;
use rapport_domain::ticket::{TicketListQuery, TicketScope};

/// The customer's open ticket with the newest activity, besides this one.
pub(crate) async fn next_open(
    customer: CustomerId,
    number: i64,
) -> Result<Option<i64>, crate::Failure> {
    let query = TicketListQuery { scope: TicketScope::Open, limit: Some(2), ..Default::default() };
    let open = load_tickets(customer, query).await?.page.items;
    Ok(open.iter().map(|row| row.number).find(|other| *other != number))
}
