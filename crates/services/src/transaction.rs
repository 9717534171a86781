//! Transactions of use cases: none begins without leave, and none ends without saying where it is
//! told what was done.

use crate::audit;
use crate::{Ctx, Result};
use rapport_domain::Permission;
use rapport_domain::audit::Action;
use rapport_store::{Store, StoreError, Tx};
use serde_json::Value;
use std::ops::{Deref, DerefMut};

/// A transaction of somebody who may do what it is for. Dropped, it leaves nothing behind.
#[derive(Debug)]
#[must_use = "dropped, it is rolled back"]
pub(crate) struct Transaction<'a> {
    ctx: &'a Ctx,
    tx: Tx,
}

/// Where a change can be read later that stands in no audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// On the timeline or in the ticket: an activity, a message, an event, a note.
    OnTimeline,
    /// In the log, by lines written along the way.
    InLog,
    /// Nowhere: it is the actor's own affair, such as preferences and views.
    Own,
    /// What came in says itself from whom and when: mail, identities, files.
    Received,
}

impl Ctx {
    /// Begins a transaction, if the actor may do `permission`.
    pub(crate) async fn transaction(&self, permission: Permission) -> Result<Transaction<'_>> {
        self.require(permission)?;
        #[expect(clippy::disallowed_methods, reason = "here alone, with leave")]
        let tx = self.store.begin().await?;
        Ok(Transaction { ctx: self, tx })
    }
}

impl Transaction<'_> {
    /// Commits together with a line of the audit log: the actor did `action` to `object`.
    pub(crate) async fn commit_audited(
        mut self,
        action: Action,
        object: impl ToString,
        detail: Value,
    ) -> Result<()> {
        audit::record(self.ctx, &mut self.tx, action, &object.to_string(), detail).await?;
        self.commit(Recorded::InLog).await
    }

    /// Commits what is told elsewhere.
    pub(crate) async fn commit(self, recorded: Recorded) -> Result<()> {
        tracing::trace!(?recorded, "committed");
        Ok(self.tx.commit().await.map_err(StoreError::from)?)
    }
}

impl Deref for Transaction<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

/// Begins a transaction in which nobody acts yet or any more: jobs that go through all workspaces,
/// links that are opened by whoever has them, the first set-up.
#[expect(clippy::disallowed_methods, reason = "here alone, where nobody could ask for leave")]
pub(crate) async fn begin_unattended(store: &Store) -> std::result::Result<Tx, StoreError> {
    store.begin().await
}
