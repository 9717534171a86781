//! The connection to an IMAP server, protected as the settings say.

use async_imap::{Client, Session};
use rapport_domain::mailbox::{Server, Tls};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What connecting and logging in may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection of whatever kind.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for T {}

pub(super) type Imap = Session<Box<dyn Wire>>;

/// Why reading a mailbox stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("The mail server cannot be reached: {0}")]
    Unreachable(std::io::Error),
    #[error("The mail server's certificate is not accepted: {0}")]
    Tls(std::io::Error),
    #[error("The mail server does not answer.")]
    Silent,
    #[error("The mail server refused: {0}")]
    Refused(async_imap::error::Error),
    #[error("{0}")]
    Locked(String),
    #[error("The mail server broke off.")]
    Gone,
    #[error("The mail could not be stored: {0}")]
    Store(rapport_services::AppError),
}

impl From<async_imap::error::Error> for Broken {
    fn from(error: async_imap::error::Error) -> Self {
        match error {
            async_imap::error::Error::Io(error) => Self::Unreachable(error),
            async_imap::error::Error::ConnectionLost => Self::Gone,
            other => Self::Refused(other),
        }
    }
}

impl From<rapport_services::AppError> for Broken {
    fn from(error: rapport_services::AppError) -> Self {
        Self::Store(error)
    }
}

/// TLS with the certificates that this machine trusts.
pub(super) fn trusting_the_system() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // What cannot be read is left out: a server behind it is then refused by name.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// Connects and logs in.
pub(super) async fn connect(
    server: &Server,
    password: &str,
    tls: &Arc<ClientConfig>,
) -> Result<Imap, Broken> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, log_in(server, password, tls));
    connected.await.map_err(|_| Broken::Silent)?
}

async fn log_in(server: &Server, password: &str, tls: &Arc<ClientConfig>) -> Result<Imap, Broken> {
    let tcp = TcpStream::connect((server.host.as_str(), server.port));
    let tcp = tcp.await.map_err(Broken::Unreachable)?;
    let client = match server.tls {
        Tls::Implicit => greeted(protect(tcp, &server.host, tls).await?).await?,
        Tls::None => greeted(Box::new(tcp)).await?,
        Tls::Starttls => {
            let mut plain = Client::new(tcp);
            greeting(&mut plain).await?;
            plain.run_command_and_check_ok("STARTTLS", None).await?;
            // What came in the clear behind the answer is dropped with the old stream.
            Client::new(protect(plain.into_inner(), &server.host, tls).await?)
        }
    };
    let Some(user) = &server.user else {
        return Err(Broken::Locked("A user name is missing.".into()));
    };
    client.login(user, password).await.map_err(|(error, _)| error.into())
}

async fn greeted(stream: Box<dyn Wire>) -> Result<Client<Box<dyn Wire>>, Broken> {
    let mut client = Client::new(stream);
    greeting(&mut client).await?;
    Ok(client)
}

async fn greeting<T: Wire>(client: &mut Client<T>) -> Result<(), Broken> {
    let greeting = client.read_response().await.map_err(Broken::Unreachable)?;
    greeting.map(drop).ok_or(Broken::Gone)
}

async fn protect(
    tcp: TcpStream,
    host: &str,
    tls: &Arc<ClientConfig>,
) -> Result<Box<dyn Wire>, Broken> {
    let name = ServerName::try_from(host.to_string())
        .map_err(|error| Broken::Tls(std::io::Error::other(error)))?;
    let stream = TlsConnector::from(tls.clone()).connect(name, tcp).await.map_err(Broken::Tls)?;
    Ok(Box::new(stream))
}
