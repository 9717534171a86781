//! The info pane: everything it shows of one customer, in one statement.

use crate::notes::NoteRow;
use crate::{Result, Store, StoreError};
use rapport_domain::card::{AccountFacts, CardConfig, CardField, CardLayout, CustomerFacts, TicketFacts};
use rapport_domain::info::{Identified, InfoPane, Known};
use rapport_domain::note::Note;
use rapport_domain::{AccountId, CustomerId, WorkspaceId, limits};
use serde_json::Value;
use sqlx::types::Json;

impl Store {
    /// The info pane of a customer, with the ticket of that number. A merged customer's id
    /// leads to the one that took it in.
    pub async fn info_pane(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        ticket: Option<i64>,
    ) -> Result<InfoPane> {
        let row = sqlx::query!(
            r#"with c as (
                select * from customers where workspace_id = $1 and id = coalesce(
                    (select merged_into from customers where workspace_id = $1 and id = $2), $2)
            )
            select c.id as "customer: CustomerId", c.version, c.name, c.kind as "known: Known", c.external_id,
                to_jsonb(c) as "facts!: Json<CustomerFacts>",
                a.id as "account?: AccountId", a.version as "account_version?",
                to_jsonb(a) || jsonb_build_object('owner', o.name) as "account_facts: Json<Value>",
                (select to_jsonb(t) || jsonb_build_object('assignee', u.name, 'team', g.name)
                    from tickets t
                    left join users u on u.workspace_id = t.workspace_id and u.id = t.assignee_id
                    left join teams g on g.workspace_id = t.workspace_id and g.id = t.team_id
                    where t.workspace_id = $1 and t.number = $3 and t.customer_id = c.id
                ) as "ticket: Json<TicketFacts>",
                (select jsonb_agg(i order by i.is_primary desc, i.created_at, i.value)
                    from customer_identifiers i where i.workspace_id = $1 and i.customer_id = c.id
                ) as "identifiers: Json<Vec<Identified>>",
                (select jsonb_agg(jsonb_build_object('card', card, 'fields', fields, 'saved_at', updated_at))
                    from info_cards where workspace_id = $1
                ) as "layouts: Json<Vec<CardLayout>>",
                (select jsonb_agg(jsonb_build_object('card', entity, 'key', key, 'label', label, 'type', type)
                        order by position, key)
                    from custom_fields where workspace_id = $1 and archived_at is null
                ) as "custom: Json<Vec<CardField>>",
                (select jsonb_agg(n order by n.created_at desc, n.id desc) from (
                    (select * from notes where workspace_id = $1 and customer_id = c.id
                        order by created_at desc, id desc limit $4)
                    union all
                    (select * from notes where workspace_id = $1 and account_id = c.account_id
                        order by created_at desc, id desc limit $4)
                ) n) as "notes: Json<Vec<NoteRow>>"
            from c
            left join accounts a on a.workspace_id = $1 and a.id = c.account_id
            left join users o on o.workspace_id = $1 and o.id = a.owner_id"#,
            workspace.0,
            customer.0,
            ticket,
            i64::from(limits::NOTES_SHOWN),
        )
        .fetch_one(self.pool())
        .await?;
        let account = match (row.account, row.account_facts) {
            (Some(id), Some(Json(facts))) => Some(account_facts(id, facts)?),
            _ => None,
        };
        Ok(InfoPane {
            customer: row.customer,
            version: row.version,
            name: row.name,
            known: row.known,
            external_id: row.external_id,
            facts: row.facts.0,
            identifiers: row.identifiers.map(|i| i.0).unwrap_or_default(),
            account,
            account_version: row.account_version,
            ticket: row.ticket.map(|t| t.0),
            cards: CardConfig {
                layouts: row.layouts.map(|l| l.0).unwrap_or_default(),
                custom: row.custom.map(|c| c.0).unwrap_or_default(),
            },
            notes: row.notes.map(|n| n.0.into_iter().map(Note::from).collect()).unwrap_or_default(),
            local_time: None,
        })
    }

    /// A customer to show a layout with: the most recently active one, and its newest ticket.
    pub async fn sample_customer(&self, workspace: WorkspaceId) -> Result<Option<(CustomerId, Option<i64>)>> {
        let row = sqlx::query!(
            r#"select c.id as "customer: CustomerId",
                (select t.number from tickets t where t.workspace_id = $1 and t.customer_id = c.id
                    order by t.last_activity_at desc, t.id desc limit 1) as ticket
            from customers c where c.workspace_id = $1 and c.merged_into is null
            order by c.last_activity_at desc, c.id desc limit 1"#,
            workspace.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| (r.customer, r.ticket)))
    }
}

/// Reads an account's row; ids have another spelling outside the database.
fn account_facts(id: AccountId, mut row: Value) -> Result<AccountFacts> {
    row["id"] = id.to_string().into();
    serde_json::from_value(row).map_err(|error| StoreError::Database(sqlx::Error::Decode(error.into())))
}
