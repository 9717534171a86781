//! Deleting customers: what goes along, and taking it away.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::customer::WhatGoes;
use rapport_domain::{CustomerId, Uuid, WorkspaceId};

impl Store {
    /// What a deletion of this customer, and of those merged into them, takes away. Messages and
    /// files are counted up to `most`.
    pub async fn what_goes(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        most: i64,
    ) -> Result<WhatGoes> {
        let r = sqlx::query!(
            r#"with who as materialized (
                select id, deleting_at from customers
                where workspace_id = $1 and (id = $2 or merged_into = $2)
            ), theirs as materialized (
                select t.id from who join tickets t on t.workspace_id = $1 and t.customer_id = who.id
            ), said as materialized (
                select m.id from theirs
                join messages m on m.workspace_id = $1 and m.ticket_id = theirs.id limit $3
            )
            select (select count(*) from who) - 1 as "merged!",
                (select min(deleting_at) from who) as deleting_at,
                (select count(*) from theirs) as "tickets!",
                (select count(*) from said) as "messages!",
                (select count(*) from (select from said join attachments a
                    on a.workspace_id = $1 and a.message_id = said.id limit $3) counted) as "files!",
                (select count(*) from who join notes n
                    on n.workspace_id = $1 and n.customer_id = who.id) as "notes!",
                (select coalesce(sum(c.n), 0)::bigint from who join timeline_counts c
                    on c.workspace_id = $1 and c.customer_id = who.id) as "events!""#,
            workspace.0,
            customer.0,
            most,
        )
        .fetch_one(self.pool())
        .await?;
        Ok(WhatGoes {
            tickets: r.tickets,
            messages: r.messages,
            files: r.files,
            notes: r.notes,
            events: r.events.max(0),
            merged: r.merged.max(0),
            deleting_at: r.deleting_at,
        })
    }
}

/// Notes that a deletion runs, which is too large for one transaction.
pub async fn begin(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update customers set deleting_at = coalesce(deleting_at, $3)
        where workspace_id = $1 and id = $2",
        workspace.0,
        customer.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A locked customer and those merged into them, whose rows are locked too.
pub async fn identities(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id from customers where workspace_id = $1 and (id = $2 or merged_into = $2)
        order by id for update",
        workspace.0,
        customer.0,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Deletes up to `limit` of their events; answers how many those were.
pub async fn events(tx: &mut Tx, workspace: WorkspaceId, who: &[Uuid], limit: i64) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"with first as (
            select e.* from unnest($2::uuid[]) as who(id) cross join lateral (
                select customer_id, kind, occurred_at, id from timeline_events
                where workspace_id = $1 and customer_id = who.id
                order by kind, occurred_at, id limit $3
            ) e limit $3
        ), gone as (
            delete from timeline_events e using first
            where e.workspace_id = $1 and e.customer_id = first.customer_id and e.kind = first.kind
                and e.occurred_at = first.occurred_at and e.id = first.id
            returning e.customer_id, e.kind, (e.occurred_at at time zone 'utc')::date as day
        ), fewer as (
            insert into timeline_batches (workspace_id, customers, kinds, days, n)
            select $1, array_agg(customer_id), array_agg(kind), array_agg(day), array_agg(-n)
            from (
                select customer_id, kind, day, count(*)::int as n from gone group by 1, 2, 3
            ) sums having count(*) > 0
        )
        select count(*) as "n!" from gone"#,
        workspace.0,
        who,
        limit,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Deletes up to `limit` of their tickets, with all that is in them and the mails that they came
/// from; answers how many those were. What was merged into one goes along, what was parted from it
/// stays. Events of other people's timelines that tell of one stay too, without it.
pub async fn tickets(tx: &mut Tx, workspace: WorkspaceId, who: &[Uuid], limit: i64) -> Result<i64> {
    // Whoever changes one of them meanwhile is waited for, so that what they add goes too.
    let ids = sqlx::query_scalar!(
        "select id from tickets where workspace_id = $1 and customer_id = any($2)
        order by id limit $3 for update",
        workspace.0,
        who,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mails = sqlx::query_scalar!(
        r#"select r.id from messages m join raw_emails r on r.workspace_id = $1
            and (r.id = m.raw_email_id or r.concerns_message_id = m.id)
        where m.workspace_id = $1 and m.ticket_id = any($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    forget_tickets(tx, workspace, &ids).await?;
    sqlx::query!("delete from tickets where workspace_id = $1 and id = any($2)", workspace.0, &ids)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "delete from raw_emails r where workspace_id = $1 and id = any($2) and not exists (
            select from messages m where m.workspace_id = $1 and m.raw_email_id = r.id)",
        workspace.0,
        &mails,
    )
    .execute(&mut **tx)
    .await?;
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// Lets go of tickets wherever else they are named.
async fn forget_tickets(tx: &mut Tx, workspace: WorkspaceId, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "with events as (
            update timeline_events set ticket_id = null
            where workspace_id = $1 and ticket_id = any($2)
        ), merged_tickets as (
            update tickets set merged_into = case when merged_into = any($2) then null
                    else merged_into end,
                split_from = case when split_from = any($2) then null else split_from end
            where workspace_id = $1 and (merged_into = any($2) or split_from = any($2))
        ), moved as (
            update messages set
                merged_from = case when merged_from = any($2) then null else merged_from end,
                split_from = case when split_from = any($2) then null else split_from end
            where workspace_id = $1 and (merged_from = any($2) or split_from = any($2))
        )
        update ticket_participants set merged_from = null
        where workspace_id = $1 and merged_from = any($2)",
        workspace.0,
        ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes the customers themselves: identifiers, notes, counts, merges, and the traces elsewhere.
/// Their tickets and events are gone by then. The caller has waited for events that were still to
/// come ([`crate::timeline::wait_unfolded`]).
pub async fn customers(tx: &mut Tx, workspace: WorkspaceId, who: &[Uuid]) -> Result<()> {
    // Counts that are still to be added would stand there for nobody.
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('timeline_batches', 0)) as "done: ()""#
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!(
        "update timeline_batches b
        set (customers, kinds, days, n, latest) = (
            select coalesce(array_agg(customer), '{}'), coalesce(array_agg(kind), '{}'),
                coalesce(array_agg(day), '{}'), coalesce(array_agg(u.n), '{}'), array_agg(u.latest)
            from unnest(b.customers, b.kinds, b.days, b.n, b.latest)
                as u (customer, kind, day, n, latest)
            where u.customer <> all($2)
        )
        where workspace_id = $1 and not counted and customers && $2",
        workspace.0,
        who,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "with counts as (
            delete from timeline_counts where workspace_id = $1 and customer_id = any($2)
        ), days as (
            delete from timeline_days where workspace_id = $1 and customer_id = any($2)
        ), pins as (
            delete from timeline_pins where workspace_id = $1 and customer_id = any($2)
        ), logged as (
            delete from event_log where workspace_id = $1 and customer_id = any($2)
        ), written as (
            update messages set author_customer_id = null
            where workspace_id = $1 and author_customer_id = any($2)
        )
        delete from customer_merges
        where workspace_id = $1 and (survivor_id = any($2) or merged_id = any($2))",
        workspace.0,
        who,
    )
    .execute(&mut **tx)
    .await?;
    // Those that were merged point to the one who stands.
    sqlx::query!(
        "update customers set merged_into = null
        where workspace_id = $1 and id = any($2) and merged_into is not null",
        workspace.0,
        who,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from customers where workspace_id = $1 and id = any($2)",
        workspace.0,
        who
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
