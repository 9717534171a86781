use super::*;
use crate::kind::{MailKind, classify};
use mail_parser::MessageParser;

fn kind(raw: &str) -> MailKind {
    let raw = raw.replace('\n', "\r\n");
    classify(&MessageParser::default().parse(raw.as_bytes()).expect("a mail"))
}

fn report(status: &str, original: &str) -> MailKind {
    kind(&format!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nSorry.\n\
         --b\nContent-Type: message/delivery-status\n\n{status}\n\
         --b\n{original}\n--b--\n"
    ))
}

const HEADERS: &str =
    "Content-Type: text/rfc822-headers\n\nMessage-ID: <t1.x@acme.example>\nSubject: Re: Help";

fn bounced(kind: MailKind) -> Bounce {
    match kind {
        MailKind::Bounce(bounce) => bounce,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_report_says_whom_it_did_not_reach_and_why() {
    let status = "Reporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;x@y.example\n\
        Final-Recipient: rfc822; Ada@X.example\nAction: failed\nStatus: 5.1.1 (no such user)\n\
        Diagnostic-Code: smtp; 550 5.1.1 <ada@x.example>:\n User unknown\n\n\
        Final-Recipient: RFC822; bob@x.example\nAction: delayed\nStatus: 4.4.1";
    let bounce = bounced(report(status, HEADERS));
    assert_eq!(bounce.about.as_deref(), Some("t1.x@acme.example"));
    assert_eq!(bounce.recipients.len(), 2);
    let ada = &bounce.recipients[0];
    assert_eq!(ada.email.as_deref(), Some("ada@x.example"));
    assert_eq!((ada.action, ada.status.as_deref()), (Action::Failed, Some("5.1.1")));
    assert_eq!(ada.reason(), "550 5.1.1 <ada@x.example>: User unknown");
    assert_eq!(ada.addresses().collect::<Vec<_>>(), ["x@y.example", "ada@x.example"]);
    assert_eq!(bounce.recipients[1].action, Action::Delayed);
    assert_eq!(bounce.failed().count(), 1, "delayed is not a bounce");
}

#[test]
fn the_whole_mail_may_come_back() {
    let original = "Content-Type: message/rfc822\n\nFrom: support@acme.example\n\
        Message-ID: <t2@acme.example>\nSubject: Re\n\nHello";
    let bounce = bounced(report("Final-Recipient: rfc822; a@b.example\nAction: failed", original));
    assert_eq!(bounce.about.as_deref(), Some("t2@acme.example"));
    assert_eq!(bounce.recipients[0].reason(), "The receiving server refused it");
}

#[test]
fn an_empty_report_falls_back_to_the_header() {
    let raw = "From: Mail Delivery System <Mailer-Daemon@mx.example>\n\
        X-Failed-Recipients: ada@x.example,\n bob@x.example\nAuto-Submitted: auto-replied\n\n\
        This message was created automatically.\n\n  ada@x.example\n    host mx: 550 User unknown\n";
    let bounce = bounced(kind(raw));
    let emails: Vec<_> = bounce.recipients.iter().filter_map(|r| r.email.as_deref()).collect();
    assert_eq!(emails, ["ada@x.example", "bob@x.example"]);
    assert_eq!(bounce.recipients[0].reason(), "host mx: 550 User unknown");
    let empty = bounced(report("", HEADERS));
    assert!(empty.recipients.is_empty() && empty.about.is_some());
}

#[test]
fn a_bounce_in_words_has_an_address_and_a_code() {
    let raw =
        "From: postmaster@mx.example\n\nCould not deliver to <ada@x.example>:\n552 mailbox full";
    let bounce = bounced(kind(raw));
    assert_eq!(bounce.recipients[0].email.as_deref(), Some("ada@x.example"));
    assert_eq!(bounce.recipients[0].reason(), "552 mailbox full");
    // A postmaster who asks for help is a sender like any other.
    assert_eq!(kind("From: postmaster@mx.example\n\nPlease fix our SPF."), MailKind::Ordinary);
}

#[test]
fn a_delivery_that_worked_is_no_failure() {
    let good = bounced(report(
        "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0",
        HEADERS,
    ));
    assert_eq!(good.failed().count(), 0);
    let no_action = bounced(report("Final-Recipient: rfc822; a@b.example\nStatus: 4.2.2", HEADERS));
    assert_eq!(no_action.recipients[0].action, Action::Delayed);
}

#[test]
fn a_complaint_is_told_from_a_bounce() {
    let raw = "From: fbl@isp.example\nMIME-Version: 1.0\n\
        Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
        --b\nContent-Type: text/plain\n\nabuse\n\
        --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\
        --b\nContent-Type: message/rfc822\n\nMessage-ID: <t3@acme.example>\nSubject: x\n\nHi\n--b--\n";
    let about = Some("t3@acme.example".into());
    let expected = Feedback { kind: "abuse".into(), about, addresses: Vec::new() };
    assert_eq!(kind(raw), MailKind::Feedback(expected));
}

#[test]
fn a_report_without_end_is_read_within_bounds() {
    let endless = "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n".repeat(50_000);
    assert_eq!(bounced(report(&endless, HEADERS)).recipients.len(), RECIPIENTS_MAX);
    let folded = format!(
        "Final-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; x\n{}",
        " y\n".repeat(60_000)
    );
    assert!(bounced(report(&folded, HEADERS)).recipients[0].reason().len() <= 2_100);
}

#[test]
fn a_number_in_a_note_is_no_refusal() {
    for body in [
        "I am away until 30 November.\nIn urgent cases write to desk@x.example or call +1 555 0142.",
        "The offer is EUR 500 for colleague@x.example.\n550 pieces are in stock.",
        "Room 512, ask kim@x.example.\n\n500 thanks",
    ] {
        let raw = format!("Return-Path: <>\nFrom: ada@x.example\n\n{body}\n");
        assert_eq!(kind(&raw), MailKind::Ordinary, "{body}");
    }
}

#[test]
fn a_report_names_where_answers_to_the_mail_would_go() {
    let original = "Content-Type: message/rfc822\n\nFrom: support@acme.example\n\
        Reply-To: Help <support+token@acme.example>\nMessage-ID: <changed@relay.example>\n\nHello";
    let bounce = bounced(report("Final-Recipient: rfc822; a@b.example\nAction: failed", original));
    assert_eq!(bounce.addresses, ["support+token@acme.example", "support@acme.example"]);
    assert_eq!(bounce.words, "Sorry.");
}

#[test]
fn large_systems_say_it_in_words() {
    for body in [
        "This is the mail system at host mx.example.\n\n<ada@x.example>: host mx2.example said: 550 5.1.1\n User unknown (in reply to RCPT TO command)",
        "Hi. This is the qmail-send program at mx.example.\n\n<ada@x.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 No such user here",
        "A message that you sent could not be delivered:\n\n  ada@x.example\n    SMTP error from remote mail server after RCPT TO:<ada@x.example>:\n    552 mailbox is full",
    ] {
        let bounce = bounced(kind(&format!("From: MAILER-DAEMON@mx.example\n\n{body}\n")));
        assert_eq!(bounce.recipients[0].email.as_deref(), Some("ada@x.example"), "{body}");
    }
}
