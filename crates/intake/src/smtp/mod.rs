//! The SMTP and LMTP listener: mail from a relay or straight from the internet.
//!
//! A small server of our own, because what matters here is what it refuses: it speaks the few
//! commands of RFC 5321 and RFC 2033 that deliver mail, takes recipients that are mailboxes
//! alone, and says 250 only once a mail is committed. With a certificate it offers STARTTLS.

mod command;
mod lines;
mod session;
mod text;
mod tls;

use crate::addresses::Addresses;
use crate::intake::stopped;
use crate::{Intake, Stop};
use session::Session;
use std::sync::Arc;
use std::time::Duration;
pub use tls::Tls;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at once.
const CONNECTIONS_MAX: usize = 100;
/// Those of one address; this machine's own relay has them all.
const CONNECTIONS_OF_ADDRESS: usize = 20;
/// How long a connection may last.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// How long running deliveries have when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// Which of the two is spoken: LMTP answers each recipient of a mail by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Smtp,
    Lmtp,
}

/// How a listener speaks.
#[derive(Debug, Clone)]
pub struct Speech {
    pub protocol: Protocol,
    /// How the server calls itself.
    pub hostname: String,
    /// Offers STARTTLS.
    pub tls: Option<Tls>,
    /// Connections of one address, those of this machine too: for tests.
    pub of_address: Option<usize>,
}

impl Speech {
    /// In the clear.
    pub fn new(protocol: Protocol, hostname: impl Into<String>) -> Self {
        Self { protocol, hostname: hostname.into(), tls: None, of_address: None }
    }
}

/// Serves connections until `stop`.
pub async fn serve(listener: TcpListener, speech: Speech, intake: Intake, mut stop: Stop) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let speech = Arc::new(speech);
    let addresses = Addresses::default();
    let in_flight = Arc::new(Semaphore::new(text::IN_FLIGHT_STEPS));
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        // Ended sessions are forgotten here, so the set holds no more than run.
        while sessions.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a mail connection");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(permit) = room.clone().try_acquire_owned() else {
            refuse(stream);
            continue;
        };
        let most = match speech.of_address {
            None if peer.ip().is_loopback() => CONNECTIONS_MAX,
            most => most.unwrap_or(CONNECTIONS_OF_ADDRESS),
        };
        let Some(place) = addresses.enter(peer.ip(), most) else {
            refuse(stream);
            continue;
        };
        let session = Session::new(speech.clone(), peer.ip(), intake.clone(), in_flight.clone());
        let stop = stop.clone();
        sessions.spawn(async move {
            let run = session.run(stream, stop);
            match tokio::time::timeout(CONNECTION_TIME, run).await {
                Ok(Err(error)) => tracing::debug!(%peer, %error, "a mail connection broke"),
                Err(_) => tracing::info!(%peer, "a mail connection took too long"),
                Ok(Ok(())) => {}
            }
            drop((permit, place));
        });
    }
    let ended = async { while sessions.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_WORDS, ended).await;
}

/// Says that there is no room, without waiting for whoever does not listen.
fn refuse(mut stream: TcpStream) {
    tokio::spawn(async move {
        let refusal = stream.write_all(b"421 4.3.2 Too many connections, try again later\r\n");
        let _ = tokio::time::timeout(Duration::from_secs(1), refusal).await;
    });
}
