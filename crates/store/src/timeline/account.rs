//! Reading a stretch of an account's timeline: its customers' events and its own.

use super::page::{Asked, FilterRow, Found, Row};
use crate::{Result, Store, StoreError};
use chrono::{DateTime, Utc};
use rapport_domain::limits::{ACCOUNT_LOOK, ACCOUNT_STREAMS};
use rapport_domain::timeline::{ActivityDay, EventKind, TicketNow, Timeline, TimelineQuery};
use rapport_domain::{AccountId, UserId, Uuid, WorkspaceId};
use sqlx::types::Json;

impl Store {
    /// The events at `query`'s position, of the account and of those of its customers who were
    /// active last; with `overview` also what stands around them. [`StoreError::NotFound`] for an
    /// account that this workspace does not have.
    pub async fn account_timeline(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
        query: &TimelineQuery,
        overview: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Timeline> {
        let asked = Asked::new(query, now, ACCOUNT_LOOK);
        // One row more than shown says whether there is more, on the page's other side too.
        let found = sqlx::query_file_as!(
            Found,
            "queries/account_timeline.sql",
            workspace.0,
            account.0,
            &asked.kinds as _,
            asked.span.point.at,
            asked.span.point.id,
            i64::from(asked.span.older) + 1,
            i64::from(asked.span.newer) + 1,
            ACCOUNT_STREAMS,
            asked.activities.at,
            asked.activities.id,
            query.folds(),
            overview.is_some(),
            asked.first_day,
            asked.from,
            asked.to,
            asked.find,
            query.filter.source,
            asked.looks.0,
            asked.looks.1,
            overview.map(|user| user.0),
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        Ok(found.timeline(|id| AccountId(id).into(), &asked))
    }
}
