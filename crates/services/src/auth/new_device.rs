//! Somebody logged in from a browser that they never used before: they are told by mail, so that it is
//! noticed when it was somebody else.

use super::hash_token;
use super::letter::{Letter, mail};
use crate::job_env::JobEnv;
use crate::{Result, ctx};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::dates::{Dates, TimeStyle};
use rapport_domain::people::{device_name, place};
use rapport_domain::preferences::Preferences;
use rapport_domain::session::Device;
use rapport_domain::{UserId, Uuid, WorkspaceId, locale};
use rapport_queue::{Job, JobError, Outcome, Queue, Work, enqueue};
use rapport_store::{Tx, known_devices, mailboxes};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Whom a mail of this kind concerns, and when it happened.
pub(crate) struct Occasion {
    pub(super) user: Uuid,
    pub(super) at: DateTime<Utc>,
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.at.timestamp_millis())
    }
}

impl FromStr for Occasion {
    type Err = ();
    fn from_str(key: &str) -> std::result::Result<Self, ()> {
        let (user, at) = key.split_once(':').ok_or(())?;
        let at = at.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(())?;
        Ok(Self { user: user.parse().map_err(drop)?, at })
    }
}

/// From where.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    device: String,
    place: String,
}

/// Remembers the browser of a log-in, and plans the mail where that is called for. A browser without a
/// mark is not remembered.
pub(crate) async fn meet(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    from: &Device,
) -> Result<()> {
    if from.mark.is_empty() {
        return Ok(());
    }
    let now = ctx::now();
    let hash = hash_token(&from.mark);
    if !known_devices::meet(tx, workspace, user, &hash, now).await? {
        return Ok(());
    }
    // Without a mailbox nobody can be told by mail; the list of sessions shows it.
    if mailboxes::answering(tx, workspace, None, None).await?.is_none() {
        return Ok(());
    }
    let seen =
        Seen { device: device_name(&from.agent), place: place(&from.address, &from.country) };
    enqueue::<TellOfDevice>(tx, workspace, &Occasion { user: user.0, at: now }, &seen, now).await?;
    Ok(())
}

/// Tells somebody of a log-in from a new browser.
pub(crate) struct TellOfDevice;

impl Job for TellOfDevice {
    type Env = JobEnv;
    type Key = Occasion;
    type Payload = Seen;
    const KIND: &'static str = "new_device_mail";
    const LABEL: &'static str = "Tell somebody of a log-in from a new device";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 6;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        let user = UserId(work.key.user);
        mail(env, &work, user, "device", async |to| {
            let subject = format!("New log-in to {} on Rapport", to.workspace_name);
            let (at, url) = (work.key.at, &env.public_url);
            let text = text(&to.name, &to.preferences, at, &work.payload, url);
            Ok(Letter { subject, text })
        })
        .await
    }
}

/// An instant as its reader writes it, with the zone.
pub(super) fn when(chosen: &Preferences, at: DateTime<Utc>) -> String {
    let zone = chosen.time_zone.as_deref().unwrap_or("UTC");
    let wall = at + TimeDelta::minutes(locale::offset_minutes(zone, at));
    let written = Dates::of_line(&chosen.dates_line()).write(wall, wall, TimeStyle::Full);
    format!("{written} ({zone})")
}

/// What, when, from where, and what to do.
fn text(name: &str, chosen: &Preferences, at: DateTime<Utc>, from: &Seen, url: &str) -> String {
    let when = when(chosen, at);
    let Seen { device, place } = from;
    format!(
        "Hello {name},\n\n\
        somebody logged in as you, from a device that you had not used before:\n\n\
        When: {when}\n\
        Device: {device}\n\
        From: {place}\n\n\
        If this was you, there is nothing to do.\n\n\
        If it was not, change your password now, which logs out every other device, and tell an \
        admin of your workspace: {url}/settings/account"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_says_what_when_where_and_what_to_do() {
        let at: DateTime<Utc> = "2026-11-24T10:41:00Z".parse().unwrap();
        let from = Seen { device: "Firefox on Linux".into(), place: "203.0.113.4".into() };
        let chosen =
            Preferences { time_zone: Some("Europe/Berlin".into()), ..Preferences::default() };
        let text = text("Priya", &chosen, at, &from, "https://r.example");
        for part in [
            "Hello Priya",
            "Nov 24, 2026 11:41 (Europe/Berlin)",
            "Firefox on Linux",
            "From: 203.0.113.4",
            "https://r.example/settings/account",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let key = Occasion { user: Uuid::from_u128(7), at };
        let read: Occasion = key.to_string().parse().unwrap();
        assert_eq!((read.user, read.at), (key.user, key.at));
    }
}
