//! The mail that invites.

use super::invite::path_of;
use crate::jobs::{JobError, Outcome, Worker};
use crate::mailboxes::post::{Own, post_one, write_own};
use crate::{Ctx, Result, ctx};
use chrono::{DateTime, Utc};
use rapport_domain::{InvitationId, Permission, Uuid};
use rapport_store::invitations::Invited;
use rapport_store::jobs::{Job, NewJob, enqueue};
use rapport_store::{Tx, mailboxes};
use serde_json::json;

/// The kind of job; its key is the invitation's id and when it expires.
pub(crate) const INVITE_MAIL: &str = "invite_mail";
const ATTEMPTS: i32 = 8;

/// Plans the mail, where a mailbox can send one: without, an admin passes the link on.
pub(super) async fn plan(
    tx: &mut Tx,
    ctx: &Ctx,
    id: InvitationId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    ctx.require(Permission::Configure)?;
    if mailboxes::answering(tx, ctx.workspace, None).await?.is_none() {
        return Ok(());
    }
    let job = NewJob {
        kind: INVITE_MAIL,
        key: &format!("{}:{}", id.0, expires_at.timestamp()),
        payload: json!({}),
        run_at: ctx.now,
        max_attempts: ATTEMPTS,
    };
    enqueue(tx, ctx.workspace, &job).await?;
    Ok(())
}

/// Sends it, unless it was accepted, revoked or sent anew meanwhile.
pub(crate) async fn send_invitation(
    worker: &Worker,
    job: &Job,
) -> std::result::Result<Outcome, JobError> {
    let Some((id, expires)) = read_key(&job.key) else {
        return Ok(Outcome::Dead("The key is no invitation's id and a time.".into()));
    };
    let store = &worker.store;
    let invited = store.invited(job.workspace, id).await?;
    let current = |i: &Invited| !i.accepted && !i.revoked && i.expires_at.timestamp() == expires;
    let Some(invited) = invited.filter(current) else { return Ok(Outcome::Done) };
    let mut tx = store.begin().await?;
    let Some(mailbox) = mailboxes::answering(&mut tx, job.workspace, None).await? else {
        return Ok(Outcome::Dead("No mailbox can send any more.".into()));
    };
    drop(tx);
    let mailbox = store.sending_mailbox(job.workspace, mailbox.id).await?;
    let link = format!(
        "{}{}",
        worker.public_url.trim_end_matches('/'),
        path_of(store, job.workspace, id).await?
    );
    let own = Own {
        to: &invited.email,
        subject: &format!("Join {} on Rapport", invited.workspace_name),
        id: &format!("invite.{}", job.id.0.simple()),
        text: &text(&invited, &link),
        signature: "",
    };
    let raw = write_own(&mailbox, &own);
    let sent = async || Ok(store.invitation_mailed(job.workspace, id, ctx::now()).await?);
    post_one(worker, job, &mailbox, &invited.email, raw, sent).await
}

fn read_key(key: &str) -> Option<(InvitationId, i64)> {
    let (id, expires) = key.split_once(':')?;
    Some((InvitationId(id.parse::<Uuid>().ok()?), expires.parse().ok()?))
}

fn text(invited: &Invited, link: &str) -> String {
    let by = invited.invited_by.as_deref().unwrap_or("Your team");
    format!(
        "Hello,\n\n{by} invites you to work with {} on Rapport.\n\n\
        Choose your name and a password here: {link}\n\n\
        The link works for seven days and for one person. If you did not expect this, ignore it: \
        nothing happens.",
        invited.workspace_name
    )
}
