//! Sending a message once more.

use crate::Result;
use chrono::{DateTime, Utc};
use rapport_domain::ticket::Receipt;
use rapport_domain::{AppError, MessageId, WorkspaceId};
use rapport_store::{Tx, deliveries, messages};

/// Lets the recipients without this message wait for it anew.
pub(super) async fn start_again(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<()> {
    deliveries::lock(tx, workspace, message).await?.ok_or(AppError::NotFound)?;
    if !messages::restart_outgoing(tx, workspace, message, now).await? {
        return Err(AppError::Conflict("Every recipient has this message.".into()));
    }
    deliveries::set_receipt(tx, workspace, message, Receipt::Queued, now, None).await?;
    Ok(())
}
