//! Tickets: open, read, change, and what a message does to one.
//!
//! Each change writes activities into the customer's timeline, in the same
//! transaction, and keeps the customer's counts of tickets.

mod activity;
mod bulk;
mod change;
mod create;
mod edit;
mod given;
mod input;
mod merge;
mod message;
mod seen;
mod snooze;
mod split;
mod tagging;
mod views;

pub use bulk::{change_many, mark_unread, of_view, undo_many};
pub use change::change;
pub use create::{create, open, open_as};
pub use edit::edit;
pub use input::{create_from, patch};
pub use merge::{give_to, merge, unmerge};
pub use message::{TouchByMessage, Touched, put_back, touch_by_message};
pub use seen::Seen;

pub use split::{split, unsplit};
pub use views::{delete_view, move_view, save_view, saved_views, update_view, views};

pub(crate) use snooze::WakeTicket;

use crate::{Ctx, Result, fields};
use rapport_domain::ticket::{Assignable, Inbox, InboxQuery, Ticket, TicketList, TicketListQuery};
use rapport_domain::{AppError, CustomerId, Permission, text};

/// Characters of a search in the ticket pane; more is cut.
const SEARCH_CHARS: usize = 200;

/// A page of the inbox, with what its filter menus offer.
pub async fn inbox(ctx: &Ctx, query: &InboxQuery) -> Result<Inbox> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.inbox(ctx.workspace, ctx.user(), query).await?)
}

/// A customer's tickets, newest activity first.
pub async fn list_for_customer(
    ctx: &Ctx,
    customer: CustomerId,
    query: &TicketListQuery,
) -> Result<TicketList> {
    ctx.require(Permission::TicketsRead)?;
    let text = text::clean_line(&query.text).chars().take(SEARCH_CHARS).collect();
    let query = TicketListQuery { text, ..query.clone() };
    Ok(ctx.store.tickets_of_customer(ctx.workspace, ctx.user(), customer, &query).await?)
}

/// One ticket with every property.
pub async fn get(ctx: &Ctx, number: i64) -> Result<Ticket> {
    ctx.require(Permission::TicketsRead)?;
    fields::show(ctx, ctx.store.ticket(ctx.workspace, ctx.user(), number).await?).await
}

/// Everybody a ticket can be given to, and the teams.
pub async fn people_and_teams(ctx: &Ctx) -> Result<Assignable> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.assignable(ctx.workspace).await?)
}

/// Remembers that the reader has seen a ticket; only people read.
pub async fn mark_read(ctx: &Ctx, number: i64) -> Result<()> {
    ctx.require(Permission::TicketsRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    Ok(ctx.store.mark_ticket_read(ctx.workspace, user, number, ctx.now).await?)
}
