use super::*;
use rapport_mail::DkimKey;

/// A key made for these tests alone, and its public half.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIALPVt4bhqRLnjJRs/S6Sx10JL55Cx5T0R4uvKgb/mlw
-----END PRIVATE KEY-----";
const PUBLIC: &str = "v=DKIM1; k=ed25519; p=NxGtXUZunZ52tsM752fSyBoDeJ8F+0PFlRYt+h2FRKc=";

const MAIL: &[u8] = b"From: Dana <dana@fox.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\nDate: Tue, 24 Nov 2026 09:14:00 +0000\r\nMessage-ID: <1@fox.example>\r\n\r\nHello\r\n";

fn world() -> Verifier {
    Verifier::knowing(&[
        ("s1._domainkey.fox.example", PUBLIC),
        ("s1._domainkey.list.example", PUBLIC),
        ("_dmarc.fox.example", "v=DMARC1; p=reject"),
        ("fox.example", "v=spf1 ip4:192.0.2.1 -all"),
    ])
}

fn signed(domain: &str) -> Vec<u8> {
    DkimKey::from_pem(KEY).unwrap().sign(domain, "s1", MAIL).unwrap()
}

async fn verify(raw: &[u8], envelope: &Envelope) -> Verdicts {
    world().verify(raw, MailSource::Smtp, envelope).await
}

fn from(ip: &str, mail_from: &str) -> Envelope {
    Envelope {
        ip: Some(ip.parse().unwrap()),
        helo: Some("mx.fox.example".into()),
        mail_from: Some(mail_from.into()),
        ..Envelope::default()
    }
}

#[tokio::test]
async fn a_signature_of_the_senders_domain_proves_it() {
    let found = verify(&signed("fox.example"), &Envelope::default()).await;
    assert_eq!(found.dkim, Some(Verdict::new(Outcome::Pass, "fox.example")));
    assert_eq!(found.dmarc, Some(Verdict::new(Outcome::Pass, "fox.example")));
    assert_eq!(found.spf, None, "no envelope, no SPF");
    assert!(found.prove("dana@fox.example"));
}

#[tokio::test]
async fn a_changed_mail_proves_nothing() {
    let changed = String::from_utf8(signed("fox.example")).unwrap().replace("Hello", "Send money");
    let found = verify(changed.as_bytes(), &Envelope::default()).await;
    assert_eq!(found.dkim, Some(Verdict::new(Outcome::Fail, "fox.example")));
    assert!(!found.prove("dana@fox.example"));
    let foreign = verify(&signed("list.example"), &Envelope::default()).await;
    assert_eq!(foreign.dkim, Some(Verdict::new(Outcome::Pass, "list.example")));
    assert!(!foreign.prove("dana@fox.example"), "somebody else signed it");
    let unsigned = verify(MAIL, &Envelope::default()).await;
    assert_eq!(unsigned, Verdicts::default());
}

#[tokio::test]
async fn the_clients_address_proves_the_envelopes_domain() {
    let good = verify(MAIL, &from("192.0.2.1", "bounce@fox.example")).await;
    assert_eq!(good.spf, Some(Verdict::new(Outcome::Pass, "fox.example")));
    assert!(good.prove("dana@fox.example"));
    let bad = verify(MAIL, &from("203.0.113.9", "dana@fox.example")).await;
    assert_eq!(bad.spf.map(|v| v.outcome), Some(Outcome::Fail));
    assert_eq!(bad.dmarc, Some(Verdict::new(Outcome::Fail, "fox.example")));
    // SPF of another domain says nothing about the From that people see.
    let other = verify(MAIL, &from("192.0.2.1", "x@evil.example")).await;
    assert!(!other.prove("dana@fox.example"));
    for relay in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.1.1", "fd00::1"] {
        let found = verify(MAIL, &from(relay, "dana@fox.example")).await;
        assert_eq!(found.spf, None, "a relay of ours is no sender: {relay}");
    }
    let beside = from("203.0.113.9", "dana@fox.example");
    assert_eq!(world().verify(MAIL, MailSource::Lmtp, &beside).await, Verdicts::default());
}

#[tokio::test]
async fn another_servers_word_counts_where_it_is_trusted() {
    let results =
        b"Authentication-Results: mx.acme.example; dmarc=pass header.from=fox.example\r\n";
    let raw = [&results[..], MAIL].concat();
    let trusted =
        Envelope { trusted_authserv: Some("mx.acme.example".into()), ..Envelope::default() };
    let said = world().verify(&raw, MailSource::Imap, &trusted).await;
    assert!(said.prove("dana@fox.example"));
    assert_eq!(said.said_by.as_deref(), Some("mx.acme.example"));
    for (source, envelope) in
        [(MailSource::Imap, Envelope::default()), (MailSource::Http, trusted.clone())]
    {
        assert!(!world().verify(&raw, source, &envelope).await.prove("dana@fox.example"));
    }
}

#[tokio::test]
async fn two_senders_or_none_prove_nothing() {
    let two = String::from_utf8(MAIL.to_vec()).unwrap();
    let two =
        two.replace("From: Dana <dana@fox.example>", "From: eve@evil.example, dana@fox.example");
    let found = verify(two.as_bytes(), &from("192.0.2.1", "dana@fox.example")).await;
    assert!(!found.prove("dana@fox.example") && !found.prove("eve@evil.example"));
    for odd in [&b""[..], b"\xff\x00", b"DKIM-Signature: v=1;;;\r\n\r\n"] {
        assert_eq!(
            verify(odd, &Envelope::default()).await.dmarc.map(|v| v.outcome).unwrap_or_default(),
            Outcome::None
        );
    }
}
