//! Mails as programs and people really send them: each file, and what is right for it.

use super::*;
use crate::world::World;
use rapport_domain::message::Message;
use std::path::Path;

/// A mail of `fixtures/mail/as-sent`.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail/as-sent");
    std::fs::read(folder.join(format!("{name}.eml"))).expect(name)
}

/// What an agent sees of a mail that opened a ticket.
struct Seen {
    subject: String,
    customer: String,
    message: Message,
    /// Empty for plain text.
    html: String,
}

impl Seen {
    fn text(&self) -> &str {
        &self.message.text
    }

    fn quoted(&self) -> &str {
        self.message.quoted.as_deref().unwrap_or_default()
    }

    fn files(&self) -> Vec<&str> {
        self.message.attachments.iter().map(|a| a.file_name.as_str()).collect()
    }

    /// What stands in sight of the HTML, above the first fold.
    fn unfolded(&self) -> &str {
        self.html.split("<details>").next().unwrap_or_default()
    }

    fn deceives(&self) -> bool {
        let all = format!("{}{}{}", self.subject, self.customer, self.message.author_name);
        all.contains(['\u{202e}', '\u{202c}', '\u{200b}'])
    }
}

type Right = fn(&Seen) -> bool;

/// The file, what is right for it, and how that is told.
const CASES: [(&str, &str, Right); 18] = [
    ("winmail-file", "the words and the file inside are shown", |m| {
        m.text() == "The countersigned contract is attached. When may we begin?"
            && m.files() == ["contract März.pdf"]
    }),
    ("winmail-pictures", "pictures inside are files, and one stands in the text", |m| {
        m.files() == ["one.png", "two.png"] && m.html.matches("src=\"data:image/png").count() == 1
    }),
    ("outlook-answer-html", "what Outlook quotes folds in both views", |m| {
        m.text() == "Thanks, the total is right now."
            && m.quoted().contains("OLD WORDS")
            && !m.unfolded().contains("OLD WORDS")
            && m.html.contains("OLD WORDS")
    }),
    ("comma-in-encoded-name", "a comma in an encoded name parts nothing", |m| {
        m.message.author_name == "Lefèbvre, Zoé" && m.customer == "Lefèbvre, Zoé"
    }),
    ("iso-2022-jp-nec", "NEC's own letters and half-width kana are read", |m| {
        m.text() == "③と④の請求書、㈱山田様、ｱﾞ確認" && m.subject == "③請求"
    }),
    ("hebrew-dir", "the direction of the text is kept", |m| {
        m.html.contains("dir=\"rtl\"") && m.subject == "שאלה על הזמנה"
    }),
    ("dashes-in-the-middle", "text below dashes stays in sight", |m| {
        m.text().contains("END OUR TRIAL") && m.quoted().is_empty()
    }),
    ("answers-below-headers", "answers below quoted lines stay in sight", |m| {
        m.text().contains("BERGEN") && m.text().contains("On both of ours.")
    }),
    ("raw-8bit-headers", "headers without an encoding and bodies that lie are read", |m| {
        m.subject == "Reclamación: envío dañado"
            && m.message.author_name == "José Muñiz"
            && m.text() == "El envío llegó dañado – ¿qué hacemos?"
    }),
    ("pictures-four-ways", "pictures by location, bare id, escaped id, capitals", |m| {
        m.html.matches("src=\"data:image/").count() == 4
    }),
    ("bidi-and-invisible", "what turns text around is gone, what joins letters stays", |m| {
        !m.deceives() && m.subject == "Invoice fdp.7001 👩\u{200d}👧 paid"
    }),
    ("hidden-preheader", "a hidden preview is left out", |m| {
        m.text() == "When does my refund of 12 euro come?"
    }),
    ("calendar-cancelled", "a cancelled invitation says what, when and by whom", |m| {
        m.text().starts_with("I am sorry.")
            && m.text().contains("Cancelled: Demo\nWhen: Tue, Dec 1, 2026, 10:00 to 11:30")
            && m.text().contains("Organizer: Ada Berg <ada@client.example>")
            && m.message.mail.as_ref().is_some_and(|mail| {
                mail.times[0].from.to_rfc3339() == "2026-12-01T09:00:00+00:00"
                    && mail.times[0].offset_minutes == 60
            })
    }),
    ("calendar-answer", "an answer to an invitation says who comes", |m| {
        m.text().contains("Ben Dahl <ben@client.example> accepts")
    }),
    (
        "attached-mail-without-subject",
        "attached mails are opened, and named by their subjects",
        |m| {
            m.text().starts_with(
                "The mail is attached.\n\nAttached e-mail from Kim <kim@other.example>:",
            ) && m.text().ends_with(
                "Attached e-mail “Prices 2027/28” from Kim <kim@other.example>:\n\nWith one.",
            ) && m.files() == ["message.eml", "Prices 2027-28.eml"]
        },
    ),
    ("smime-opaque-with-file", "what is sealed is opened, its file too", |m| {
        m.text() == "The signed order is inside."
            && m.files() == ["order.pdf"]
            && m.message.mail.as_ref().is_some_and(|f| f.seal.is_some())
    }),
    ("base64-with-footer", "a list's footer below base64 spoils nothing", |m| {
        m.text().starts_with("Der Drucker im zweiten Stock geht nicht – schon wieder.")
            && m.text().contains("Help mailing list")
    }),
    ("whole-from-encoded", "a From that a script encoded as a whole names somebody", |m| {
        m.customer == "Nadia Okoye" && !m.message.unreadable
    }),
];

async fn seen(ctx: &Ctx, name: &str) -> Seen {
    let filed = take(ctx, fixture(name)).await;
    let details = opened(ctx, filed.ticket_number).await;
    let message = details.thread.messages.into_iter().next_back().expect("a message");
    let html = match message.has_html {
        true => messages::message_html(ctx, message.id, false).await.unwrap().html,
        false => String::new(),
    };
    let row = details.ticket.row;
    Seen { subject: row.subject, customer: row.customer.name, message, html }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn each_mail_is_seen_as_it_was_meant(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let mut wrong = Vec::new();
    for (name, what, right) in CASES {
        let seen = seen(&ctx, name).await;
        if !right(&seen) {
            let (text, files) = (seen.text(), seen.files());
            wrong.push(format!(
                "{name}: {what}\n  {:?} from {:?}: {text:?}\n  files {files:?}\n  {}",
                seen.subject, seen.customer, seen.html
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_domain_in_two_spellings_is_one_customer(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let letters = take(&ctx, fixture("idn-letters")).await;
    let ascii = take(&ctx, fixture("idn-punycode")).await;
    assert_eq!(letters.customer_id, ascii.customer_id);
    let answers = opened(&ctx, letters.ticket_number).await.answers;
    assert_eq!(answers.recipients.to, ["post@café-könig.example"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_french_colleague_passes_a_mail_on(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = String::from_utf8(fixture("gmail-forward-french")).unwrap();
    let raw = raw.replace("priya@acme.example", &world.priya.email).into_bytes();
    let filed = take_proven(&ctx, "acme.example", raw).await;
    let details = opened(&ctx, filed.ticket_number).await;
    assert_eq!(details.ticket.row.customer.name, "Luc Morel");
    assert_eq!(details.answers.recipients.to, ["luc@client.example"]);
    let texts: Vec<_> = details.thread.messages.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["Bonjour, la charnière est cassée.\nLuc", "Qui peut s'en occuper ?"]);
}

/// qmail and old Exims make no part for programs: the mail's own headers stand in the text.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_report_in_words_finds_its_message_by_the_headers_it_copies(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Subject: Help\r\n", "Hi")).await;
    let ours = sent(&ctx, first.ticket_number, "ours@acme.example").await;
    let report = |id: &str| {
        let body = format!(
            "Hi. This is the qmail-send program at mx.example.\r\n\r\n<dana@fox.example>:\r\n\
            Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n\
            Return-Path: <support@acme.example>\r\nMessage-ID: <{id}>\r\nFrom: support@acme.example\r\n\r\nDone"
        );
        mail("MAILER-DAEMON@mx.example", "Subject: failure notice\r\n", &body)
    };
    let found = take(&ctx, report("ours@acme.example")).await;
    assert_eq!((found.message_id, found.ticket_number), (ours, first.ticket_number));
    let details = opened(&ctx, first.ticket_number).await;
    let delivery =
        details.thread.messages.iter().find(|m| m.id == ours).and_then(|m| m.delivery.clone());
    assert_eq!(delivery.map(|d| d.receipt), Some(Receipt::Error));
    let other = take(&ctx, report("theirs@x.example")).await;
    assert_ne!(other.ticket_number, first.ticket_number);
}
