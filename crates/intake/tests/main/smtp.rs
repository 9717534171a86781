use crate::world::{World, insert_mailbox, insert_workspace};
use rapport_intake::smtp::{self, Protocol, Speech, Tls};
use sqlx::PgPool;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const MAIL: &str = "From: Dana <dana@fox.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\n\r\n..Hello\r\n.\r\n";

async fn listen(world: &World, protocol: Protocol) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let speech = Speech::new(protocol, "mx.acme.example");
    tokio::spawn(smtp::serve(listener, speech, world.intake.clone(), world.stop.clone()));
    addr
}

/// A client that says what it is told and reads whole answers.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(addr: SocketAddr, hello: &str) -> Self {
        let mut client = Self(BufReader::new(TcpStream::connect(addr).await.unwrap()));
        assert!(client.read().await.starts_with("220 "));
        assert!(client.say(hello).await.starts_with("250"));
        client
    }

    async fn read(&mut self) -> String {
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(Duration::from_secs(20), self.0.read_line(&mut line));
            if read.await.expect("an answer").unwrap() == 0 || line.as_bytes().get(3) != Some(&b'-')
            {
                return line.trim_end().to_string();
            }
        }
    }

    async fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
    }

    async fn say(&mut self, line: &str) -> String {
        self.send(&format!("{line}\r\n")).await;
        self.read().await
    }

    /// Sends a mail to these recipients; the answer to each, then those to the mail.
    async fn mail(
        &mut self,
        to: &[&str],
        text: &str,
        answers: usize,
    ) -> (Vec<String>, Vec<String>) {
        assert!(self.say("MAIL FROM:<dana@fox.example>").await.starts_with("250"));
        let mut taken = Vec::new();
        for to in to {
            taken.push(self.say(&format!("RCPT TO:<{to}>")).await);
        }
        let go_on = self.say("DATA").await;
        if !go_on.starts_with("354") {
            return (taken, vec![go_on]);
        }
        self.send(text).await;
        let mut said = Vec::new();
        for _ in 0..answers {
            said.push(self.read().await);
        }
        (taken, said)
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mail_over_smtp_becomes_a_ticket(pool: PgPool) {
    // The client is loopback, so its SPF says nothing; here only the way counts.
    let world = World::new(pool, &[]).await;
    let mut client =
        Client::connect(listen(&world, Protocol::Smtp).await, "EHLO mx.fox.example").await;
    let (taken, said) = client.mail(&["Support+tag@Acme.example"], MAIL, 1).await;
    assert!(taken[0].starts_with("250") && said[0].starts_with("250"), "{taken:?} {said:?}");
    assert_eq!(world.count("raw_emails").await, 1, "250 comes after the commit");
    world.wait_for("messages", 1).await;
    let (text, mailbox): (String, String) = sqlx::query_as(
        "select m.body_text, t.mailbox from messages m join tickets t on t.id = m.ticket_id",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!((text.as_str(), mailbox.as_str()), (".Hello", "support@acme.example"));
    // The same connection brings another, and its repetition is none.
    let other = MAIL.replace("Hello", "Again");
    client.mail(&["support@acme.example"], &other, 1).await;
    client.mail(&["support@acme.example"], &other, 1).await;
    world.wait_for("messages", 2).await;
    assert!(client.say("QUIT").await.starts_with("221"));
    assert_eq!(client.read().await, "", "and it hangs up");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_mailboxes_are_recipients(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let addr = listen(&world, Protocol::Smtp).await;
    let mut client = Client::connect(addr, "EHLO mx.fox.example").await;
    let (taken, said) = client.mail(&["nobody@acme.example", "x@relay.example"], MAIL, 1).await;
    assert!(taken.iter().all(|t| t.starts_with("550 5.1.1")), "{taken:?}");
    assert!(said[0].starts_with("503"), "{said:?}");
    assert_eq!(world.count("raw_emails").await, 0);
    // Order matters, and mistakes have an end.
    let mut rude = Client::connect(addr, "HELO x").await;
    assert!(rude.say("DATA").await.starts_with("503"));
    assert!(rude.say("RCPT TO:<support@acme.example>").await.starts_with("503"));
    assert!(rude.say("MAIL FROM:<a@b.example> SIZE=99999999").await.starts_with("552"));
    for _ in 0..17 {
        rude.say("EXPN all").await;
    }
    assert!(rude.read().await.starts_with("421"));
    assert_eq!(rude.read().await, "");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn endless_lines_and_smuggled_mails_are_refused(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let mut client =
        Client::connect(listen(&world, Protocol::Smtp).await, "EHLO mx.fox.example").await;
    assert!(client.say(&"x".repeat(100_000)).await.starts_with("501"));
    let smuggled = MAIL.replace("\r\n.\r\n", "\r\n\n.\nMAIL FROM:<ceo@acme.example>\r\n.\r\n");
    let (_, said) = client.mail(&["support@acme.example"], &smuggled, 1).await;
    assert!(said[0].starts_with("554"), "{said:?}");
    assert_eq!(world.count("raw_emails").await, 0);
    let (_, said) = client.mail(&["support@acme.example"], MAIL, 1).await;
    assert!(said[0].starts_with("250"), "and the connection goes on: {said:?}");
    // Who hangs up in the middle leaves nothing behind.
    client.say("MAIL FROM:<a@b.example>").await;
    client.say("RCPT TO:<support@acme.example>").await;
    client.say("DATA").await;
    client.send("Subject: half\r\n").await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(world.count("raw_emails").await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn lmtp_answers_for_each_recipient_and_workspaces_stay_apart(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let other = insert_workspace(&world.store, "Other").await;
    insert_mailbox(&world.pool, other, "help@other.example").await;
    // Somebody else's address, claimed later, brings them nothing.
    insert_mailbox(&world.pool, other, "support@acme.example").await;
    let addr = listen(&world, Protocol::Lmtp).await;
    let mut client = Client::connect(addr, "LHLO mta.acme.example").await;
    let to = ["support@acme.example", "help@other.example", "support+x@acme.example"];
    let (taken, said) = client.mail(&to, MAIL, 3).await;
    assert!(taken.iter().chain(&said).all(|a| a.starts_with("250")), "{taken:?} {said:?}");
    assert_eq!(said.len(), 3);
    world.wait_for("messages", 2).await;
    let of_acme: i64 = sqlx::query_scalar("select count(*) from messages where workspace_id = $1")
        .bind(world.workspace.0)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(of_acme, 1);
    let mut wrong = Client(BufReader::new(TcpStream::connect(addr).await.unwrap()));
    wrong.read().await;
    assert!(wrong.say("EHLO x").await.starts_with("500"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn without_a_database_nothing_is_said_to_be_stored(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let mut client =
        Client::connect(listen(&world, Protocol::Smtp).await, "EHLO mx.fox.example").await;
    client.say("MAIL FROM:<>").await;
    client.say("RCPT TO:<support@acme.example>").await;
    assert!(client.say("DATA").await.starts_with("354"));
    world.pool.close().await;
    client.send(MAIL).await;
    assert!(client.read().await.starts_with("451"));
    assert!(client.say("MAIL FROM:<>").await.starts_with("250"));
    assert!(client.say("RCPT TO:<support@acme.example>").await.starts_with("451"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_stopping_server_says_so(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let addr = listen(&world, Protocol::Smtp).await;
    let mut client = Client::connect(addr, "EHLO mx.fox.example").await;
    world.stop();
    assert!(client.read().await.starts_with("421"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(addr).await.is_err());
}

/// A key made for this test alone, and its public half.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIALPVt4bhqRLnjJRs/S6Sx10JL55Cx5T0R4uvKgb/mlw
-----END PRIVATE KEY-----";
const PUBLIC: &str = "v=DKIM1; k=ed25519; p=NxGtXUZunZ52tsM752fSyBoDeJ8F+0PFlRYt+h2FRKc=";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_signed_mail_makes_its_sender_known(pool: PgPool) {
    let known =
        [("s1._domainkey.fox.example", PUBLIC), ("_dmarc.fox.example", "v=DMARC1; p=reject")];
    let world = World::new(pool, &known).await;
    let mut client =
        Client::connect(listen(&world, Protocol::Smtp).await, "EHLO mx.fox.example").await;
    let kind = async || -> String {
        let kind =
            sqlx::query_scalar("select kind from customers where email = 'dana@fox.example'");
        kind.fetch_one(&world.pool).await.unwrap()
    };
    let text = MAIL.strip_suffix(".\r\n").unwrap();
    client.mail(&["support@acme.example"], MAIL, 1).await;
    world.wait_for("messages", 1).await;
    assert_eq!(kind().await, "visitor");
    let key = rapport_mail::DkimKey::from_pem(KEY).unwrap();
    let signed =
        key.sign("fox.example", "s1", text.replace("..Hello", "Again").as_bytes()).unwrap();
    let signed = String::from_utf8(signed).unwrap() + ".\r\n";
    client.mail(&["support@acme.example"], &signed, 1).await;
    world.wait_for("messages", 2).await;
    assert_eq!(kind().await, "customer");
}

/// A certificate for this machine, in files of this folder.
fn certificate(folder: &Path) -> (Tls, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    let (certificates, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificates, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = Tls { certificates, key };
    tls.check().unwrap();
    (tls, made.cert.der().clone())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_a_relay_brings_can_be_encrypted(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let folder = std::env::temp_dir().join(format!("rapport-smtp-tls-{}", std::process::id()));
    let (tls, trusted) = certificate(&folder);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let speech = Speech { tls: Some(tls), ..Speech::new(Protocol::Smtp, "mx.acme.example") };
    tokio::spawn(smtp::serve(listener, speech, world.intake.clone(), world.stop.clone()));

    // Words behind the command, before the answer: whoever stands in between put them there.
    let mut injected = Client::connect(addr, "EHLO mx.fox.example").await;
    injected.send("STARTTLS\r\nMAIL FROM:<eve@evil.example>\r\n").await;
    assert!(injected.read().await.starts_with("503"));
    assert_eq!(injected.read().await, "");

    let mut plain = Client::connect(addr, "EHLO mx.fox.example").await;
    assert!(plain.say("STARTTLS").await.starts_with("220"));
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, plain.0.into_inner()).await.unwrap();
    let mut secure = BufReader::new(stream);
    let mut said = Vec::new();
    for line in [
        "EHLO mx.fox.example",
        "STARTTLS",
        "MAIL FROM:<dana@fox.example>",
        "RCPT TO:<support@acme.example>",
        "DATA",
    ] {
        secure.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        loop {
            let mut line = String::new();
            secure.read_line(&mut line).await.unwrap();
            let last = line.as_bytes()[3] == b' ';
            said.push(line);
            if last {
                break;
            }
        }
    }
    secure.get_mut().write_all(MAIL.as_bytes()).await.unwrap();
    let mut stored = String::new();
    secure.read_line(&mut stored).await.unwrap();
    let said = said.concat();
    // Once is enough.
    assert!(!said.contains("250-STARTTLS") && said.contains("502"), "{said}");
    assert!(stored.starts_with("250"), "{said}{stored}");
    world.wait_for("messages", 1).await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_address_does_not_take_every_connection(pool: PgPool) {
    let world = World::new(pool, &[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let speech = Speech { of_address: Some(2), ..Speech::new(Protocol::Smtp, "mx.acme.example") };
    tokio::spawn(smtp::serve(listener, speech, world.intake.clone(), world.stop.clone()));
    let first = Client::connect(addr, "EHLO a").await;
    let _second = Client::connect(addr, "EHLO a").await;
    let mut third = Client(BufReader::new(TcpStream::connect(addr).await.unwrap()));
    assert!(third.read().await.starts_with("421"));
    drop(first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    Client::connect(addr, "EHLO a").await;
}
