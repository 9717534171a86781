//! Searching everything at once: customers, tickets, accounts.

use crate::{Ctx, Result, rules};
use rapport_domain::customer::CustomerSort;
use rapport_domain::search::{Found, FoundTicket, TicketSearch};
use rapport_domain::{AppError, Permission, limits, text};
use rapport_store::customers::ListQuery;

/// A few of each kind that the actor may read; nothing for a text too short to be of use.
pub async fn find(ctx: &Ctx, q: &str) -> Result<Found> {
    ctx.require(Permission::CustomersRead)?;
    let each = limits::FOUND_EACH;
    let q: String = text::clean_line(q).chars().take(limits::SEARCH_CHARS).collect();
    let (tickets, search) = (TicketSearch::parse(&q), rules::search(ctx, &q).await?);
    if search.is_none() && tickets.number.is_none() {
        return Ok(Found::default());
    }
    let people = async {
        let Some(search) = search else { return Ok(Vec::new()) };
        let query = ListQuery {
            search: Some(search),
            account: None,
            sort: CustomerSort::Activity,
            after: None,
            limit: each,
        };
        ctx.store.customers(ctx.workspace, &query).await.map(|(items, _)| items)
    };
    let reads_tickets = ctx.may(Permission::TicketsRead);
    let by_text = async {
        match reads_tickets {
            true => ctx.store.find_tickets(ctx.workspace, &tickets, i64::from(each)).await,
            false => Ok(Vec::new()),
        }
    };
    let (mut customers, mut tickets, mut accounts) =
        tokio::try_join!(people, by_text, ctx.store.search_accounts(ctx.workspace, &q))?;
    let each = each as usize;
    customers.truncate(each);
    accounts.truncate(each);
    // Whoever was found may have written about something else.
    if reads_tickets && tickets.len() < each && !customers.is_empty() {
        let ids: Vec<_> = customers.iter().map(|c| c.id).collect();
        let of_them = ctx.store.tickets_of_customers(ctx.workspace, &ids, each as i64).await?;
        for ticket in of_them {
            if tickets.iter().all(|t| t.number != ticket.number) {
                tickets.push(ticket);
            }
        }
        tickets.truncate(each);
    }
    Ok(Found { customers, tickets, accounts })
}

/// The tickets that the acting person looked at last.
pub async fn recent(ctx: &Ctx) -> Result<Vec<FoundTicket>> {
    ctx.require(Permission::CustomersRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    if !ctx.may(Permission::TicketsRead) {
        return Ok(Vec::new());
    }
    let limit = i64::from(limits::FOUND_EACH);
    Ok(ctx.store.recent_tickets(ctx.workspace, user, limit).await?)
}
