//! What is known of a mail besides its words.

use super::SpokenTime;
use crate::{text, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

vocabulary! {
    /// The way a mail came in.
    MailSource {
        Http => "http", "HTTP";
        Smtp => "smtp", "SMTP";
        Lmtp => "lmtp", "LMTP";
        Imap => "imap", "IMAP";
    }
}

/// What the delivering side said outside of the mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// The client's address, where we spoke to it ourselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// How it called itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// Empty for reports, `None` where no envelope came along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rcpt_to: Vec<String>,
    /// The authserv-id whose Authentication-Results are believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_authserv: Option<String>,
}

/// Who or what wrote a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MailClass {
    /// A person, as far as anybody can tell.
    #[default]
    Ordinary,
    /// A machine answered or announced.
    Automatic,
    /// A server could not deliver a mail.
    Bounce,
    /// A provider forwards a complaint.
    Complaint,
    /// It left here before.
    Loop,
}

impl MailClass {
    /// What agents read beside the message; `None` for ordinary mail.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Self::Ordinary => None,
            Self::Automatic => Some("Automatic reply"),
            Self::Bounce => Some("Delivery report"),
            Self::Complaint => Some("Spam complaint"),
            Self::Loop => Some("Our own mail"),
        }
    }
}

/// How a check of the sender ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// Nothing to check, or no answer.
    #[default]
    None,
}

impl Outcome {
    /// `pass`, `fail`, `none`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::None => "none",
        }
    }
}

/// The result of one check, and the domain it speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Verdict {
    pub outcome: Outcome,
    #[serde(default)]
    pub domain: Option<String>,
}

impl Verdict {
    /// A result for a domain, which is empty where there was none to check.
    pub fn new(outcome: Outcome, domain: &str) -> Self {
        Self { outcome, domain: Some(domain.to_lowercase()).filter(|d| !d.is_empty()) }
    }
}

/// What was found out about a mail's sender; a check that was not made is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Verdicts {
    pub spf: Option<Verdict>,
    pub dkim: Option<Verdict>,
    pub dmarc: Option<Verdict>,
    /// The mail server whose word this is; `None` when it was checked here.
    pub said_by: Option<String>,
}

impl Verdicts {
    /// Whether the mail proves that it comes from the domain of this address: DMARC alone
    /// ties what was checked to the From that people see.
    pub fn prove(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        self.dmarc.as_ref().is_some_and(|v| {
            v.outcome == Outcome::Pass
                && v.domain
                    .as_deref()
                    .zip(domain)
                    .is_some_and(|(a, b)| text::domain(a) == text::domain(b))
        })
    }

    /// The checks that were made, by name.
    pub fn made(&self) -> impl Iterator<Item = (&'static str, &Verdict)> {
        [("SPF", &self.spf), ("DKIM", &self.dkim), ("DMARC", &self.dmarc)]
            .into_iter()
            .filter_map(|(name, verdict)| Some((name, verdict.as_ref()?)))
    }
}

/// What a mail is sealed with. No signature is checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    SignedSmime,
    SignedPgp,
    EncryptedSmime,
    EncryptedPgp,
}

impl Seal {
    /// What agents read.
    pub fn label(self) -> &'static str {
        match self {
            Self::SignedSmime => "Signed with S/MIME, signature not checked",
            Self::SignedPgp => "Signed with PGP, signature not checked",
            Self::EncryptedSmime => "Encrypted with S/MIME: Rapport cannot open it",
            Self::EncryptedPgp => "Encrypted with PGP: Rapport cannot open it",
        }
    }
}

/// What is known of a mail besides its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct MailFacts {
    pub class: MailClass,
    /// Something was left out: it nests too deep, or has too many parts or files.
    pub incomplete: bool,
    pub verdicts: Verdicts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
    /// When its sender's clock says that it was written, where that is more than a day off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated: Option<DateTime<Utc>>,
    /// Where an answer goes, when that is not where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The address that it came from, where that is not its writer's: a form, a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// The times of its invitations, in the order in which the text speaks of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<SpokenTime>,
}

impl MailFacts {
    /// Whether an answer would go to another domain than the mail came from, and nothing proves
    /// who sent it: a way to have answers sent elsewhere.
    pub fn diverts(&self, author: &str) -> bool {
        let domain = |email: &str| email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        let elsewhere = |to: &String| domain(to) != domain(author);
        self.reply_to.as_ref().is_some_and(elsewhere) && !self.verdicts.prove(author)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dmarc_for_the_same_domain_proves_a_sender() {
        let pass = |domain: &str| Some(Verdict::new(Outcome::Pass, domain));
        let verdicts = Verdicts { dmarc: pass("X.example"), ..Verdicts::default() };
        assert!(verdicts.prove("ada@x.example"));
        assert!(!verdicts.prove("ada@y.example") && !verdicts.prove("ada"));
        let signed =
            Verdicts { dkim: pass("x.example"), spf: pass("x.example"), ..Verdicts::default() };
        assert!(!signed.prove("ada@x.example"));
        let failed = Verdicts { dmarc: Some(Verdict::new(Outcome::Fail, "x.example")), ..signed };
        assert!(!failed.prove("ada@x.example"));
    }

    #[test]
    fn answers_that_would_go_elsewhere_are_told() {
        let mut facts = MailFacts { reply_to: Some("a@x.example".into()), ..MailFacts::default() };
        assert!(facts.diverts("a@y.example") && !facts.diverts("b@X.example"));
        facts.verdicts.dmarc = Some(Verdict::new(Outcome::Pass, "y.example"));
        assert!(!facts.diverts("a@y.example"));
        assert!(!MailFacts::default().diverts("a@y.example"));
    }

    #[test]
    fn facts_of_an_older_version_are_read() {
        let facts: MailFacts = serde_json::from_str("{\"class\":\"bounce\"}").unwrap();
        assert_eq!(facts.class, MailClass::Bounce);
        assert_eq!(facts.verdicts, Verdicts::default());
    }
}
