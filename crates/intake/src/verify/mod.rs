//! Who really sent a mail: SPF, DKIM and DMARC.

mod remembered;

use futures_util::FutureExt;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, MessageAuthenticator, SpfOutput,
    SpfResult,
};
use rapport_domain::message::{Envelope, MailSource, Outcome, Verdict, Verdicts};
use remembered::Names;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// What all checks of one mail may take together.
const CHECKS_TIMEOUT: Duration = Duration::from_secs(10);
/// What one question to a name server may take, and how often it is asked.
const DNS_TIMEOUT: Duration = Duration::from_secs(3);
const DNS_ATTEMPTS: usize = 2;
/// Signatures of one mail that are checked.
const SIGNATURES_MAX: usize = 5;

/// Finds out about senders; cheap to clone.
#[derive(Clone)]
pub struct Verifier(Option<Arc<Checks>>);

struct Checks {
    resolver: MessageAuthenticator,
    names: Names,
}

impl Verifier {
    /// Asks the name servers that this machine uses; checks nothing where it knows none.
    pub fn system() -> Self {
        let resolver = read_system_conf().and_then(|(config, mut options)| {
            options.timeout = DNS_TIMEOUT;
            options.attempts = DNS_ATTEMPTS;
            MessageAuthenticator::new(config, options)
        });
        match resolver {
            Ok(resolver) => Self(Some(Arc::new(Checks { resolver, names: Names::default() }))),
            Err(error) => {
                tracing::warn!(%error, "no name servers are known: mail is not verified");
                Self(None)
            }
        }
    }

    /// Knows these TXT records (name, text) and asks nobody: every other name does not exist.
    pub fn knowing(records: &[(&str, &str)]) -> Self {
        let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let resolver = MessageAuthenticator::new(config, ResolverOpts::default());
        let names = Names::knowing(records);
        Self(resolver.ok().map(|resolver| Arc::new(Checks { resolver, names })))
    }

    /// What can be found out about a mail's sender, within 10 seconds; nothing is found where
    /// name servers do not answer. SPF needs an envelope with the client's address, so mail
    /// from elsewhere has DKIM and DMARC alone, or the word of a server that is trusted.
    pub async fn verify(&self, raw: &[u8], source: MailSource, envelope: &Envelope) -> Verdicts {
        if source == MailSource::Imap
            && let Some(trusted) = &envelope.trusted_authserv
            && let Some(said) = rapport_mail::trusted_results(raw, trusted)
        {
            return said;
        }
        let Some(checks) = &self.0 else { return Verdicts::default() };
        // The library reads what strangers wrote; a fault in it costs the verdicts, not the mail.
        let found = AssertUnwindSafe(checks.run(raw, source, envelope)).catch_unwind();
        match tokio::time::timeout(CHECKS_TIMEOUT, found).await {
            Ok(Ok(verdicts)) => verdicts,
            Ok(Err(_)) => {
                tracing::error!("checking a mail's sender failed");
                Verdicts::default()
            }
            Err(_) => {
                tracing::warn!("name servers are slow: a mail's sender was not checked");
                Verdicts::default()
            }
        }
    }
}

impl Checks {
    async fn run(&self, raw: &[u8], source: MailSource, envelope: &Envelope) -> Verdicts {
        let Some(mut message) = AuthenticatedMessage::parse(raw) else {
            return Verdicts::default();
        };
        message.dkim_headers.truncate(SIGNATURES_MAX);
        let from = message.from().rsplit_once('@').map_or("", |(_, domain)| domain).to_string();
        // Over LMTP a server beside this one speaks, whatever its address.
        let spf = if source == MailSource::Lmtp { None } else { self.spf(envelope).await };
        // With neither there is nothing that DMARC could pass by.
        if spf.is_none() && message.dkim_headers.is_empty() {
            return Verdicts::default();
        }
        let dkim = self.resolver.verify_dkim(self.names.ask(&message)).await;
        let spf_verdict =
            spf.as_ref().map(|(output, domain)| Verdict::new(spf_outcome(output), domain));
        let (spf_output, mail_from) = spf.unwrap_or((SpfOutput::new(String::new()), String::new()));
        let params = DmarcParameters {
            message: &message,
            dkim_output: &dkim,
            dkim2_output: None,
            rfc5321_mail_from_domain: &mail_from,
            spf_output: &spf_output,
        };
        let dmarc = self.resolver.verify_dmarc(self.names.ask(params)).await;
        let outcome = match dmarc.result() {
            DmarcResult::Pass => Outcome::Pass,
            // Where SPF could not be checked, it might have passed.
            DmarcResult::Fail(_) if spf_verdict.is_some() => Outcome::Fail,
            _ => Outcome::None,
        };
        Verdicts {
            spf: spf_verdict,
            dkim: Some(dkim_verdict(&dkim, &from)),
            dmarc: Some(Verdict::new(outcome, &from)),
            said_by: None,
        }
    }

    /// SPF of the envelope's sender, or of the client's name where the sender is empty.
    async fn spf(&self, envelope: &Envelope) -> Option<(SpfOutput, String)> {
        let (ip, helo) = (envelope.ip?, envelope.helo.as_deref().unwrap_or_default());
        if is_ours(ip) {
            return None;
        }
        let sender = envelope.mail_from.as_deref().unwrap_or_default();
        let (params, domain) = match sender.rsplit_once('@') {
            Some((_, domain)) => (SpfParameters::verify_mail_from(ip, helo, helo, sender), domain),
            None => (SpfParameters::verify_ehlo(ip, helo, helo), helo),
        };
        Some((self.resolver.verify_spf(self.names.ask(params)).await, domain.to_string()))
    }
}

/// Whether the client is a relay of ours: it passes mail on, and is nobody's sender.
fn is_ours(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

fn spf_outcome(output: &SpfOutput) -> Outcome {
    match output.result() {
        SpfResult::Pass => Outcome::Pass,
        SpfResult::Fail | SpfResult::SoftFail | SpfResult::PermError => Outcome::Fail,
        SpfResult::Neutral | SpfResult::TempError | SpfResult::None => Outcome::None,
    }
}

/// One verdict of all signatures: a good one of the sender's domain, else a good one, else the
/// first that was there.
fn dkim_verdict(signatures: &[DkimOutput<'_>], from: &str) -> Verdict {
    let domain = |o: &DkimOutput<'_>| o.signature().map(|s| s.d.clone()).unwrap_or_default();
    let good = || signatures.iter().filter(|o| *o.result() == DkimResult::Pass);
    let aligned = good().find(|o| domain(o).eq_ignore_ascii_case(from));
    if let Some(pass) = aligned.or_else(|| good().next()) {
        return Verdict::new(Outcome::Pass, &domain(pass));
    }
    let Some(first) = signatures.first() else { return Verdict::default() };
    let outcome = match first.result() {
        DkimResult::TempError(_) | DkimResult::None => Outcome::None,
        _ => Outcome::Fail,
    };
    Verdict::new(outcome, &domain(first))
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Verifier" } else { "Verifier(off)" })
    }
}

#[cfg(test)]
mod tests;
