//! Whose events a batch holds.

use crate::{Result, Tx};
use rapport_domain::timeline::CustomerRef;
use rapport_domain::{CustomerId, Uuid, WorkspaceId};
use std::collections::HashMap;

/// Finds the customers that a batch names, all in one query; merged ones lead to the one they
/// were merged into. References that are not in the map are unknown here.
pub async fn resolve_customers(
    tx: &mut Tx,
    workspace: WorkspaceId,
    refs: &[CustomerRef],
) -> Result<HashMap<CustomerRef, CustomerId>> {
    let ids: Vec<Uuid> = refs.iter().filter_map(|r| r.id).map(|id| id.0).collect();
    let external_ids: Vec<String> = refs.iter().filter_map(|r| r.external_id.clone()).collect();
    let emails: Vec<String> = refs.iter().filter_map(|r| r.email.clone()).collect();
    let rows = sqlx::query!(
        r#"select null as kind, null as value, c.id as named, coalesce(c.merged_into, c.id) as "id!"
        from customers c where c.workspace_id = $1 and c.id = any($2)
        union all
        select i.kind, i.value, null, coalesce(c.merged_into, c.id)
        from customer_identifiers i
        join customers c on c.workspace_id = i.workspace_id and c.id = i.customer_id
        where i.workspace_id = $1 and (
            (i.kind = 'external_id' and i.value = any($3)) or (i.kind = 'email' and i.value = any($4))
        )"#,
        workspace.0,
        &ids,
        &external_ids,
        &emails,
    )
    .fetch_all(&mut **tx)
    .await?;
    let found = rows.into_iter().map(|r| {
        let mut key = CustomerRef { id: r.named.map(CustomerId), ..CustomerRef::default() };
        match r.kind.as_deref() {
            Some("email") => key.email = r.value,
            Some(_) => key.external_id = r.value,
            None => {}
        }
        (key, CustomerId(r.id))
    });
    Ok(found.collect())
}
