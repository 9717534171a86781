//! The first hour of a workspace: what of it is done.

use crate::{Result, Store, StoreError, Tx};
use rapport_domain::{CustomerId, WorkspaceId};

/// What a workspace has so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub getting_started: bool,
    pub skipped: Vec<String>,
    /// A mailbox, or a mail that came over HTTP.
    pub mail: bool,
    /// An event from a browser: a public key was used.
    pub browser: bool,
    /// An event that was taken in, on a timeline or not yet.
    pub event: bool,
    /// More than one person, or somebody invited.
    pub colleague: bool,
    /// A card of the info pane was changed.
    pub cards: bool,
    pub sample: Option<CustomerId>,
    pub sample_made: bool,
}

impl Store {
    /// What the workspace has so far; each is one look into an index.
    pub async fn progress(&self, workspace: WorkspaceId) -> Result<Progress> {
        sqlx::query_as!(
            Progress,
            r#"select w.getting_started, w.start_skipped as skipped,
                exists (select from mailboxes m where m.workspace_id = $1)
                    or exists (select from raw_emails r where r.workspace_id = $1) as "mail!",
                exists (select from api_keys k where k.workspace_id = $1 and k.kind = 'public'
                    and k.last_used_at is not null) as "browser!",
                exists (select from timeline_events e where e.workspace_id = $1
                    and e.received_as is not null)
                    or exists (select from event_log l where l.workspace_id = $1
                        and l.state in ('linked', 'unlinked')) as "event!",
                exists (select from users u where u.workspace_id = $1 offset 1)
                    or exists (select from invitations i where i.workspace_id = $1)
                    as "colleague!",
                exists (select from info_cards c where c.workspace_id = $1) as "cards!",
                w.sample_customer_id as "sample: CustomerId", w.sample_made
            from workspaces w where w.workspace_id = $1"#,
            workspace.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }
}

/// Begins the first hour, or ends it.
pub async fn set_getting_started(tx: &mut Tx, workspace: WorkspaceId, on: bool) -> Result<()> {
    sqlx::query!(
        "update workspaces set getting_started = $2 where workspace_id = $1",
        workspace.0,
        on,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Leaves a step out, or takes it in again.
pub async fn set_skipped(
    tx: &mut Tx,
    workspace: WorkspaceId,
    step: &str,
    skipped: bool,
) -> Result<()> {
    sqlx::query!(
        "update workspaces set start_skipped = array_remove(start_skipped, $2)
            || case when $3 then array[$2] else '{}' end
        where workspace_id = $1",
        workspace.0,
        step,
        skipped,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes the sample customer, or that there is none any more; answers the one there was. The row
/// stays locked, so that there is one at a time.
pub async fn set_sample(
    tx: &mut Tx,
    workspace: WorkspaceId,
    sample: Option<CustomerId>,
) -> Result<()> {
    sqlx::query!(
        "update workspaces set sample_customer_id = $2, sample_made = sample_made or $2::uuid is not null
        where workspace_id = $1",
        workspace.0,
        sample.map(|s| s.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
