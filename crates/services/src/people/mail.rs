//! The mail that invites.

use super::invite::path_of;
use crate::job_env::JobEnv;
use crate::mailboxes::post::{Own, post_one, write_own};
use crate::transaction::begin_unattended;
use crate::{Ctx, Result, ctx};
use chrono::{DateTime, Utc};
use rapport_domain::{InvitationId, Permission, Uuid};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, enqueue};
use rapport_store::invitations::Invited;
use rapport_store::{Tx, mailboxes};
use std::fmt;
use std::str::FromStr;

/// Which invitation, and in which of its turns: sent anew, it expires later.
pub(crate) struct Turn {
    id: Uuid,
    /// In seconds since 1970.
    expires: i64,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.expires)
    }
}

impl FromStr for Turn {
    type Err = ();
    fn from_str(key: &str) -> std::result::Result<Self, ()> {
        let (id, expires) = key.split_once(':').ok_or(())?;
        let (id, expires) = (id.parse().map_err(drop)?, expires.parse().map_err(drop)?);
        Ok(Self { id, expires })
    }
}

/// Plans the mail, where a mailbox can send one: without, an admin passes the link on.
pub(super) async fn plan(
    tx: &mut Tx,
    ctx: &Ctx,
    id: InvitationId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    ctx.require(Permission::PeopleManage)?;
    if mailboxes::answering(tx, ctx.workspace, None, None).await?.is_none() {
        return Ok(());
    }
    let key = Turn { id: id.0, expires: expires_at.timestamp() };
    enqueue::<SendInvitation>(tx, ctx.workspace, &key, &NoPayload {}, ctx.now).await?;
    Ok(())
}

/// Sends it, unless it was accepted, revoked or sent anew meanwhile.
pub(crate) struct SendInvitation;

impl Job for SendInvitation {
    type Env = JobEnv;
    type Key = Turn;
    type Payload = NoPayload;
    const KIND: &'static str = "invite_mail";
    const LABEL: &'static str = "Send an invitation";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 8;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        send(env, &work).await
    }
}

async fn send(env: &JobEnv, job: &Work<SendInvitation>) -> std::result::Result<Outcome, JobError> {
    let (id, expires) = (InvitationId(job.key.id), job.key.expires);
    let store = &env.store;
    let invited = store.invited(job.workspace, id).await?;
    let current = |i: &Invited| !i.accepted && !i.revoked && i.expires_at.timestamp() == expires;
    let Some(invited) = invited.filter(current) else { return Ok(Outcome::Done) };
    let mut tx = begin_unattended(store).await?;
    let Some(mailbox) = mailboxes::answering(&mut tx, job.workspace, None, None).await? else {
        return Ok(Outcome::Dead("No mailbox can send any more.".into()));
    };
    drop(tx);
    let mailbox = store.sending_mailbox(job.workspace, mailbox.id).await?;
    let link = format!(
        "{}{}",
        env.public_url.trim_end_matches('/'),
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
    post_one(env, job, &mailbox, &invited.email, raw, sent).await
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
