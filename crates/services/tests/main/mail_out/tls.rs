//! TLS to a mail server: only to the one whose name an authority vouches for, today.

use super::Post;
use crate::mailboxes::{input, keys};
use crate::sink::Sink;
use rapport_domain::mailbox::Tls;
use rapport_domain::ticket::Receipt;
use rapport_services::mailboxes;
use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use sqlx::PgPool;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INNER: &str = "mail_out::tls::inner";
/// Where the certificates of the process under test are made.
const AUTHORITY: &str = "RAPPORT_TEST_AUTHORITY";

/// An authority that the process under test trusts.
struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(dir: &Path, name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("ca.pem"), own.pem()).unwrap();
        Self { dir: dir.to_path_buf(), issuer: Issuer::new(params, key) }
    }

    /// A server with a certificate for `name` that ends in a year.
    fn server(&self, name: &str, until: i32, tls: &str) -> Sink {
        let mut params = CertificateParams::new([name.to_string()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap();
        let file = |end: &str| self.dir.join(format!("{name}-{until}.{end}")).display().to_string();
        let (cert, secret) = (file("pem"), file("key"));
        fs::write(&cert, own.pem()).unwrap();
        fs::write(&secret, key.serialize_pem()).unwrap();
        Sink::start_with(&[("SINK_CERT", &cert), ("SINK_KEY", &secret), ("SINK_TLS", tls)])
    }
}

/// Runs [`every_server`] as a process that trusts the authority made here, and nobody else: what
/// is trusted is read from the surroundings, which a process cannot change for itself.
#[test]
fn a_mail_goes_only_to_a_server_that_an_authority_vouches_for() {
    let dir = std::env::temp_dir().join(format!("rapport-tls-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", INNER, "--ignored", "--nocapture"])
        .env(AUTHORITY, &dir)
        .env("SSL_CERT_FILE", dir.join("trusted/ca.pem"))
        .output()
        .unwrap();
    fs::remove_dir_all(&dir).unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("8 servers tried"), "{said}");
}

#[ignore = "the test above runs it"]
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn inner(pool: PgPool) {
    let dir = std::env::var_os(AUTHORITY).unwrap();
    let tried = every_server(pool, Path::new(&dir)).await;
    eprintln!("{tried} servers tried");
}

/// Tries good and bad certificates both ways; answers how many.
async fn every_server(pool: PgPool, dir: &Path) -> i32 {
    let mut post = Post::new(pool).await;
    let trusted = Authority::new(&dir.join("trusted"), "Trusted");
    let stranger = Authority::new(&dir.join("stranger"), "Stranger");
    let mut version = 1;
    for (tls, name) in [(Tls::Implicit, "implicit"), (Tls::Starttls, "starttls")] {
        for (authority, host, until, refused) in [
            (&trusted, "localhost", 2100, None),
            (&trusted, "mail.elsewhere.example", 2100, Some("not valid for name")),
            (&trusted, "localhost", 2021, Some("expired")),
            (&stranger, "localhost", 2100, Some("UnknownIssuer")),
        ] {
            post.sink = authority.server(host, until, name);
            let mut settings = input("support@acme.example", post.sink.port);
            let server = settings.smtp.as_mut().unwrap();
            (server.tls, server.host) = (tls, "localhost".into());
            mailboxes::update(&post.ctx, &keys(), post.mailbox, version, settings).await.unwrap();
            version += 1;
            let id = post.reply("Hello").await;
            post.now().await;
            let delivery = post.delivery(id).await;
            match refused {
                None => {
                    assert_eq!(delivery.error, None, "{name}");
                    assert_eq!(post.sink.mail().from, "support@acme.example");
                }
                Some(why) => {
                    // An admin can mend that: it is tried again, and nothing went in the clear.
                    assert_eq!(delivery.receipt, Receipt::Queued);
                    let error = delivery.error.unwrap();
                    assert!(error.contains(why), "{name} {host} {until}: {error}");
                    post.sink.no_more_mail();
                    rapport_services::messages::undo_send(&post.ctx, id).await.unwrap_err();
                    sqlx::query("delete from jobs").execute(&post.world.pool).await.unwrap();
                }
            }
        }
    }
    version - 1
}
