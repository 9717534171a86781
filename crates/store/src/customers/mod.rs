//! Customers: one reader of the complete record, and the writes.

pub mod delete;
mod list;
mod write;

pub use list::{ListQuery, list};
pub use write::{
    Claimed, NewRow, claim, confirm, find_or_create, find_or_create_by_email, insert, lock,
    refresh, set_account, update,
};

use crate::{Result, Store};
use rapport_domain::account::AccountRef;
use rapport_domain::customer::{Customer, CustomerDetails, CustomerKind, Identifier};
use rapport_domain::stored::Stored;
use rapport_domain::{AccountId, CustomerId, WorkspaceId};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeSet;

impl Store {
    /// The customer with this id, or the one it was merged into.
    pub async fn customer(
        &self,
        workspace: WorkspaceId,
        id: CustomerId,
    ) -> Result<Stored<Customer>> {
        let mut connection = self.pool().acquire().await?;
        get(&mut connection, workspace, id).await
    }
}

/// The customer with this id, or the one it was merged into.
pub async fn get(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: CustomerId,
) -> Result<Stored<Customer>> {
    let r = sqlx::query!(
        r#"select c.id as "id: CustomerId", c.kind as "kind: CustomerKind", c.name, c.avatar_url,
            c.email, c.phone, c.external_id, c.account_id as "account_id: AccountId",
            a.name as "account_name?", c.job_title, c.company, c.language, c.time_zone, c.city,
            c.country, c.address, c.website, c.source, c.tags,
            c.fields as "fields: Json<rapport_domain::fields::FieldValues>",
            c.signed_up_at, c.first_seen_at, c.last_seen_at, c.last_page, c.browser, c.os,
            c.open_tickets, c.total_tickets, c.last_activity_at, c.version, c.created_at,
            c.updated_at, sensitive_keys(c.workspace_id, 'customer') as "sensitive!: Vec<String>",
            (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value,
                    'primary', i.is_primary, 'verified_at', i.verified_at,
                    'verified_by', i.verified_by)
                order by i.kind, i.is_primary desc, i.created_at, i.value), '[]')
                from customer_identifiers i
                where i.workspace_id = c.workspace_id and i.customer_id = c.id
            ) as "identifiers!: Json<Vec<Identifier>>"
        from customers c
        left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
        where c.workspace_id = $1 and c.id = surviving_customer($1, $2)"#,
        workspace.0,
        id.0,
    )
    .fetch_one(connection)
    .await?;
    let customer = Customer {
        id: r.id,
        kind: r.kind,
        email: r.email,
        phone: r.phone,
        external_id: r.external_id,
        account: r.account_id.zip(r.account_name).map(|(id, name)| AccountRef { id, name }),
        details: CustomerDetails {
            name: r.name,
            avatar_url: r.avatar_url,
            job_title: r.job_title,
            company: r.company,
            language: r.language,
            time_zone: r.time_zone,
            city: r.city,
            country: r.country,
            address: r.address,
            website: r.website,
            source: r.source,
            tags: r.tags,
            fields: r.fields.0,
            hidden_fields: BTreeSet::new(),
            signed_up_at: r.signed_up_at,
            first_seen_at: r.first_seen_at,
            last_seen_at: r.last_seen_at,
            last_page: r.last_page,
            browser: r.browser,
            os: r.os,
        },
        identifiers: r.identifiers.0,
        open_tickets: r.open_tickets,
        total_tickets: r.total_tickets,
        last_activity_at: r.last_activity_at,
        version: r.version,
        created_at: r.created_at,
        updated_at: r.updated_at,
    };
    Ok(Stored::new(customer, r.sensitive))
}
