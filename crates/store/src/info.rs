//! The info pane: everything it shows of one customer, in one statement.

use crate::notes::NoteRow;
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use rapport_domain::account::{Account, AccountDetails, AccountOwner, AccountRef};
use rapport_domain::card::{CardConfig, CardField, CardLayout, TicketFacts};
use rapport_domain::customer::{Customer, CustomerDetails, CustomerKind, Identifier};
use rapport_domain::info::InfoPane;
use rapport_domain::note::Note;
use rapport_domain::stored::Stored;
use rapport_domain::{AccountId, CustomerId, UserId, Uuid, WorkspaceId};
use sqlx::types::Json;

impl Store {
    /// The info pane of a customer, with the ticket of that number. A merged customer's id
    /// leads to the one that took it in. `notes` is how many of them it shows at most. Sensitive values
    /// are not in it: the pane asks for them one by one.
    pub async fn info_pane(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        ticket: Option<i64>,
        notes: u32,
    ) -> Result<InfoPane> {
        let row = sqlx::query_file!(
            "queries/info_pane.sql",
            workspace.0,
            customer.0,
            ticket,
            i64::from(notes) + 1,
        )
        .fetch_one(self.pool())
        .await?;
        let account = row.account.map(|a| Stored::new(Account::from(a.0), row.of_account).masked());
        let ticket = row.ticket.map(|t| Stored::new(t.0, row.of_ticket).masked());
        let mut found = row.notes.map(|n| n.0).unwrap_or_default();
        let more_notes = found.len() > notes as usize;
        found.truncate(notes as usize);
        let customer = Customer {
            id: row.id,
            kind: row.kind,
            email: row.email,
            phone: row.phone,
            external_id: row.external_id,
            account: account
                .as_ref()
                .map(|a| AccountRef { id: a.id, name: a.details.name.clone() }),
            details: row.details.0,
            identifiers: row.identifiers.map(|i| i.0).unwrap_or_default(),
            open_tickets: row.open_tickets,
            total_tickets: row.total_tickets,
            last_activity_at: row.last_activity_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(InfoPane {
            customer: Stored::new(customer, row.of_customer).masked(),
            account,
            ticket,
            cards: CardConfig {
                layouts: row.layouts.map(|l| l.0).unwrap_or_default(),
                custom: row.custom.map(|c| c.0).unwrap_or_default(),
            },
            notes: found.into_iter().map(Note::from).collect(),
            more_notes,
            local_time: None,
            phones: Default::default(),
        })
    }

    /// A customer to show a layout with: the most recently active one, and its newest ticket.
    pub async fn sample_customer(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<(CustomerId, Option<i64>)>> {
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

/// An account as JSON has its row: ids have another spelling outside the database.
#[derive(Debug, serde::Deserialize)]
struct AccountRow {
    id: Uuid,
    #[serde(flatten)]
    details: AccountDetails,
    owner: Option<OwnerRow>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, serde::Deserialize)]
struct OwnerRow {
    id: Uuid,
    name: String,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: AccountId(row.id),
            details: row.details,
            owner: row.owner.map(|o| AccountOwner { id: UserId(o.id), name: o.name }),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
