use crate::dovecot::Dovecot;
use crate::world::World;
use rapport_intake::imap::{self, Means, OpenPassword, Pace};
use rapport_services::secrets::Locked;
use sqlx::PgPool;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const PACE: Pace = Pace {
    settings: Duration::from_millis(200),
    poll: Duration::from_millis(500),
    retry: Duration::from_millis(200),
};

fn mail(n: usize) -> String {
    format!(
        "From: Dana <dana@fox.example>\r\nTo: support@acme.example\r\nSubject: Mail {n}\r\nMessage-ID: <{n}@fox.example>\r\n\r\nHello {n}\r\n"
    )
}

/// Sets the mailbox up to be read from an address, and reads it.
async fn read(world: &World, addr: SocketAddr) -> JoinHandle<()> {
    read_over(world, addr, "none", &[]).await
}

async fn read_over(
    world: &World,
    addr: SocketAddr,
    tls: &str,
    certificates: &[CertificateDer<'static>],
) -> JoinHandle<()> {
    set_up(world, addr, tls).await;
    let open: OpenPassword = Arc::new(|_, sealed| match sealed {
        b"sealed" => Ok("secret".into()),
        _ => Err(Locked),
    });
    let means = Means { pace: PACE, tls: trusting(certificates), ..Means::new(open) };
    tokio::spawn(imap::run(world.intake.clone(), means, world.stop.clone()))
}

/// TLS that accepts these certificates and no others.
fn trusting(certificates: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(versions.unwrap().with_root_certificates(roots).with_no_client_auth())
}

async fn set_up(world: &World, addr: SocketAddr, tls: &str) {
    sqlx::query(
        "update mailboxes set imap_host = $1, imap_port = $2, imap_tls = $4, imap_user = 'support',
            imap_password = 'sealed', version = version + 1 where id = $3",
    )
    .bind(addr.ip().to_string())
    .bind(i32::from(addr.port()))
    .bind(world.mailbox.0)
    .bind(tls)
    .execute(&world.pool)
    .await
    .unwrap();
}

async fn state(world: &World) -> (Option<i64>, Option<i64>, Option<String>) {
    sqlx::query_as(
        "select imap_uidvalidity, imap_last_uid, imap_error from mailboxes where id = $1",
    )
    .bind(world.mailbox.0)
    .fetch_one(&world.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_there_and_what_comes_is_read_once(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let server = Dovecot::start();
    server.deliver(&mail(1));
    server.deliver(&mail(2));
    let reading = read(&world, server.addr).await;
    world.wait_for("messages", 2).await;
    // The server tells of new mail while we wait.
    server.deliver(&mail(3));
    world.wait_for("messages", 3).await;
    assert_eq!(state(&world).await.1, Some(3));
    // Stopped and started again, it goes on behind the last one.
    world.stop();
    reading.await.unwrap();
    let later = World::restarted(&world);
    server.deliver(&mail(4));
    let _reading = read(&later, server.addr).await;
    later.wait_for("messages", 4).await;
    assert_eq!(later.count("raw_emails").await, 4);
    let source: Vec<String> = sqlx::query_scalar("select distinct source from raw_emails")
        .fetch_all(&later.pool)
        .await
        .unwrap();
    assert_eq!(source, ["imap"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn other_numbers_bring_no_mail_twice(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let server = Dovecot::start();
    server.deliver(&mail(1));
    server.deliver(&mail(2));
    let reading = read(&world, server.addr).await;
    world.wait_for("messages", 2).await;
    let before = state(&world).await;
    world.stop();
    reading.await.unwrap();
    // Until its process for us has ended; and the new number is the second it is made in.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    server.renumber();
    server.deliver(&mail(3));
    let later = World::restarted(&world);
    let _reading = read(&later, server.addr).await;
    later.wait_for("messages", 3).await;
    let after = state(&later).await;
    assert_ne!(after.0, before.0, "the server counts anew");
    assert_eq!(after.1, Some(3));
    assert_eq!(later.count("raw_emails").await, 3);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_backlog_comes_in_pages_whole_and_in_order(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let server = Dovecot::start();
    // Each answers the one before: filed out of order, they would be many tickets.
    let answer = |n: usize| {
        mail(n).replace(
            "Subject",
            &format!("In-Reply-To: <{}@fox.example>\r\nSubject", n.wrapping_sub(1)),
        )
    };
    server.deliver_all((0..130).map(answer));
    let _reading = read(&world, server.addr).await;
    world.wait_for("raw_emails", 130).await;
    world.wait_for("messages", 130).await;
    assert_eq!(state(&world).await.1, Some(130));
    assert_eq!(world.count("tickets").await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_connection_that_breaks_in_the_middle_loses_and_doubles_nothing(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let server = Dovecot::start();
    let large = |n: usize| mail(n) + &"0123456789 abcdef\r\n".repeat(20_000);
    server.deliver_all((0..6).map(large));
    let breaks = Arc::new(AtomicUsize::new(0));
    let proxy = breaking_proxy(server.addr, breaks.clone()).await;
    let _reading = read(&world, proxy).await;
    world.wait_for("messages", 6).await;
    assert_eq!(world.count("raw_emails").await, 6);
    assert!(breaks.load(Ordering::Relaxed) >= 3, "the proxy broke it {breaks:?} times");
    let cut: i64 = sqlx::query_scalar("select count(*) from raw_emails where length(raw) < 300000")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(cut, 0, "no half mail was stored");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mailbox_that_is_not_reached_says_why_until_it_is(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let _reading = read(&world, free).await;
    let error = wait_for_error(&world, true).await;
    assert!(error.is_some_and(|e| e.contains("cannot be reached")));
    let server = Dovecot::start();
    server.deliver(&mail(1));
    // The changed setting is seen, and the waiting task makes room for a new one.
    set_up(&world, server.addr, "none").await;
    world.wait_for("messages", 1).await;
    assert_eq!(wait_for_error(&world, false).await, None);
    sqlx::query("update mailboxes set imap_password = 'other', version = version + 1")
        .execute(&world.pool)
        .await
        .unwrap();
    let error = wait_for_error(&world, true).await;
    assert!(error.is_some_and(|e| e.contains("cannot be opened")));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn protected_connections_ask_for_a_certificate_that_is_trusted(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let server = Dovecot::start();
    server.deliver(&mail(1));
    let certificate = [server.certificate.clone()];
    for (n, (tls, addr)) in
        [("implicit", server.tls_addr), ("starttls", server.addr)].into_iter().enumerate()
    {
        let stranger = read_over(&world, addr, tls, &[]).await;
        let error = wait_for_error(&world, true).await;
        assert!(error.as_ref().is_some_and(|e| e.contains("certificate")), "{tls}: {error:?}");
        stranger.abort();
        server.deliver(&mail(2 + n));
        let trusted = read_over(&world, addr, tls, &certificate).await;
        world.wait_for("messages", 2 + n as i64).await;
        assert_eq!(wait_for_error(&world, false).await, None);
        trusted.abort();
    }
}

async fn wait_for_error(world: &World, some: bool) -> Option<String> {
    for _ in 0..200 {
        let error = state(world).await.2;
        if error.is_some() == some {
            return error;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the state did not change: {:?}", state(world).await);
}

/// Passes connections on and breaks each of the first ones after half a mail.
async fn breaking_proxy(to: SocketAddr, breaks: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for n in 0.. {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(to).await.unwrap();
            let limit = if n < 4 { 500_000 } else { usize::MAX };
            let breaks = breaks.clone();
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let up =
                    tokio::spawn(
                        async move { tokio::io::copy(&mut from_client, &mut to_server).await },
                    );
                let (mut passed, mut buffer) = (0, vec![0; 16 * 1024]);
                while passed < limit {
                    let read = from_server.read(&mut buffer).await.unwrap_or(0);
                    if read == 0 || to_client.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                    passed += read;
                }
                if passed >= limit {
                    breaks.fetch_add(1, Ordering::Relaxed);
                }
                up.abort();
            });
        }
    });
    addr
}
