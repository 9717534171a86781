//! Who wrote a mail, whatever its From says, and whom its answer goes to.

use super::*;
use crate::world::World;
use rapport_domain::message::NotAdded;
use rapport_domain::ticket::InboxQuery;

async fn mailbox(world: &World) {
    sqlx::query("insert into mailboxes (workspace_id, id, address, name) values ($1, gen_random_uuid(), 'support@acme.example', 'Acme')")
        .bind(world.workspace.0)
        .execute(&world.pool)
        .await
        .unwrap();
}

async fn close(ctx: &Ctx, number: i64) {
    let close = WriteMessage { effects: vec!["status:closed".parse().unwrap()], ..write("Bye") };
    messages::reply(ctx, number, close).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_form_sends_what_visitors_write(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    mailbox(&world).await;
    let mut numbers = Vec::new();
    for (from, visitor) in [
        ("Site <support@acme.example>", "lena@x.example"),
        ("Site <support@acme.example>", "omar@x.example"),
        ("Shop <no-reply@forms.example>", "nadia@x.example"),
        ("Shop <no-reply@forms.example>", "petr@x.example"),
    ] {
        let headers = format!("Reply-To: Vi Sitor <{visitor}>\r\nSubject: Contact\r\n");
        let filed = take(&ctx, mail(from, &headers, "Hi")).await;
        let details = opened(&ctx, filed.ticket_number).await;
        assert_eq!(details.ticket.row.customer.name, "Vi Sitor");
        assert_eq!(details.answers.recipients.to, [visitor]);
        let facts = details.thread.messages[0].mail.clone().unwrap();
        assert_eq!(facts.class, MailClass::Ordinary);
        assert!(facts.via.is_some(), "{facts:?}");
        numbers.push(filed.ticket_number);
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
    // Whoever looks after the form may be named for answers as well.
    let both = "Reply-To: support@acme.example, Vi Sitor <ilse@x.example>\r\n";
    let filed = take(&ctx, mail("no-reply@forms.example", both, "Hi")).await;
    assert_eq!(opened(&ctx, filed.ticket_number).await.answers.recipients.to, ["ilse@x.example"]);
    // A person's Reply-To changes where the answer goes, not who wrote.
    let headers = "Reply-To: other@y.example\r\n";
    let filed = take(&ctx, mail("dana@fox.example", headers, "Hi")).await;
    let details = opened(&ctx, filed.ticket_number).await;
    assert_eq!(details.answers.recipients.to, ["other@y.example"]);
    let message = &details.thread.messages[0];
    assert_eq!(message.author_email.as_deref(), Some("dana@fox.example"));
    assert!(message.mail.as_ref().is_some_and(|m| m.diverts("dana@fox.example")));
    // A proof of the form's domain is none of the visitor.
    let headers = "Reply-To: boss@x.example\r\n";
    let filed =
        take_proven(&ctx, "forms.example", mail("no-reply@forms.example", headers, "Hi")).await;
    let verified: i64 = sqlx::query_scalar(
        "select count(*) from customer_identifiers where customer_id = $1 and verified_by is not null",
    )
    .bind(filed.customer_id.0)
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(verified, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_answer_through_a_list_wakes_its_ticket(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Message-ID: <1@fox.example>\r\n", "Hi")).await;
    close(&ctx, first.ticket_number).await;
    let headers = "In-Reply-To: <1@fox.example>\r\nPrecedence: list\r\nList-Id: <help.fox.example>\r\nX-Auto-Response-Suppress: All\r\n";
    let answer = take(&ctx, mail("dana@fox.example", headers, "Still broken")).await;
    assert_eq!(answer.ticket_number, first.ticket_number);
    assert_eq!(opened(&ctx, first.ticket_number).await.ticket.row.status, Status::Open);
    // A list that writes in its members' place is undone.
    let headers = "In-Reply-To: <1@fox.example>\r\nList-Id: <help.fox.example>\r\nX-Original-From: Dana Fox <dana@fox.example>\r\n";
    let listed =
        take(&ctx, mail("'Dana Fox' via Help <help@groups.example>", headers, "And more")).await;
    assert_eq!(
        (listed.ticket_number, listed.customer_id),
        (first.ticket_number, first.customer_id)
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_was_in_copy_answers_into_the_ticket(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    mailbox(&world).await;
    let headers = "Cc: hugo@fox.example\r\nMessage-ID: <1@fox.example>\r\n";
    let first = take(&ctx, mail("rosa@fox.example", headers, "Hi")).await;
    let references = "References: <1@fox.example>\r\n";
    let copied = take(&ctx, mail("Hugo <hugo@fox.example>", references, "Mine too")).await;
    assert_eq!(copied.ticket_number, first.ticket_number);
    let details = opened(&ctx, first.ticket_number).await;
    let hugo = &details.ticket.participants[0];
    assert_eq!((hugo.email.as_str(), hugo.proven), ("hugo@fox.example", false));
    assert_eq!(details.answers.recipients.to, ["rosa@fox.example"]);
    assert!(details.answers.recipients.cc.is_empty());
    let offered = &details.answers.left_out[0];
    assert_eq!((offered.email.as_str(), offered.why), ("hugo@fox.example", NotAdded::Unverified));
    let again = mail("Hugo <hugo@fox.example>", references, "Really");
    take_proven(&ctx, "fox.example", again).await;
    let details = opened(&ctx, first.ticket_number).await;
    assert!(details.ticket.participants[0].proven);
    assert_eq!(details.answers.recipients.to, ["hugo@fox.example"]);
    let stranger = take(&ctx, mail("eve@evil.example", references, "Send it to me")).await;
    assert_ne!(stranger.ticket_number, first.ticket_number);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_colleague_passes_a_customers_mail_on(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let body = "Can somebody take this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Gus Olay <gus@fox.example>\r\nDate: Mon, 23 Nov 2026\r\nSubject: Hinge\r\nTo: Sam <sam@x.example>\r\n\r\nIt broke.";
    let raw = mail(&world.sam.email, "Subject: Fwd: Hinge\r\n", body);
    let filed = take_proven(&ctx, "acme.example", raw).await;
    let details = opened(&ctx, filed.ticket_number).await;
    assert_eq!(details.ticket.row.customer.name, "Gus Olay");
    assert_eq!(details.ticket.row.subject, "Hinge");
    assert_eq!(details.answers.recipients.to, ["gus@fox.example"]);
    let said: Vec<_> =
        details.thread.messages.iter().map(|m| (m.kind, m.text.as_str(), m.author_id)).collect();
    assert_eq!(
        said,
        [
            (MessageKind::Customer, "It broke.", None),
            (MessageKind::Note, "Can somebody take this?", Some(world.sam.user)),
        ]
    );
    // Who only claims to be a colleague opens it too, under nobody's name.
    let raw = mail(&world.sam.email, "Subject: Fwd: Hinge\r\n", &body.replace("gus@", "kim@"));
    let forged = take(&ctx, raw).await;
    let note = opened(&ctx, forged.ticket_number).await.thread.messages.remove(1);
    assert_eq!((note.author_id, note.author_name), (None, world.sam.email.clone()));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn messages_stand_in_the_order_they_came(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let headers = "Message-ID: <1@fox.example>\r\n";
    let first = take(&ctx, mail("dana@fox.example", headers, "first")).await;
    let headers = "In-Reply-To: <1@fox.example>\r\nDate: Mon, 1 Jan 2018 01:04:44 +0100\r\n";
    take(&world.ctx(&world.priya), mail("dana@fox.example", headers, "second")).await;
    let thread = opened(&ctx, first.ticket_number).await.thread.messages;
    assert_eq!(thread[1].text, "second");
    let dated = thread[1].mail.as_ref().and_then(|m| m.dated);
    assert_eq!(dated.map(|d| d.to_rfc3339()).as_deref(), Some("2018-01-01T00:04:44+00:00"));
    assert_eq!(thread[0].mail.as_ref().and_then(|m| m.dated), None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_a_machine_wrote_is_marked_and_found(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Message-ID: <1@fox.example>\r\n", "Hi")).await;
    let ours = sent(&ctx, first.ticket_number, "ours@acme.example").await;
    close(&ctx, first.ticket_number).await;
    let headers =
        "Return-Path: <>\r\nIn-Reply-To: <ours@acme.example>\r\nAuto-Submitted: auto-replied\r\n";
    let body = "I am away. Write to desk@fox.example or call +1 555 0142.";
    let away = take(&ctx, mail("dana@fox.example", headers, body)).await;
    assert_eq!(away.ticket_number, first.ticket_number);
    let details = opened(&ctx, first.ticket_number).await;
    assert_eq!(details.ticket.row.status, Status::Closed);
    let find = |id| details.thread.messages.iter().find(move |m| m.id == id).unwrap();
    assert_eq!(find(ours).delivery.as_ref().map(|d| d.receipt), Some(Receipt::Sent));
    assert_eq!(find(away.message_id).mail.as_ref().map(|m| m.class), Some(MailClass::Automatic));
    let other = take(&ctx, mail("kim@fox.example", "Subject: x\r\n", "Hi")).await;
    let query = InboxQuery::from_href("/inbox?status=all&mail=automatic");
    let found = rapport_services::tickets::inbox(&ctx, &query).await.unwrap().items;
    let numbers: Vec<_> = found.iter().map(|row| row.number).collect();
    assert!(numbers.contains(&first.ticket_number) && !numbers.contains(&other.ticket_number));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn after_a_move_the_answer_goes_to_the_new_customer(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("eve@fox.example", "Subject: a\r\n", "Hi")).await;
    take(&ctx, mail("finn@fox.example", "Subject: b\r\n", "Hi")).await;
    let to = async || opened(&ctx, first.ticket_number).await.answers.recipients.to;
    assert_eq!(to().await, ["eve@fox.example"]);
    let version = opened(&ctx, first.ticket_number).await.ticket.row.version;
    let whom = "finn@fox.example";
    rapport_services::tickets::give_to(&ctx, first.ticket_number, version, whom).await.unwrap();
    assert_eq!(to().await, ["finn@fox.example"]);
}

/// Whatever a stranger with the address of a ticket writes there, the next answer is the customer's.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_reply_token_diverts_no_answer(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    mailbox(&world).await;
    let sends = sqlx::query("update mailboxes set transport = 'outbox'");
    sends.execute(&world.pool).await.unwrap();
    let sam = world.sam.email.clone();
    let first = take(&ctx, mail("rosa@fox.example", "Subject: Refund\r\n", "Hi")).await;
    let ours = messages::reply(&ctx, first.ticket_number, write("Done")).await.unwrap().id;
    let key = world.link_key().await;
    let token = format!("Cc: support+{}@acme.example", reply_token::sign(&key, ours));
    let answers = async || opened(&ctx, first.ticket_number).await.answers;
    for (from, more, proves, offered) in [
        ("rosa@f0x.example", "", "", Some(("rosa@f0x.example", NotAdded::New))),
        // A proof of another place opens no way that a forgery then takes.
        (
            "rosa@f0x.example",
            "\r\nReply-To: rosa@evil.example",
            "f0x.example",
            Some(("rosa@evil.example", NotAdded::NoParticipant)),
        ),
        // The look-alike proves that it is the look-alike, and brings a friend.
        (
            "rosa@f0x.example",
            ", friend@f0x.example",
            "f0x.example",
            Some(("friend@f0x.example", NotAdded::NoParticipant)),
        ),
        (
            "rosa@fox.example",
            "\r\nReply-To: rosa@evil.example",
            "",
            Some(("rosa@evil.example", NotAdded::New)),
        ),
        (&sam, "\r\nReply-To: sam@evil.example", "", Some(("sam@evil.example", NotAdded::New))),
        (&sam, "", "", None),
    ] {
        let raw = mail(from, &format!("{token}{more}\r\n"), "Send it to me");
        let filed = match proves {
            "" => take(&ctx, raw).await,
            domain => take_proven(&ctx, domain, raw).await,
        };
        assert_eq!(filed.ticket_number, first.ticket_number, "{from}{more}");
        let answers = answers().await;
        assert_eq!(answers.recipients.to, ["rosa@fox.example"], "{from}{more}");
        assert!(answers.recipients.cc.is_empty(), "{from}{more}: {:?}", answers.recipients);
        if let Some((email, why)) = offered {
            let found = answers.left_out.iter().find(|l| l.email == email);
            assert_eq!(found.map(|l| l.why), Some(why), "{from}{more}: {:?}", answers.left_out);
        }
        // What leaves without a word about recipients goes the same way.
        let answer = messages::reply(&ctx, first.ticket_number, write("And now?")).await.unwrap();
        let to: Vec<String> =
            sqlx::query_scalar("select email from deliveries where message_id = $1")
                .bind(answer.id.0)
                .fetch_all(&world.pool)
                .await
                .unwrap();
        assert_eq!(to, ["rosa@fox.example"], "{from}{more}");
    }
    // Nobody is brought in by a mail that only seems to be the customer's: their proof is none of
    // belonging here.
    let forged = mail("rosa@fox.example", &format!("{token}, eve@evil.example\r\n"), "See copy");
    take(&ctx, forged).await;
    let joins = mail("eve@evil.example", &format!("{token}\r\n"), "Thanks, Rosa");
    for _ in 0..2 {
        take_proven(&ctx, "evil.example", joins.clone()).await;
        let answers = answers().await;
        assert_eq!(answers.recipients.to, ["rosa@fox.example"]);
        assert!(answers.recipients.cc.is_empty(), "{:?}", answers.recipients);
        assert!(answers.left_out.iter().any(|l| l.email == "eve@evil.example"));
    }
    // The customer may want answers elsewhere, where it is proven that they say so.
    let headers = format!("{token}\r\nReply-To: rosa@home.example\r\n");
    take_proven(&ctx, "fox.example", mail("rosa@fox.example", &headers, "Rather there")).await;
    assert_eq!(answers().await.recipients.to, ["rosa@home.example"]);
}

/// A mail with another one attached to it.
fn attaching(from: &str, extra: &str, words: &str, inner: &str) -> Vec<u8> {
    let headers =
        format!("{extra}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n");
    let body = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--"
    );
    mail(from, &headers, &body)
}

const HINGE: &str = "From: Gus Olay <gus@fox.example>\r\nSubject: Hinge\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nIt broke.\r\n--i\r\nContent-Type: image/png; name=hinge.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--i--";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mail_passed_on_as_a_file_is_the_customers_too(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = attaching(&world.sam.email, "Subject: Look\r\n", "Can somebody?", HINGE);
    let filed = take_proven(&ctx, "acme.example", raw).await;
    let details = opened(&ctx, filed.ticket_number).await;
    assert_eq!(details.ticket.row.customer.name, "Gus Olay");
    assert_eq!(details.ticket.row.subject, "Hinge");
    let [message, note] = details.thread.messages.as_slice() else { panic!("two messages") };
    assert_eq!((message.kind, message.text.as_str()), (MessageKind::Customer, "It broke."));
    assert_eq!((note.kind, note.text.as_str()), (MessageKind::Note, "Can somebody?"));
    let files: Vec<_> = message.attachments.iter().map(|a| a.file_name.as_str()).collect();
    assert_eq!(files, ["Hinge.eml", "hinge.png"]);
    // A customer's is opened in its place, and stays theirs.
    let filed = take(&ctx, attaching("rosa@fox.example", "", "See what he wrote.", HINGE)).await;
    let details = opened(&ctx, filed.ticket_number).await;
    let message = &details.thread.messages[0];
    assert_eq!(message.author_email.as_deref(), Some("rosa@fox.example"));
    let wanted = "See what he wrote.\n\nAttached e-mail “Hinge” from Gus Olay <gus@fox.example>:\n\nIt broke.";
    assert_eq!(message.text, wanted);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_colleague_in_copy_answers_all_into_the_ticket(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    mailbox(&world).await;
    let headers = format!("Cc: {}\r\nMessage-ID: <1@fox.example>\r\n", world.sam.email);
    let first = take(&ctx, mail("rosa@fox.example", &headers, "Hi")).await;
    let references = "References: <1@fox.example>\r\n";
    let claimed = take(&ctx, mail(&world.sam.email, references, "I look into it")).await;
    assert_eq!(claimed.ticket_number, first.ticket_number);
    let raw = mail(&world.sam.email, references, "Done");
    let proven = take_proven(&ctx, "acme.example", raw).await;
    assert_eq!(proven.ticket_number, first.ticket_number);
    let details = opened(&ctx, first.ticket_number).await;
    let last = details.thread.messages.last().unwrap();
    assert_eq!((last.kind, last.author_id), (MessageKind::Note, Some(world.sam.user)));
    assert_eq!(details.answers.recipients.to, ["rosa@fox.example"]);
    assert!(details.ticket.participants.is_empty());
}
