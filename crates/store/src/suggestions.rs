//! Hints that two customers may be one person, each with what speaks for it.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{Evidence, IdentifierKind, Key, Suggestion};
use rapport_domain::{CustomerId, WorkspaceId};

/// Hints shown on one customer.
const SHOWN: i64 = 20;

/// Notes that `key`, which is `a`'s, was also named for `b`. A hint that was dismissed stays so.
pub async fn suggest(
    tx: &mut Tx,
    workspace: WorkspaceId,
    pair: (CustomerId, CustomerId),
    key: &Key,
    now: DateTime<Utc>,
) -> Result<()> {
    let (a, b) = (pair.0.min(pair.1), pair.0.max(pair.1));
    if a == b {
        return Ok(());
    }
    sqlx::query!(
        "insert into merge_suggestions (workspace_id, a, b, evidence_kind, evidence_value,
            created_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        workspace.0,
        a.0,
        b.0,
        key.kind.as_str(),
        key.value,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes away all hints between two customers until something new speaks for them.
pub async fn dismiss(
    tx: &mut Tx,
    workspace: WorkspaceId,
    pair: (CustomerId, CustomerId),
    now: DateTime<Utc>,
) -> Result<()> {
    let (a, b) = (pair.0.min(pair.1), pair.0.max(pair.1));
    sqlx::query!(
        "update merge_suggestions set dismissed_at = $4
        where workspace_id = $1 and a = $2 and b = $3 and dismissed_at is null",
        workspace.0,
        a.0,
        b.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Who may be the same person as `customer`, with all that speaks for it; those merged
    /// meanwhile are left out.
    pub async fn merge_suggestions(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
    ) -> Result<Vec<Suggestion>> {
        let rows = sqlx::query!(
            r#"select o.id as "id: CustomerId", o.name, s.evidence_kind as "kind: IdentifierKind",
                s.evidence_value, s.created_at
            from merge_suggestions s
            join customers o on o.workspace_id = $1 and o.merged_into is null
                and o.id = case when s.a = $2 then s.b else s.a end
            where s.workspace_id = $1 and (s.a = $2 or s.b = $2) and s.dismissed_at is null
            order by o.id, s.created_at limit $3"#,
            workspace.0,
            customer.0,
            SHOWN,
        )
        .fetch_all(self.pool())
        .await?;
        let mut found: Vec<Suggestion> = Vec::new();
        for r in rows {
            let evidence = Evidence { kind: r.kind, value: r.evidence_value, at: r.created_at };
            match found.last_mut().filter(|s| s.customer == r.id) {
                Some(same) => same.evidence.push(evidence),
                None => {
                    let (customer, name) = (r.id, r.name);
                    found.push(Suggestion { customer, name, evidence: vec![evidence] });
                }
            }
        }
        Ok(found)
    }
}
