//! What machines write by themselves, told from what people do.

use rapport_mail::{MailKind, parse};

fn kind(raw: &str) -> MailKind {
    parse(raw.replace('\n', "\r\n").as_bytes()).unwrap().kind
}

#[test]
fn who_is_away_says_so_in_many_languages() {
    let mut wrong = Vec::new();
    for subject in [
        "Automatic reply: Parcel",
        "Out of Office: Parcel",
        "[External] Automatic reply: Parcel",
        "AUTO: Ada King is out of the office (returning 30.11.2026)",
        "Automatische Antwort: Paket",
        "Abwesenheitsnotiz: Paket",
        "Réponse automatique : Colis",
        "Absence du bureau\u{a0}: Colis",
        "Respuesta automática: Paquete",
        "Fuera de la oficina: Paquete",
        "Risposta automatica: Pacco",
        "Fuori ufficio: Pacco",
        "Resposta automática: Encomenda",
        "Automatisch antwoord: Pakket",
        "Automatyczna odpowiedź: Paczka",
        "Automatická odpověď: Balík",
        "Automatická odpoveď: Balík",
        "Automatiskt svar: Paket",
        "Automatisk svar: Pakke",
        "Automaattinen vastaus: Paketti",
        "Automatikus válasz: Csomag",
        "Răspuns automat: Colet",
        "Otomatik yanıt: Koli",
        "OTOMATİK YANIT: Koli",
        "Автоматический ответ: Посылка",
        "Автоответ: Посылка",
        "Автоматична відповідь: Посилка",
        "Автоматичен отговор: Пакет",
        "Αυτόματη απάντηση: Δέμα",
        "自動応答: 荷物",
        "自動返信：荷物",
        "自动答复: 包裹",
        "自动回复：包裹",
        "自動回覆: 包裹",
        "자동 회신: 소포",
        "자동 응답: 소포",
        "رد تلقائي: الطرد",
        "תשובה אוטומטית: חבילה",
        "Trả lời tự động: Gói",
        "ตอบกลับอัตโนมัติ: พัสดุ",
        "Balasan otomatis: Paket",
        "Automatski odgovor: Paket",
        "Samodejni odgovor: Paket",
        "Out of Office AutoReply: Parcel",
        "Out of office: Re: Parcel",
        "Auto-Antwort: Paket",
        "Autoantwort: Paket",
        "Automatische E-Mail-Antwort: Paket",
        "Réponse automatique: Re: Colis",
        "Réponse auto : Colis",
        "Message d'absence : Colis",
        "Respuesta de fuera de oficina: Paquete",
        "Fuera de la oficina Re: Paquete",
        "Risposta automatica (fuori sede): Pacco",
        "Fora do escritório: Encomenda",
        "Ausente do escritório: Encomenda",
        "Resposta automática - Fora do Escritório: Encomenda",
        "Afwezigheidsassistent: Pakket",
        "Afwezig: Pakket",
        "Ej på kontoret: Paket",
        "Frånvarande: Paket",
        "Ikke til stede: Pakke",
        "Autoodpowiedź: Paczka",
        "Poza biurem: Paczka",
        "Mimo kancelář: Balík",
        "Házon kívül: Csomag",
        "Înafara biroului: Colet",
        "Absent de la birou: Colet",
        "Ofis dışında: Koli",
        "Вне офиса: Посылка",
        "Поза офісом: Посилка",
        "不在: 荷物",
        "不在応答: 荷物",
        "【自動返信】荷物",
        "[自動返信] 荷物",
        "【自动回复】包裹",
        "(自动回复) 包裹",
        "外出中: 包裹",
        "不在办公室: 包裹",
        "不在辦公室：包裹",
        "부재 중: 소포",
        "[자동회신] 소포",
        "부재중 자동응답: 소포",
        "[Auto-Reply] Parcel",
        "[Automatic reply] Parcel",
        "(Auto-reply) Parcel",
        "Vacation reply: Parcel",
        "Away from office: Parcel",
        "Auto: Re: Parcel",
        "Automatic reply [EXT]: Parcel",
        "تعقيب تلقائي: x",
        "Не в офисе: x",
        "Automātiska atbilde: x",
        "Automaattivastaus: x",
        "Sjálfvirkt svar: x",
        "Otomatik Yanıtla: x",
        "Автоматично отговаряне: x",
        "Resposta automática: x",
        "Autosvar: x",
        "AUTOMATISCHE ANTWORT: x",
    ] {
        if kind(&format!("From: ada@x.example\nSubject: {subject}\n\nI am away.")) != MailKind::Auto
        {
            wrong.push(subject);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    for subject in [
        "Re: Automatic reply: Parcel",
        "AW: Automatische Antwort: Paket",
        "Automatic replies do not work",
        "Out of office",
        "Auto: Bremsen quietschen",
        "Absence: who takes over?",
        "Réponse automatique impossible",
        "Automatic: the door",
        "Question: automatic reply: how?",
        "Urlaub: wer vertritt mich?",
        "Re: [Auto-Reply] Parcel",
        "[Auto parts] Brakes",
    ] {
        let raw = format!("From: ada@x.example\nSubject: {subject}\n\nHi");
        assert_eq!(kind(&raw), MailKind::Ordinary, "{subject}");
    }
}

/// Headers and words of a server's report that has no part for programs.
const IN_WORDS: [(&str, &str); 17] = [
    // Postfix
    (
        "From: MAILER-DAEMON@mx.example",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<ada@x.example>: host mx.x.example[192.0.2.1] said: 550 5.1.1 <ada@x.example>:\n    Recipient address rejected: User unknown (in reply to RCPT TO command)",
    ),
    // qmail
    (
        "From: MAILER-DAEMON@mx.example",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ada@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@acme.example>\nFrom: Acme <support@acme.example>\nReply-To: Acme <support+token@acme.example>\nMessage-ID: <ours@acme.example>",
    ),
    (
        "From: MAILER-DAEMON@mx.example",
        "Hi. This is the qmail-send program at mx.example.\n\n<ada@x.example>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.",
    ),
    // Exim
    (
        "From: Mail Delivery System <Mailer-Daemon@mx.example>",
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ada@x.example\n    SMTP error from remote mail server after RCPT TO:<ada@x.example>:\n    host mx.x.example [192.0.2.1]: 550 No such user\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-ID:\n <ours@acme.example>",
    ),
    // Exchange, old and in German
    (
        "From: System Administrator <postmaster@x.example>",
        "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tRe: Help\n      Sent:\t11/23/2026 8:12 AM\n\nThe following recipient(s) cannot be reached:\n\n      ada@x.example on 11/23/2026 8:12 AM\n            The e-mail account does not exist at the organization this message was sent to.\n            <mx.x.example #5.1.1>",
    ),
    (
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\nada@x.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\nDiagnoseinformationen für Administratoren:\n\nGenerierender Server: mx.x.example\n\nada@x.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\nMessage-ID: <ours@acme.example>",
    ),
    // Office 365 in French
    (
        "From: Microsoft Outlook <postmaster@x.example>",
        "Votre message à ada@x.example n’a pas pu être remis.\n\nAda est introuvable dans x.example.\n\nDétails de l’erreur : 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@x.example not found",
    ),
    // Gmail in several languages
    (
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "** Adresse nicht gefunden **\n\nIhre Nachricht wurde nicht an ada@x.example zugestellt, weil die Adresse nicht gefunden wurde.\n\nDie Antwort lautete:\n\n550 5.1.1 The email account that you tried to reach does not exist.",
    ),
    (
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "** 住所が見つかりません **\n\nada@x.example にメールを配信できませんでした。\n\nリモート サーバーからの応答:\n\n550 5.1.1 User unknown",
    ),
    // Yahoo, GMX, QQ, mail.ru
    (
        "From: MAILER-DAEMON@yahoo.example",
        "Sorry, we were unable to deliver your message to the following address.\n\n<ada@x.example>:\n554: delivery error: dd This user doesn't have an account",
    ),
    (
        "From: GMX Mailer Daemon <mailer-daemon@gmx.example>",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\nada@x.example:\nSMTP error from remote server for RCPT TO command, host: mx.x.example (192.0.2.1) reason: 550 Mailbox unavailable",
    ),
    (
        "From: PostMaster@qq.example",
        "抱歉，您的邮件被退回来了……\n\n无法发送到 ada@x.example\n\n退信原因：host mx.x.example said: 550 Mailbox not found",
    ),
    (
        "From: mailer-daemon@corp.mail.example",
        "Это письмо создано автоматически сервером.\n\nК сожалению, ваше письмо не может быть доставлено: ada@x.example\n\n550 spam message rejected",
    ),
    // Servers that name no number: Exim in German, Domino, T-Online, Hotmail
    (
        "From: Mail Delivery System <MAILER-DAEMON@kundenserver.example>",
        "Diese Nachricht wurde automatisch erzeugt.\n\nEine Nachricht konnte nicht zugestellt werden.\n\n  ada@x.example\n    Mailbox voll: retry timeout exceeded",
    ),
    (
        "From: Postmaster@domino.example",
        "Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  ada@x.example\n\nbecause:\n\n  User ada (ada@x.example) not listed in Domino Directory",
    ),
    (
        "From: MAILER-DAEMON@t-online.example",
        "|--- Message log follows: ---|\n no valid recipients were found for this message\n|--- Failed addresses follow: ---|\n <ada@x.example> ... unknown user\n|--- Message text follows: ---|",
    ),
    (
        "From: postmaster@mail.hotmail.example",
        "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       ada@x.example",
    ),
];

#[test]
fn servers_refuse_in_words_of_their_own() {
    let mut wrong = Vec::new();
    for (from, body) in IN_WORDS {
        let raw = format!(
            "{from}\nSubject: Undelivered\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
        );
        let MailKind::Bounce(bounce) = kind(&raw) else {
            wrong.push(body.to_string());
            continue;
        };
        let copied = body.contains("ours@acme.example").then_some("ours@acme.example");
        let named = bounce.recipients.first().and_then(|r| r.email.as_deref());
        if named != Some("ada@x.example") || bounce.about.as_deref() != copied || bounce.formal {
            wrong.push(format!("{bounce:?}"));
        }
        if body.contains("support+token") {
            assert!(bounce.addresses.contains(&"support+token@acme.example".into()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_note_with_numbers_is_no_refusal() {
    for body in [
        "I am away. In urgent cases write to ada@x.example, room 5.1.1.",
        "We moved to version 5.2.1. Ask kim@x.example.",
        "Bitte wenden Sie sich an kim@x.example, Tel. 550 1234, Zimmer 512.",
        "Je suis absente. Contact : kim@x.example, 500 EUR",
        "Office 5.0.1, 550 Main Street, mail kim@x.example",
    ] {
        let raw = format!(
            "Return-Path: <>\nFrom: Ada <ada@x.example>\nAuto-Submitted: auto-replied\n\n{body}\n"
        );
        assert_eq!(kind(&raw), MailKind::Auto, "{body}");
    }
}

#[test]
fn the_mail_that_a_report_is_about_may_be_encoded() {
    let original = "RnJvbTogQWNtZSA8c3VwcG9ydEBhY21lLmV4YW1wbGU+DQpSZXBseS1UbzogPHN1cHBvcnQrdG9rZW5AYWNtZS5leGFtcGxlPg0KTWVzc2FnZS1JRDogPG91cnNAYWNtZS5leGFtcGxlPg0KDQpIaQ0K";
    let raw = format!(
        "From: MAILER-DAEMON@mx.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; ada@x.example\nAction: failed\n\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{original}\n--b--\n"
    );
    let MailKind::Bounce(bounce) = kind(&raw) else { panic!("no bounce") };
    assert_eq!(bounce.about.as_deref(), Some("ours@acme.example"));
    assert_eq!(bounce.addresses[0], "support+token@acme.example");
}

#[test]
fn headers_of_machines_are_known_however_they_are_spelt() {
    for header in [
        "X-Autoreply: true",
        "X-Auto-Reply: 1",
        "X-Auto-Response: yes",
        "X-Autoresponse: yes",
        "X-Vacation-Message: yes",
        "X-Zimbra-Auto-Reply: x",
        "X-AutoReply-From: x",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
    ] {
        let raw = format!("From: ada@x.example\n{header}\n\nI am away.");
        assert_eq!(kind(&raw), MailKind::Auto, "{header}");
    }
    for header in ["X-Auto-Response-Suppress: All", "X-Autoreply: no", "X-Automation: 3"] {
        let raw = format!("From: ada@x.example\n{header}\n\nHi");
        assert_eq!(kind(&raw), MailKind::Ordinary, "{header}");
    }
}

#[test]
fn a_report_without_headers_of_the_mail_names_it_all_the_same() {
    let report = |fields: &str| {
        format!(
            "From: mailer-daemon@googlemail.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n{fields}\n--b--\n"
        )
    };
    let gmail = "X-Original-Message-ID: <ours@acme.example>\n\nFinal-Recipient: rfc822; ada@x.example\nAction: failed\n";
    let MailKind::Bounce(bounce) = kind(&report(gmail)) else { panic!("no bounce") };
    assert_eq!(bounce.about.as_deref(), Some("ours@acme.example"));
    let escaped = "\nFinal-Recipient: utf-8; \\x{E4}da@x.example\nAction: failed\n";
    let MailKind::Bounce(bounce) = kind(&report(escaped)) else { panic!("no bounce") };
    assert_eq!(bounce.recipients[0].email.as_deref(), Some("äda@x.example"));
}
