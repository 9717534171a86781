//! The ways in which somebody logs in changed: they are told by mail, so that it is noticed when it was
//! somebody else.

use super::letter::{Letter, mail};
use super::new_device::{Occasion, when};
use crate::job_env::JobEnv;
use crate::{Ctx, Result};
use rapport_domain::UserId;
use rapport_domain::people::place;
use rapport_queue::{Job, JobError, Outcome, Queue, Work, enqueue};
use rapport_store::{Tx, mailboxes};
use serde::{Deserialize, Serialize};

/// What changed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Change {
    /// Called so.
    PasskeyAdded(String),
    PasskeyRemoved(String),
    TwoFactorOn,
    TwoFactorOff,
    /// By this person or program, passkeys and two-factor alike.
    Reset(String),
}

impl Change {
    fn sentence(&self) -> String {
        match self {
            Self::PasskeyAdded(name) => {
                format!(
                    "A passkey was added to your account: {name}. It lets whoever holds it in without your password."
                )
            }
            Self::PasskeyRemoved(name) => {
                format!("A passkey was removed from your account: {name}.")
            }
            Self::TwoFactorOn => {
                "Two-factor was turned on: your password is asked for together with a code.".into()
            }
            Self::TwoFactorOff => {
                "Two-factor was turned off: your password alone lets you in.".into()
            }
            Self::Reset(by) => {
                format!(
                    "{by} turned two-factor off for you and removed your passkeys: your password alone lets you in."
                )
            }
        }
    }
}

/// The change, and from where it was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Said {
    change: Change,
    place: String,
}

/// Plans the mail to whom it concerns, where a mailbox can send.
pub(super) async fn tell(ctx: &Ctx, tx: &mut Tx, user: UserId, change: Change) -> Result<()> {
    if mailboxes::answering(tx, ctx.workspace, None, None).await?.is_none() {
        return Ok(());
    }
    let place = match ctx.address.as_str() {
        "" => String::new(),
        address => place(address, ""),
    };
    let key = Occasion { user: user.0, at: ctx.now };
    enqueue::<TellOfWayIn>(tx, ctx.workspace, &key, &Said { change, place }, ctx.now).await?;
    Ok(())
}

/// Tells somebody that the ways in which they log in changed.
pub(crate) struct TellOfWayIn;

impl Job for TellOfWayIn {
    type Env = JobEnv;
    type Key = Occasion;
    type Payload = Said;
    const KIND: &'static str = "way_in_mail";
    const LABEL: &'static str = "Tell somebody that their log-in changed";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 6;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        let user = UserId(work.key.user);
        mail(env, &work, user, "way-in", async |to| {
            let when = when(&to.preferences, work.key.at);
            let subject = format!("Your log-in to {} on Rapport changed", to.workspace_name);
            let text = text(&to.name, &when, &work.payload, &env.public_url);
            Ok(Letter { subject, text })
        })
        .await
    }
}

/// What, when, from where, and what to do.
fn text(name: &str, when: &str, said: &Said, url: &str) -> String {
    let from = match said.place.as_str() {
        "" => String::new(),
        place => format!("\nFrom: {place}"),
    };
    format!(
        "Hello {name},\n\n\
        {}\n\n\
        When: {when}{from}\n\n\
        If you expected this, there is nothing to do.\n\n\
        If you did not, change your password now, look through your passkeys and two-factor, and tell \
        an admin of your workspace: {url}/settings/account",
        said.change.sentence()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_says_what_changed_and_what_to_do() {
        let change = Change::PasskeyAdded("Firefox on Linux".into());
        let said = Said { change, place: "203.0.113.4".into() };
        let mail = text("Priya", "Nov 24, 2026 11:41 (Europe/Berlin)", &said, "https://r.example");
        for part in [
            "Hello Priya",
            "added to your account: Firefox on Linux.",
            "11:41 (Europe/Berlin)\nFrom: 203.0.113.4\n",
            "https://r.example/settings/account",
        ] {
            assert!(mail.contains(part), "{mail}");
        }
        let said = Said { change: Change::Reset("Priya Raman".into()), place: String::new() };
        let mail = text("Sam", "now", &said, "https://r.example");
        assert!(mail.contains("Priya Raman turned two-factor off") && !mail.contains("From:"));
    }
}
