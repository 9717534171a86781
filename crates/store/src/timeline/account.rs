//! Reading a stretch of an account's timeline: its customers' events and its own.

use super::page::{self, Span};
use crate::{Result, Store, StoreError};
use rapport_domain::limits::ACCOUNT_STREAMS;
use rapport_domain::timeline::{
    AccountEvent, AccountTimeline, EventCustomer, TicketNow, TimelineFilter, TimelineQuery,
};
use rapport_domain::{AccountId, CustomerId, Uuid, WorkspaceId};
use serde::Deserialize;
use sqlx::types::Json;
use std::collections::HashMap;

#[derive(Debug, Deserialize)]
struct Row {
    customer_id: Option<Uuid>,
    customer_name: Option<String>,
    #[serde(flatten)]
    row: page::Row,
}

impl Store {
    /// The events at `query`'s position, of the account and of those of its customers who were
    /// active last. [`StoreError::NotFound`] for an account that this workspace does not have.
    pub async fn account_timeline(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
        query: &TimelineQuery,
    ) -> Result<AccountTimeline> {
        let span = Span::new(query.at, &TimelineFilter::default(), page::zone(query));
        let kinds: Vec<String> = query.kinds().iter().map(|k| k.as_str().to_string()).collect();
        let activities = span.activities_from(query);
        // One row more than shown says whether there is more, on the page's other side too.
        let found = sqlx::query_file!(
            "queries/account_timeline.sql",
            workspace.0,
            account.0,
            &kinds,
            span.point.at,
            span.point.id,
            i64::from(span.older) + 1,
            i64::from(span.newer) + 1,
            ACCOUNT_STREAMS,
            activities.at,
            activities.id,
            query.folds(),
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let mut whose = HashMap::new();
        let mut rows = Vec::with_capacity(found.rows.0.len());
        for Row { customer_id, customer_name, row } in found.rows.0 {
            let customer = customer_id.zip(customer_name);
            whose.extend(
                customer.map(|(id, name)| (row.id, EventCustomer { id: CustomerId(id), name })),
            );
            rows.push(row);
        }
        let page = page::page(rows, &span, None, None);
        let items = page.items.into_iter().map(|event| {
            let customer = whose.remove(&event.id.0);
            AccountEvent { event, customer }
        });
        Ok(AccountTimeline {
            items: items.collect(),
            tickets: found.tickets.0,
            newer: page.newer,
            older: page.older,
            more_customers: found.more_customers,
        })
    }
}
