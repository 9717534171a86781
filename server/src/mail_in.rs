//! The ways mail comes in besides HTTP, as the settings have them.

use crate::config::Config;
use anyhow::{Context, bail};
use rapport_domain::MailboxId;
use rapport_intake::imap::{self, Means};
use rapport_intake::smtp::{self, Protocol, Speech, Tls};
use rapport_intake::{Intake, Stop, Verifier};
use rapport_services::receiving;
use rapport_store::Store;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Starts filing, the listeners, and the reading of mailboxes. All of it ends with `stop`, and
/// the set is empty then.
pub async fn start(
    config: &Config,
    store: Store,
    stop: &Stop,
) -> anyhow::Result<(Intake, JoinSet<()>)> {
    let (intake, filing) = Intake::start(store, Verifier::system(), stop.clone());
    let mut running = JoinSet::new();
    running.spawn(async move { drop(filing.await) });
    let tls = match (&config.smtp_tls_cert, &config.smtp_tls_key) {
        (Some(certificates), Some(key)) => {
            let tls = Tls { certificates: certificates.clone(), key: key.clone() };
            tls.check().context("the certificate of the SMTP listener cannot be used")?;
            Some(tls)
        }
        (None, None) => None,
        _ => bail!("RAPPORT_SMTP_TLS_CERT and RAPPORT_SMTP_TLS_KEY go together"),
    };
    let listeners = [(Protocol::Smtp, config.smtp_listen), (Protocol::Lmtp, config.lmtp_listen)];
    for (protocol, addr) in listeners {
        let Some(addr) = addr else { continue };
        let bound = TcpListener::bind(addr).await;
        let listener = bound.with_context(|| format!("cannot listen for mail on {addr}"))?;
        tracing::info!(?protocol, addr = %listener.local_addr()?, "listening for mail");
        // LMTP comes from a server beside this one.
        let tls = tls.clone().filter(|_| protocol == Protocol::Smtp);
        let speech = Speech { tls, ..Speech::new(protocol, config.mail_hostname.clone()) };
        running.spawn(smtp::serve(listener, speech, intake.clone(), stop.clone()));
    }
    let keys = config.secret_key.clone();
    let open = move |id: MailboxId, sealed: &[u8]| receiving::imap_password(&keys, id, sealed);
    running.spawn(imap::run(intake.clone(), Means::new(Arc::new(open)), stop.clone()));
    Ok((intake, running))
}
