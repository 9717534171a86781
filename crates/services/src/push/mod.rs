//! Telling people in their browsers, also when no page of ours is open (Web Push).
//!
//! A browser asks its maker's push service for an address and hands it to us with a key; we seal
//! each message to that key and sign who we are. What the service sees is that somebody is told
//! something. An address ends with the session in which it was given.

mod encrypt;

use crate::auth::hash_token;
use crate::http_client::{self, Auth, HttpError, Request};
use crate::job_env::JobEnv;
use crate::notifications::reader;
use crate::secrets::Keyring;
use crate::{Ctx, Result, ctx};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use encrypt::{Recipient, Sender, TEXT_BYTES};
use rapport_domain::notification::{Device, Notification};
use rapport_domain::{AppError, NotificationId, UserId, Uuid, WorkspaceId, limits, text};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, enqueue};
use rapport_store::Tx;
use rapport_store::notifications::Tell;
use rapport_store::push::{NewSubscription, Subscription};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use std::fmt;
use std::str::FromStr;

/// Whom a job tells of what: the reader's id and the notification's.
pub(crate) struct PushKey {
    user: Uuid,
    notification: Uuid,
}

impl fmt::Display for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.notification)
    }
}

impl FromStr for PushKey {
    type Err = ();
    fn from_str(key: &str) -> std::result::Result<Self, ()> {
        let (user, notification) = key.split_once(':').ok_or(())?;
        let (user, notification) = (user.parse(), notification.parse());
        Ok(Self { user: user.map_err(drop)?, notification: notification.map_err(drop)? })
    }
}

/// How long a push service keeps what it cannot deliver: later it is no news any more.
const KEPT_S: &str = "14400";
/// A push service that asks for more patience than this has none of ours.
const LATER_MAX: TimeDelta = TimeDelta::hours(1);
const ENDPOINT_CHARS: usize = 1_000;
const KEY_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;

/// What a browser says when its reader turns it on.
#[derive(Debug, Deserialize)]
pub struct NewDevice {
    /// Where messages for it go.
    pub endpoint: String,
    /// Key and secret, as it writes them: base64 for addresses.
    pub p256dh: String,
    pub auth: String,
}

/// The public key with which browsers subscribe, made the first time that somebody asks. `None`
/// where the server has no key to seal the private one.
pub async fn public_key(ctx: &Ctx, keys: &Keyring) -> Result<Option<String>> {
    reader(ctx)?;
    let known = ctx.store.push_key(ctx.workspace).await?;
    let public = match known {
        Some((public, _)) => public,
        None => {
            let fault = |_| crate::internal("no key for browsers could be made");
            let new = Sender::generate().map_err(fault)?;
            let public = Sender::open(&new).map_err(fault)?.public().to_vec();
            let Ok(sealed) = keys.seal(&place(ctx.workspace), "push", &STANDARD.encode(&new))
            else {
                return Ok(None);
            };
            ctx.store.keep_push_key(ctx.workspace, &public, &sealed).await?
        }
    };
    Ok(Some(URL_SAFE_NO_PAD.encode(public)))
}

/// Tells the reader in the browser of this session from now on.
pub async fn subscribe(ctx: &Ctx, token: &str, agent: &str, device: NewDevice) -> Result<()> {
    let user = reader(ctx)?;
    let bad = || AppError::invalid("endpoint", "This is no address of a push service.");
    let key = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| bad());
    let (public, auth) = (key(&device.p256dh)?, key(&device.auth)?);
    let fits = device.endpoint.len() <= ENDPOINT_CHARS && device.endpoint.starts_with("https://");
    if !fits || public.len() != KEY_BYTES || auth.len() != AUTH_BYTES {
        return Err(bad());
    }
    let new = NewSubscription {
        id: Uuid::now_v7(),
        session: &hash_token(token),
        endpoint: &device.endpoint,
        public_key: &public,
        auth: &auth,
        device: &text::excerpt(&text::clean(agent), limits::NAME_CHARS),
    };
    Ok(ctx.store.insert_subscription(ctx.workspace, user, &new).await?)
}

/// The browsers in which the reader is told.
pub async fn devices(ctx: &Ctx) -> Result<Vec<Device>> {
    Ok(ctx.store.push_devices(ctx.workspace, reader(ctx)?).await?)
}

/// Tells the reader nothing more in one of them.
pub async fn forget(ctx: &Ctx, device: Uuid) -> Result<()> {
    Ok(ctx.store.delete_subscription(ctx.workspace, reader(ctx)?, device).await?)
}

/// Plans what browsers are told, for those of `told` who want it there and have one.
pub(crate) async fn plan(
    tx: &mut Tx,
    ctx: &Ctx,
    news: &[Tell],
    wanted: &[NotificationId],
) -> Result<()> {
    let users: Vec<_> =
        news.iter().filter(|t| wanted.contains(&t.id)).map(|t| (t.user, t.id)).collect();
    if users.is_empty() {
        return Ok(());
    }
    let people: Vec<_> = users.iter().map(|(user, _)| *user).collect();
    let have = rapport_store::push::with_devices(tx, ctx.workspace, &people).await?;
    for (user, id) in users.iter().filter(|(user, _)| have.contains(user)) {
        let key = PushKey { user: user.0, notification: id.0 };
        enqueue::<TellBrowsers>(tx, ctx.workspace, &key, &NoPayload {}, ctx.now).await?;
    }
    Ok(())
}

/// Tells one person's browsers. Which of them has it already is told again after a failure, and shows
/// it once: it carries its notification's id.
pub(crate) struct TellBrowsers;

impl Job for TellBrowsers {
    type Env = JobEnv;
    type Key = PushKey;
    type Payload = NoPayload;
    const KIND: &'static str = "push";
    const LABEL: &'static str = "Tell a browser";
    const QUEUE: Queue = Queue::Sync;
    const MAX_ATTEMPTS: i32 = 4;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        send(env, &work).await
    }
}

async fn send(env: &JobEnv, job: &Work<TellBrowsers>) -> std::result::Result<Outcome, JobError> {
    let (user, id) = (UserId(job.key.user), NotificationId(job.key.notification));
    let store = &env.store;
    let Some(news) = store.unread_notification(job.workspace, user, id).await? else {
        return Ok(Outcome::Done);
    };
    let Some((_, sealed)) = store.push_key(job.workspace).await? else { return Ok(Outcome::Done) };
    let sender = env.keys.open(&place(job.workspace), &sealed).ok();
    let stored = sender.and_then(|key| STANDARD.decode(key.expose_secret()).ok());
    let Some(sender) = stored.and_then(|key| Sender::open(&key).ok()) else {
        return Ok(Outcome::Dead("The key for browsers cannot be opened on this server.".into()));
    };
    let mut failed = None;
    for device in store.subscriptions(job.workspace, user).await? {
        match tell_one(env, &sender, &device, &written(&news)).await {
            Answer::Taken => {}
            Answer::Gone => store.delete_subscription(job.workspace, user, device.id).await?,
            Answer::Later { why, after } => failed = Some((after, why)),
        }
    }
    let now = ctx::now();
    Ok(match failed.map(|(after, why)| (job.next_attempt(now), after, why)) {
        None => Outcome::Done,
        Some((Some(at), after, error)) => Outcome::Again { at: at.max(now + after), error },
        // Nobody can do anything about it, and it is no news any more.
        Some((None, _, error)) => {
            tracing::warn!(%error, "a browser was not told");
            Outcome::Done
        }
    })
}

enum Answer {
    Taken,
    /// The browser took its address back.
    Gone,
    /// No earlier than that.
    Later {
        why: String,
        after: TimeDelta,
    },
}

async fn tell_one(env: &JobEnv, sender: &Sender, to: &Subscription, text: &str) -> Answer {
    let recipient = Recipient { key: &to.public_key, auth: &to.auth };
    let Ok(sealed) = encrypt::seal(recipient, text.as_bytes()) else { return Answer::Gone };
    let Some(origin) = origin(&to.endpoint) else { return Answer::Gone };
    let signed = sender.authorization(origin, &env.public_url, ctx::now().timestamp());
    let Ok(authorization) = signed else {
        return Answer::Later { why: "It was not signed.".into(), after: TimeDelta::zero() };
    };
    // Tried again by the job, which outlives this process.
    let request = Request::post(&to.endpoint)
        .tries(1)
        .auth(Auth::Whole(authorization.into()))
        .header("content-encoding", "aes128gcm")
        .header("ttl", KEPT_S)
        .header("urgency", "high")
        .body("application/octet-stream", sealed);
    match env.http.send(&request).await.and_then(http_client::Answer::success) {
        Ok(_) => Answer::Taken,
        Err(HttpError::Status { status: 404 | 410, .. }) => Answer::Gone,
        Err(error) => {
            let asked = error.retry_after().and_then(|after| TimeDelta::from_std(after).ok());
            let after = asked.unwrap_or_default().min(LATER_MAX);
            Answer::Later { why: error.to_string(), after }
        }
    }
}

/// What the browser shows.
fn written(news: &Notification) -> String {
    let body = text::excerpt(&news.excerpt, limits::SNIPPET_CHARS);
    let title = text::excerpt(&news.title(), limits::SNIPPET_CHARS);
    let payload = json!({
        "title": title, "body": body, "url": news.path(), "tag": news.id.to_string(),
    });
    let payload = payload.to_string();
    debug_assert!(payload.len() <= TEXT_BYTES);
    payload
}

/// Scheme and host: what a signature is for.
fn origin(endpoint: &str) -> Option<&str> {
    let host = endpoint.find("://")? + 3;
    let end = endpoint[host..].find('/').map_or(endpoint.len(), |at| host + at);
    Some(&endpoint[..end])
}

fn place(workspace: WorkspaceId) -> String {
    format!("push:{}", workspace.0)
}
