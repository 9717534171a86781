use super::*;
use crate::parse;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::{
    AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt,
};
use std::borrow::Borrow;
use std::hash::Hash;
use std::time::Instant;

const ED25519: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
    -----END PRIVATE KEY-----\n";
/// The public half of it (RFC 8032, test 1).
const ED25519_PUBLIC: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn mail<'a>() -> OutgoingEmail<'a> {
    OutgoingEmail {
        from_name: "Priya Råman (Acme, \"Support\")",
        from: "support@acme.example",
        reply_to: Some("support+token@acme.example"),
        to: &["alex@customer.example", "kim@customer.example"],
        cc: &["boss@customer.example"],
        subject: "Re: Grüße\r\nBcc: victim@elsewhere.example",
        message_id: "tkt_1.msg_1@acme.example",
        in_reply_to: Some("parent@customer.example"),
        references: &[],
        date: 1_795_500_000,
        text: "Hi Alex,\n\nsee https://acme.example/a?b=1&c=2.\n.\nFrom here <b>on</b>: é",
        html: None,
        signature: "Acme\nSupport",
        signature_markdown: false,
        quoted: None,
        pixel: None,
        files: &[],
    }
}

fn file<'a>(id: u128, name: &'a str, content_type: &'a str, data: &'a [u8]) -> OutgoingFile<'a> {
    let id = AttachmentId(rapport_domain::Uuid::from_u128(id));
    OutgoingFile { id, name, content_type, content_id: None, data }
}

fn text_of(raw: &[u8]) -> String {
    String::from_utf8(raw.to_vec()).unwrap()
}

#[test]
fn what_is_written_reads_back() {
    let references = ["first@customer.example".to_string(), "parent@customer.example".into()];
    let files = [file(1, "Bericht ü.pdf", "application/pdf", b"%PDF")];
    let raw = compose(&OutgoingEmail { references: &references, files: &files, ..mail() });
    let text = text_of(&raw);
    assert!(raw.is_ascii() && !text.replace("\r\n", "").contains(['\n', '\r']), "{text}");
    let read = parse(&raw).unwrap();
    assert_eq!(read.from.email, "support@acme.example");
    assert_eq!(read.from.name.as_deref(), Some("Priya Råman (Acme, \"Support\")"));
    let to: Vec<_> = read.to.iter().map(|a| a.email.as_str()).collect();
    assert_eq!(to, ["alex@customer.example", "kim@customer.example"]);
    assert_eq!(read.cc[0].email, "boss@customer.example");
    assert_eq!(read.message_id.as_deref(), Some("tkt_1.msg_1@acme.example"));
    assert_eq!(read.in_reply_to, ["parent@customer.example"]);
    assert_eq!(read.references, references);
    assert!(read.text.starts_with(mail().text), "{}", read.text);
    assert!(read.text.contains("-- \nAcme\nSupport"), "{}", read.text);
    assert_eq!(read.attachments[0].file_name, "Bericht ü.pdf");
    assert_eq!(read.attachments[0].data, b"%PDF");
    assert!(read.date.is_some());
}

#[test]
fn what_a_form_sent_has_paragraphs_too() {
    let typed = OutgoingEmail { text: "One\r\n\r\nTwo\r\nThree", signature: "A\r\nB", ..mail() };
    let raw = compose(&typed);
    let read = parse(&raw).unwrap();
    assert!(read.text.starts_with("One\n\nTwo\nThree\n\n-- \nA\nB"), "{:?}", read.text);
    let html = text_of(&raw).replace("=\r\n", "");
    assert!(html.contains("<p>One</p><p>Two<br>Three</p>") && html.contains("A<br>B"), "{html}");
}

#[test]
fn a_persons_signature_is_formatted_above_the_quote() {
    let quoted = "On Monday, Alex wrote:\n> Hello";
    let signature = "**Priya** Råman\n[Acme](https://acme.example) <b>";
    let signed =
        OutgoingEmail { signature, signature_markdown: true, quoted: Some(quoted), ..mail() };
    let html = html::document(&signed);
    let (words, quote) = (html.find("<strong>Priya</strong>"), html.find("<blockquote"));
    assert!(words.is_some() && words < quote, "{html}");
    assert!(html.contains("<a href=\"https://acme.example\">Acme</a> &lt;b&gt;"), "{html}");
    let read = parse(&compose(&signed)).unwrap();
    let below = "é\n\n-- \nPriya Råman\nAcme <https://acme.example> <b>\n\nOn Monday";
    assert!(read.text.contains(below), "{}", read.text);
    // The same of a mailbox is plain text.
    let plain = html::document(&OutgoingEmail { signature_markdown: false, ..signed });
    assert!(plain.contains("**Priya**"), "{plain}");
}

#[test]
fn a_picture_stands_between_the_words_and_leaves_with_them() {
    let chart = OutgoingFile {
        content_id: Some("att_1@rapport"),
        ..file(1, "chart \"1\".png", "image/png", b"\x89PNG")
    };
    let files = [chart, file(2, "all.csv", "text/csv", b"a,b")];
    let source = format!("See\n\n![a <b> chart]({})\n\nnot ![that](att_x)", files[0].id);
    let marked = markdown_html(&source);
    let text = rapport_domain::markdown::readable(&source);
    let mail = OutgoingEmail { text: &text, html: Some(&marked), files: &files, ..mail() };
    let raw = compose(&mail);
    let read = parse(&raw).unwrap();
    assert!(read.text.starts_with("See\n\n[a <b> chart]\n\nnot ![that](att_x)"), "{}", read.text);
    let html = html::document(&mail);
    let picture = "<img src=\"cid:att_1@rapport\" alt=\"a &lt;b&gt; chart\"";
    assert!(html.contains(picture) && html.matches("<img").count() == 1, "{html}");
    let found: Vec<_> =
        read.attachments.iter().map(|a| (a.file_name.as_str(), a.content_id.as_deref())).collect();
    assert_eq!(found, [("chart \"1\".png", Some("att_1@rapport")), ("all.csv", None)]);
    let shape = text_of(&raw);
    let at = |part: &str| shape.find(part).unwrap_or_else(|| panic!("{part}: {shape}"));
    assert!(at("multipart/mixed") < at("multipart/alternative"));
    assert!(at("multipart/alternative") < at("multipart/related"));
}

#[test]
fn a_subject_cannot_add_a_header() {
    let raw = compose(&mail());
    let read = parse(&raw).unwrap();
    assert!(
        read.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("bcc")),
        "{:?}",
        read.headers
    );
    assert!(read.subject.unwrap().starts_with("Re: Grüße"));
}

#[test]
fn strangers_ids_stay_out_when_they_could_break_the_header() {
    let references =
        ["ok@a.example".to_string(), "a b@c".into(), "x>\r\nBcc: y@z".into(), "".into()];
    let bad = OutgoingEmail { references: &references, in_reply_to: Some("é@a"), ..mail() };
    let read = parse(&compose(&bad)).unwrap();
    assert_eq!(read.references, ["ok@a.example"]);
    assert!(read.in_reply_to.is_empty());
}

#[test]
fn the_html_says_the_same_and_nothing_else() {
    let html =
        html::document(&OutgoingEmail { pixel: Some("https://r.example/o/x.gif"), ..mail() });
    assert!(html.contains("<p>Hi Alex,</p>"), "{html}");
    let link =
        "<a href=\"https://acme.example/a?b=1&amp;c=2\">https://acme.example/a?b=1&amp;c=2</a>.";
    assert!(html.contains(link), "{html}");
    assert!(html.contains("&lt;b&gt;on&lt;/b&gt;"), "{html}");
    assert_eq!(html.matches("<img ").count(), 1);
}

#[tokio::test]
async fn a_signature_verifies_and_breaks_with_the_text() {
    let key = DkimKey::from_pem(ED25519).unwrap();
    let raw = compose(&mail());
    let signed = key.sign("acme.example", "s1", &raw).unwrap();
    assert!(text_of(&signed).starts_with("DKIM-Signature: "));
    assert!(verifies(&signed).await);
    let forged = text_of(&signed).replace("alex@", "eve@").into_bytes();
    assert!(!verifies(&forged).await);
}

/// As a receiver checks it, with our key in place of DNS.
async fn verifies(raw: &[u8]) -> bool {
    let dns = OneKey(Txt::DomainKey(DomainKey::parse(ED25519_PUBLIC.as_bytes()).unwrap().into()));
    let message = AuthenticatedMessage::parse(raw).unwrap();
    let receiver = MessageAuthenticator::new_cloudflare().unwrap();
    let found = receiver.verify_dkim(Parameters::new(&message).with_txt_cache(&dns)).await;
    found.len() == 1 && *found[0].result() == DkimResult::Pass
}

struct OneKey(Txt);

impl ResolverCache<Box<str>, Txt> for OneKey {
    fn get<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        Some(self.0.clone())
    }

    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

#[test]
fn what_is_no_key_is_refused() {
    for bad in ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert!(DkimKey::from_pem(bad).is_err(), "{bad}");
    }
}

#[test]
fn international_domains_and_file_names_leave_in_ascii() {
    let files = [file(
        1,
        "Übersicht Größen und Längen für das Frühjahr 2026.pdf",
        "application/pdf",
        b"%PDF",
    )];
    let raw = compose(&OutgoingEmail {
        from: "hilfe@müller.example",
        to: &["kontakt@bäckerei-müller.example"],
        files: &files,
        ..mail()
    });
    let text = text_of(&raw);
    assert!(raw.is_ascii(), "{text}");
    assert!(text.contains("kontakt@xn--bckerei-mller-bfb28a.example"), "{text}");
    assert!(text.contains("filename*") && text.contains("name=\"=?utf-8?B?"), "{text}");
    let read = parse(&raw).unwrap();
    assert_eq!(read.to[0].email, "kontakt@bäckerei-müller.example");
    assert_eq!(read.attachments[0].file_name, files[0].name);
}

#[test]
fn file_names_are_read_however_they_are_written() {
    for header in [
        "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf",
        "attachment; filename*0*=UTF-8''Gr%C3%B6; filename*1*=%C3%9Fe.pdf",
        "attachment; filename=\"=?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?=\"",
        "attachment; filename==?iso-8859-1?Q?Gr=F6=DFe.pdf?=",
        "attachment; filename=\"=?utf-8?B?R3LDtg==?= =?utf-8?B?w59lLnBkZg==?=\"",
        "attachment; filename=\"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=B6=C3=9Fe.pdf?=\"",
        "attachment; filename=\"Größe.pdf\"",
    ] {
        let raw = format!(
            "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: {header}\r\n\r\n%PDF\r\n--b--\r\n"
        );
        let read = parse(raw.as_bytes()).unwrap();
        assert_eq!(read.attachments[0].file_name, "Größe.pdf", "{header}");
    }
}

#[test]
fn an_attached_mail_is_named_by_its_subject() {
    for (encoding, inner) in [
        ("7bit", "From: x@y.example\r\nSubject: Offer 1/2: hinges\r\n\r\nHi"),
        ("base64", "RnJvbTogeEB5LmV4YW1wbGUNClN1YmplY3Q6IE9mZmVyIDEvMjogaGluZ2VzDQoNCkhp"),
    ] {
        let raw = format!(
            "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{inner}\r\n--b--\r\n"
        );
        let read = parse(raw.as_bytes()).unwrap();
        assert_eq!(read.attachments[0].file_name, "Offer 1-2- hinges.eml", "{encoding}");
    }
}
