//! The certificate that the SMTP listener shows after STARTTLS.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// What a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Where certificate and key lie, as PEM. They are read for each handshake: a renewed certificate
/// counts at once.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

impl Tls {
    /// Whether they can be read and belong together.
    pub fn check(&self) -> io::Result<()> {
        self.acceptor().map(drop)
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let accepting = self.acceptor()?.accept(stream);
        tokio::time::timeout(HANDSHAKE, accepting).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let pem = io::Error::other;
        let certificates = CertificateDer::pem_file_iter(&self.certificates).map_err(pem)?;
        let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(pem)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(pem)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(io::Error::other)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
