//! `/tickets`: open, list, read, change.

use super::auth::Caller;
use super::extract::{Body, Named, Params, page_limit};
use super::problem::Problem;
use super::{Answer, Created};
use axum::Json;
use axum::http::StatusCode;
use rapport_domain::ticket::{
    AssigneeFilter, Channel, InboxCursor, InboxQuery, InboxSort, Priority, StatusFilter, Ticket,
    TicketInput, TicketPatch, TicketRow,
};
use rapport_domain::{AppError, UserId};
use rapport_services::tickets;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketPage {
    pub items: Vec<TicketRow>,
    /// Where the next page starts; null at the end.
    pub next: Option<String>,
}

/// Which tickets, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TicketQuery {
    /// `new`, `open`, `pending`, `snoozed`, `closed` (without spam), `spam`, or `todo` (new and
    /// open), `waiting` (pending and snoozed), `unclosed`, `all` (as when absent), or the id of one
    /// of the workspace's own.
    pub status: Option<String>,
    /// An agent's id, or `none` for tickets that nobody has.
    pub assignee: Option<String>,
    pub channel: Option<Channel>,
    pub priority: Option<Priority>,
    /// `newest` activity first (as when absent), `oldest`, `submitted`, `priority`.
    pub sort: Option<String>,
    /// Rows on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl TicketQuery {
    /// The query of the inbox; unlike a page's address, a request is told of nonsense.
    fn checked(self) -> Result<InboxQuery, Problem> {
        let status = self.status.as_deref().unwrap_or("all");
        let own = || status.parse().ok().map(StatusFilter::Label);
        let status = StatusFilter::ALL.into_iter().find(|s| s.word() == status).or_else(own);
        let sort = self.sort.as_deref().unwrap_or("newest");
        let sort = InboxSort::ALL.into_iter().find(|s| s.word() == sort);
        let assignee = match self.assignee.as_deref() {
            None | Some("") => Some(AssigneeFilter::Anyone),
            Some("none") => Some(AssigneeFilter::Unassigned),
            Some(id) => id.parse::<UserId>().ok().map(AssigneeFilter::User),
        };
        let after = self.cursor.map(|text| text.parse::<InboxCursor>()).transpose();
        let wrong = |field: &str| AppError::invalid(field, "This value is not known.");
        Ok(InboxQuery {
            status: status.ok_or_else(|| wrong("status"))?,
            assignee: assignee.ok_or_else(|| wrong("assignee"))?,
            channel: self.channel,
            priority: self.priority,
            sort: sort.ok_or_else(|| wrong("sort"))?,
            after: after.map_err(|_| wrong("cursor"))?,
            limit: Some(page_limit(self.limit)?),
            ..InboxQuery::default()
        })
    }
}

/// List tickets.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, body = TicketPage), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(Caller(ctx): Caller, Params(query): Params<TicketQuery>) -> Answer<TicketPage> {
    let inbox = tickets::inbox(&ctx, &query.checked()?).await?;
    Ok(Json(TicketPage { items: inbox.items, next: inbox.next.map(|n| n.to_string()) }))
}

/// Open a ticket.
#[utoipa::path(post, path = "/tickets", tag = "tickets", request_body = TicketInput,
    responses((status = 201, body = Ticket), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn create(Caller(ctx): Caller, Body(input): Body<TicketInput>) -> Created<Ticket> {
    Ok((StatusCode::CREATED, Json(tickets::create_from(&ctx, input).await?)))
}

/// Read a ticket.
#[utoipa::path(get, path = "/tickets/{number}", tag = "tickets",
    params(("number" = i64, Path)),
    responses((status = 200, body = Ticket), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn get(Caller(ctx): Caller, Named(number): Named<i64>) -> Answer<Ticket> {
    Ok(Json(tickets::get(&ctx, number).await?))
}

/// Change a ticket.
#[utoipa::path(patch, path = "/tickets/{number}", tag = "tickets",
    params(("number" = i64, Path)), request_body = TicketPatch,
    responses((status = 200, body = Ticket), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    Caller(ctx): Caller,
    Named(number): Named<i64>,
    Body(patch): Body<TicketPatch>,
) -> Answer<Ticket> {
    Ok(Json(tickets::patch(&ctx, number, patch).await?))
}
