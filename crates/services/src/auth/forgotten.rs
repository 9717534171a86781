//! Somebody who forgot their password asks for a link by mail.

use super::letter::{Letter, mail};
use super::new_device::Occasion;
use super::{hash_token, random_token};
use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use crate::{Ctx, Result, ctx};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::{Permission, UserId, WorkspaceId};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, enqueue};
use rapport_store::{Store, mailboxes, passwords};
use serde_json::json;

/// How long such a link works: whoever asked for it is waiting.
const HOURS: i64 = 2;

/// Plans the mail to whoever logs in with this address. Says nothing of whether there is somebody: nobody is told by it
/// who works here.
pub async fn forgotten(store: &Store, email: &str) -> Result<()> {
    let Some(found) = store.credentials(email.trim()).await? else { return Ok(()) };
    if store.password_refused(found.workspace, found.user).await? {
        return Ok(());
    }
    let now = ctx::now();
    let mut tx = begin_unattended(store).await?;
    if mailboxes::answering(&mut tx, found.workspace, None, None).await?.is_none() {
        tracing::warn!(user = %found.user, "a link for a new password cannot be mailed: no mailbox sends");
        return Ok(());
    }
    let key = Occasion { user: found.user.0, at: now };
    enqueue::<MailReset>(&mut tx, found.workspace, &key, &NoPayload {}, now).await?;
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    rapport_queue::wake();
    Ok(())
}

/// Makes the link and mails it. The link is in no table: another try makes another one.
pub(crate) struct MailReset;

impl Job for MailReset {
    type Env = JobEnv;
    type Key = Occasion;
    type Payload = NoPayload;
    const KIND: &'static str = "password_mail";
    const LABEL: &'static str = "Send a link for a new password";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 6;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        let user = UserId(work.key.user);
        mail(env, &work, user, "password", async |to| {
            let token = make(&env.store, work.workspace, user, &to.email).await?;
            let link = format!("{}/reset/{token}", env.public_url.trim_end_matches('/'));
            let subject = format!("A new password for {} on Rapport", to.workspace_name);
            Ok(Letter { subject, text: text(&to.name, &link) })
        })
        .await
    }
}

async fn make(store: &Store, workspace: WorkspaceId, user: UserId, email: &str) -> Result<String> {
    let token = random_token();
    let ctx = Ctx::for_system(store.clone(), workspace, "Password reset");
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let until = ctx.now + TimeDelta::hours(HOURS);
    passwords::put_reset(&mut tx, workspace, user, &hash_token(&token), until).await?;
    tx.commit_audited(Action::PasswordResetMade, user, json!({ "mailed_to": email })).await?;
    Ok(token)
}

fn text(name: &str, link: &str) -> String {
    format!(
        "Hello {name},\n\n\
        somebody, most likely you, asked for a new password.\n\n\
        Choose it here: {link}\n\n\
        The link works once, for two hours. If you did not ask for it, ignore this: your password \
        stays as it is."
    )
}
