//! What became of a mail at each recipient, and what that makes of its message.

use crate::error::AppError;
use crate::ticket::Receipt;
use crate::{limits, text};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// Which line of the mail names a recipient.
    RecipientRole {
        To => "to", "To";
        Cc => "cc", "Cc";
        Bcc => "bcc", "Bcc";
    }
}

crate::vocabulary! {
    /// How far a mail came at one recipient.
    DeliveryState {
        Queued => "queued", "Queued";
        Sent => "sent", "Sent";
        Delivered => "delivered", "Delivered";
        Viewed => "viewed", "Viewed";
        Bounced => "bounced", "Bounced";
        Failed => "failed", "Failed";
    }
}

impl DeliveryState {
    /// What news of a delivery make of it. A late success does not undo what is known: that
    /// somebody read it, or that it came back.
    pub fn after(self, news: Self) -> Self {
        match (self, news) {
            (Self::Bounced | Self::Failed, Self::Sent | Self::Delivered | Self::Viewed)
            | (Self::Viewed, Self::Sent | Self::Delivered)
            | (Self::Delivered, Self::Sent) => self,
            _ => news,
        }
    }
}

/// Who a mail goes to, and what became of it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Recipient {
    pub email: String,
    pub role: RecipientRole,
    pub state: DeliveryState,
    pub at: DateTime<Utc>,
    /// Why it did not arrive.
    pub reason: Option<String>,
}

/// Who gets a message, by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
}

/// An answer that was taken back, as its form had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// As it was typed.
    pub text: String,
    pub recipients: Recipients,
    /// `None`: the mailbox's.
    pub signature: Option<String>,
    /// Whether the message before it stood at its end.
    pub quotes: bool,
}

impl Recipients {
    /// Who gets an answer unless its author says otherwise: whoever wrote last, else the
    /// customer; in copy everybody else who takes part, but none of `own`, our mailboxes, from
    /// where a copy would come back as the customer's message.
    pub fn suggest(
        last_sender: Option<String>,
        customer: Option<String>,
        participants: impl IntoIterator<Item = String>,
        own: &[String],
    ) -> Self {
        let to: Vec<_> = last_sender.or(customer).map(|e| e.to_lowercase()).into_iter().collect();
        let mut cc: Vec<_> = participants.into_iter().map(|e| e.to_lowercase()).collect();
        cc.retain(|email| !to.contains(email) && !own.contains(email));
        Self { to, cc, bcc: Vec::new() }
    }
}

crate::vocabulary! {
    /// Why somebody who was in a customer's mail gets no answer unless an agent adds them.
    NotAdded {
        Unverified => "unverified", "sender unverified";
        New => "new", "new, unverified address";
        NoParticipant => "no_participant", "takes no part in this ticket";
    }
}

/// Somebody who wrote, or was in To or Cc of a customer's mail, and would not get the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub email: String,
    pub why: NotAdded,
}

/// How an answer in a ticket would leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// The mailbox; none that can send: answers are stored and wait.
    pub from: Option<String>,
    pub recipients: Recipients,
    pub left_out: Vec<LeftOut>,
    /// The mailbox's, as it leaves unless the author changes it.
    pub signature: String,
    /// Whether the mailbox quotes the last message below an answer.
    pub quotes: bool,
}

/// What the recipients' states make of a message. A recipient who got nothing matters more
/// than all who did, for somebody has to act.
pub fn receipt_of(states: &[DeliveryState], opened: bool) -> Receipt {
    use DeliveryState::{Bounced, Delivered, Failed, Queued, Viewed};
    let any = |wanted: &[DeliveryState]| states.iter().any(|s| wanted.contains(s));
    if any(&[Queued]) {
        Receipt::Queued
    } else if any(&[Bounced, Failed]) {
        Receipt::Error
    } else if opened || any(&[Viewed]) {
        Receipt::Viewed
    } else if !states.is_empty() && states.iter().all(|s| *s == Delivered) {
        Receipt::Delivered
    } else {
        Receipt::Sent
    }
}

/// How long a mail may lie unopened before that says something: over a weekend people read none.
pub const NOT_VIEWED_AFTER: TimeDelta = TimeDelta::hours(72);

/// The receipt as it shows at an instant: a mail that left and that nobody opened for long is not
/// viewed. `unopened_since` is when it left, if that could be seen and neither people nor machines
/// opened it; where a machine did, nobody knows whether its reader looked later.
pub fn shown_receipt(
    receipt: Receipt,
    unopened_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Receipt {
    let left = matches!(receipt, Receipt::Sent | Receipt::Delivered);
    match unopened_since {
        Some(since) if left && now - since >= NOT_VIEWED_AFTER => Receipt::NotViewed,
        _ => receipt,
    }
}

/// Openings sooner than this are a scanner on the way, not a reader.
const FASTEST_READER: TimeDelta = TimeDelta::seconds(5);
/// What fetches pictures for people who may never look: image proxies and mail scanners.
const MACHINES: [&str; 12] = [
    "googleimageproxy",
    "yahoomailproxy",
    "barracuda",
    "mimecast",
    "proofpoint",
    "trendmicro",
    "symantec",
    "bot",
    "crawler",
    "spider",
    "curl/",
    "python-requests",
];

/// Whether a machine opened a mail rather than its reader: it must never show as viewed.
/// Apple's Mail Privacy Protection loads every picture and says `Mozilla/5.0`, nothing more.
pub fn opened_by_machine(user_agent: &str, since_sent: TimeDelta) -> bool {
    let agent = user_agent.trim().to_lowercase();
    since_sent < FASTEST_READER
        || agent.is_empty()
        || agent == "mozilla/5.0"
        || MACHINES.iter().any(|m| agent.contains(m))
}

/// Reads the addresses of a line: `a@b.example, c@d.example`. Each once, lower-cased.
pub fn parse_addresses(field: &str, line: &str) -> Result<Vec<String>, AppError> {
    let mut found: Vec<String> = Vec::new();
    for part in line.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        let email = text::email(field, part)?;
        if !found.contains(&email) {
            found.push(email);
        }
    }
    if found.len() > limits::RECIPIENTS_MAX {
        let message = format!("A message has at most {} recipients.", limits::RECIPIENTS_MAX);
        return Err(AppError::invalid(field, message));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryState::{Bounced, Delivered, Failed, Queued, Sent, Viewed};

    #[test]
    fn a_message_is_as_far_as_its_slowest_recipient() {
        for (states, opened, receipt) in [
            (&[][..], false, Receipt::Sent),
            (&[Sent], false, Receipt::Sent),
            (&[Sent, Delivered], false, Receipt::Sent),
            (&[Delivered, Delivered], false, Receipt::Delivered),
            (&[Delivered, Viewed], false, Receipt::Viewed),
            (&[Sent], true, Receipt::Viewed),
            (&[Viewed, Bounced], true, Receipt::Error),
            (&[Sent, Failed], false, Receipt::Error),
            (&[Sent, Queued], true, Receipt::Queued),
            (&[Failed, Queued], false, Receipt::Queued),
        ] {
            assert_eq!(receipt_of(states, opened), receipt, "{states:?} {opened}");
        }
    }

    #[test]
    fn what_nobody_opened_for_three_days_is_not_viewed() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let ago = |hours| Some(now - TimeDelta::hours(hours));
        for (receipt, since, shown) in [
            (Receipt::Sent, ago(73), Receipt::NotViewed),
            (Receipt::Delivered, ago(72), Receipt::NotViewed),
            (Receipt::Sent, ago(71), Receipt::Sent),
            (Receipt::Delivered, None, Receipt::Delivered),
            (Receipt::Error, ago(100), Receipt::Error),
            (Receipt::Queued, ago(100), Receipt::Queued),
        ] {
            assert_eq!(shown_receipt(receipt, since, now), shown, "{receipt:?} {since:?}");
        }
    }

    #[test]
    fn late_success_does_not_undo_what_is_known() {
        assert_eq!(Viewed.after(Delivered), Viewed);
        assert_eq!(Bounced.after(Delivered), Bounced);
        assert_eq!(Delivered.after(Bounced), Bounced);
        assert_eq!(Sent.after(Viewed), Viewed);
        assert_eq!(Failed.after(Queued), Queued);
    }

    #[test]
    fn machines_are_no_readers() {
        let later = TimeDelta::minutes(2);
        let reader = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Thunderbird/128.0";
        assert!(!opened_by_machine(reader, later));
        assert!(opened_by_machine(reader, TimeDelta::seconds(2)));
        let gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        for machine in ["Mozilla/5.0", "", " ", gmail, "Barracuda Sentinel (EE)"] {
            assert!(opened_by_machine(machine, later), "{machine}");
        }
    }

    #[test]
    fn an_answer_goes_to_whoever_wrote_last_and_never_to_ourselves() {
        let own = ["support@acme.example".to_string()];
        let people =
            || ["kim@b.example", "support@acme.example", "Alex@b.example"].map(String::from);
        let alex = || Some("alex@b.example".to_string());
        let answer = Recipients::suggest(alex(), Some("old@b.example".into()), people(), &own);
        assert_eq!(
            (answer.to, answer.cc),
            (vec!["alex@b.example".into()], vec!["kim@b.example".into()])
        );
        let first = Recipients::suggest(None, alex(), [], &own);
        assert_eq!(first.to, ["alex@b.example"]);
        assert!(Recipients::suggest(None, None, [], &own).to.is_empty());
    }

    #[test]
    fn a_line_of_addresses_keeps_each_once() {
        let found = parse_addresses("to", "A@b.example; c@d.example,a@B.example, ").unwrap();
        assert_eq!(found, ["a@b.example", "c@d.example"]);
        assert!(parse_addresses("to", "Alex <a@b.example>").unwrap_err().field("to").is_some());
        let many: String = (0..51).map(|n| format!("a{n}@b.example,")).collect();
        assert!(parse_addresses("to", &many).is_err());
    }
}
