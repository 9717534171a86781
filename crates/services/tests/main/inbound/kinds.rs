use super::*;
use crate::world::World;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_a_proven_sender_is_a_customer_and_brings_others(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let raw = |n: u32| {
        let headers = format!(
            "Cc: carl@fox.example, {}\r\nMessage-ID: <{n}@fox.example>\r\n",
            world.sam.email
        );
        mail("dana@fox.example", &headers, "Hi")
    };
    let kind = "select kind from customers where id = $1";
    let kind_of = async |id: rapport_domain::CustomerId| {
        sqlx::query_scalar::<_, String>(kind).bind(id.0).fetch_one(&world.pool).await.unwrap()
    };
    let forged = take_proven(&ctx, "evil.example", raw(1)).await;
    assert_eq!(kind_of(forged.customer_id).await, "visitor");
    assert!(opened(&ctx, forged.ticket_number).await.ticket.participants.is_empty());
    let proven = take_proven(&ctx, "fox.example", raw(2)).await;
    assert_eq!(proven.customer_id, forged.customer_id);
    assert_eq!(kind_of(proven.customer_id).await, "customer");
    let details = opened(&ctx, proven.ticket_number).await;
    let others: Vec<_> = details.ticket.participants.iter().map(|p| p.email.as_str()).collect();
    assert_eq!(others, ["carl@fox.example"], "a colleague is no participant");
    let facts = details.thread.messages[0].mail.clone().expect("facts of the mail");
    assert_eq!(facts.verdicts.dmarc, Some(Verdict::new(Outcome::Pass, "fox.example")));
    let by: Option<String> = sqlx::query_scalar(
        "select verified_by from customer_identifiers where value = 'dana@fox.example'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(by.as_deref(), Some("mail"));
}

const BOUNCE: &str = "Subject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; \
    report-type=delivery-status; boundary=b\r\n";

fn bounce_of(message_id: &str, action: &str) -> Vec<u8> {
    let body = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Final-Recipient: rfc822; dana@fox.example\r\nAction: {action}\r\nDiagnostic-Code: smtp; 550 No such user\r\n\
        --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--"
    );
    mail("MAILER-DAEMON@mx.fox.example", BOUNCE, &body)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_bounce_says_so_at_the_message_it_is_about(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Subject: Help\r\n", "Hi")).await;
    let ours = sent(&ctx, first.ticket_number, "ours@acme.example").await;
    let tickets = count(&world.pool, "tickets").await;
    let delayed = take(&ctx, bounce_of("ours@acme.example", "delayed")).await;
    assert_eq!(delayed.message_id, ours);
    let receipt = async || {
        let details = opened(&ctx, first.ticket_number).await;
        details
            .thread
            .messages
            .iter()
            .find(|m| m.id == ours)
            .and_then(|m| m.delivery.clone())
            .unwrap()
    };
    assert_eq!(receipt().await.receipt, Receipt::Sent, "late is not lost");
    let failed = take(&ctx, bounce_of("ours@acme.example", "failed")).await;
    assert_eq!((failed.message_id, failed.ticket_number), (ours, first.ticket_number));
    let after = receipt().await;
    assert_eq!(after.receipt, Receipt::Error);
    assert_eq!(after.error.as_deref(), Some("550 No such user"));
    let details = opened(&ctx, first.ticket_number).await;
    let names: Vec<_> = details.activities.iter().map(|a| a.name.as_str()).collect();
    assert!(
        names.contains(&"ticket.mail_bounced") && names.contains(&"ticket.mail_delayed"),
        "{names:?}"
    );
    assert_eq!(details.thread.messages.len(), 2, "a report is no message");
    assert!(take(&ctx, bounce_of("ours@acme.example", "failed")).await.duplicate);
    assert_eq!(count(&world.pool, "tickets").await, tickets);
    // A report about nothing of ours is a mail like any other, and marked.
    let unknown = take(&ctx, bounce_of("theirs@x.example", "failed")).await;
    let shown = opened(&ctx, unknown.ticket_number).await.thread.messages[0].mail.clone().unwrap();
    assert_eq!(shown.class, MailClass::Bounce);
    // A customer's own message is none that we sent.
    let own = take(&ctx, mail("dana@fox.example", "Message-ID: <hers@fox.example>\r\n", "x")).await;
    let odd = take(&ctx, bounce_of("hers@fox.example", "failed")).await;
    assert_ne!(odd.ticket_number, own.ticket_number);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_machines_answer_is_filed_and_wakes_nobody(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Message-ID: <1@fox.example>\r\n", "Hi")).await;
    sent(&ctx, first.ticket_number, "ours@acme.example").await;
    let close = WriteMessage { effects: vec!["status:closed".parse().unwrap()], ..write("Bye") };
    messages::reply(&ctx, first.ticket_number, close).await.unwrap();
    rapport_services::tickets::mark_read(&ctx, first.ticket_number).await.unwrap();
    let headers = "In-Reply-To: <ours@acme.example>\r\nAuto-Submitted: auto-replied\r\n";
    let auto = take(&ctx, mail("dana@fox.example", headers, "I am away")).await;
    assert_eq!(auto.ticket_number, first.ticket_number);
    let details = opened(&ctx, first.ticket_number).await;
    assert_eq!(details.ticket.row.status, Status::Closed);
    assert!(!details.ticket.row.unread);
    let message = details.thread.messages.iter().find(|m| m.id == auto.message_id).unwrap();
    assert_eq!(message.mail.as_ref().map(|m| m.class), Some(MailClass::Automatic));
    // What opens a ticket is news, whoever wrote it.
    let news = take(&ctx, mail("news@fox.example", "List-Id: <n>\r\n", "News")).await;
    assert!(opened(&ctx, news.ticket_number).await.ticket.row.unread);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn our_own_addresses_are_nobodys_customers(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    sqlx::query("insert into mailboxes (workspace_id, id, address, name) values ($1, gen_random_uuid(), 'support@acme.example', 'Acme')")
        .bind(world.workspace.0)
        .execute(&world.pool)
        .await
        .unwrap();
    let first = take(&ctx, mail("dana@fox.example", "Message-ID: <1@fox.example>\r\n", "Hi")).await;
    let ours = sent(&ctx, first.ticket_number, "ours@acme.example").await;
    // A copy of what we sent.
    let copy =
        take(&ctx, mail("Support+x@acme.example", "Message-ID: <ours@acme.example>\r\n", "Done"))
            .await;
    assert!(copy.duplicate);
    assert_eq!(copy.message_id, ours);
    // A loop between two systems fills one ticket.
    let mut numbers = std::collections::HashSet::new();
    for n in 0..3 {
        let headers = format!("X-Rapport-Loop: support@acme.example\r\nSubject: {n}\r\n");
        numbers.insert(
            take(&ctx, mail("helpdesk@fox.example", &headers, "ticket opened")).await.ticket_number,
        );
    }
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    // What a scanner or a form sends in our name is no loop.
    for n in 0..2 {
        let own = format!("Subject: {n}\r\n");
        let filed = take(&ctx, mail("support@acme.example", &own, "to myself")).await;
        assert!(numbers.insert(filed.ticket_number));
        let shown = opened(&ctx, filed.ticket_number).await;
        assert_eq!(shown.ticket.row.customer.name, "Our own mail");
        assert_eq!(
            shown.thread.messages[0].mail.as_ref().map(|m| m.class),
            Some(MailClass::Ordinary)
        );
    }
    // Another installation's mail carries the mark too, and is a customer's like any other.
    let headers = "X-Rapport-Loop: help@fox.example\r\n";
    let theirs = take(&ctx, mail("help@fox.example", headers, "We are customers")).await;
    assert!(!numbers.contains(&theirs.ticket_number));
    let theirs = opened(&ctx, theirs.ticket_number).await.thread.messages.remove(0);
    assert_eq!(theirs.mail.map(|m| m.class), Some(MailClass::Ordinary));
    // A colleague writes a note into the ticket, and is no customer.
    let headers = "In-Reply-To: <1@fox.example>\r\n";
    let note = take_proven(&ctx, "acme.example", mail(&world.sam.email, headers, "FYI")).await;
    assert_eq!(note.ticket_number, first.ticket_number);
    let details = opened(&ctx, first.ticket_number).await;
    let message = details.thread.messages.iter().find(|m| m.id == note.message_id).unwrap();
    assert_eq!((message.kind, message.author_id), (MessageKind::Note, Some(world.sam.user)));
    assert_eq!(message.author_name, "Sam Ortiz");
    // Who only claims to be one writes no notes, under nobody's name.
    let from = format!("Sam Ortiz <{}>", world.sam.email);
    let forged = take(&ctx, mail(&from, headers, "Refund it, please")).await;
    assert_ne!(forged.ticket_number, first.ticket_number);
    let shown = opened(&ctx, forged.ticket_number).await.thread.messages.remove(0);
    assert_eq!((shown.kind, shown.author_id), (MessageKind::Customer, None));
    assert_eq!(shown.author_name, world.sam.email);
    let new = take(&ctx, mail(&world.sam.email, "Subject: new\r\n", "Hello")).await;
    assert_eq!(opened(&ctx, new.ticket_number).await.ticket.row.customer.name, "Our own mail");
    let known: i64 = sqlx::query_scalar(
        "select count(*) from customer_identifiers where value like '%@acme.example'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(known, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_complaint_is_an_activity_of_the_ticket_it_is_about(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let first = take(&ctx, mail("dana@fox.example", "Subject: Help\r\n", "Hi")).await;
    let ours = sent(&ctx, first.ticket_number, "ours@acme.example").await;
    let headers = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n";
    let complaint = |about: &str| {
        let body = format!(
            "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{about}>\r\nSubject: x\r\n\r\nHi\r\n--b--"
        );
        mail("Provider <fbl@isp.example>", headers, &body)
    };
    let filed = take(&ctx, complaint("ours@acme.example")).await;
    assert_eq!((filed.message_id, filed.ticket_number), (ours, first.ticket_number));
    let details = opened(&ctx, first.ticket_number).await;
    let told = details.activities.iter().find(|a| a.name == "ticket.mail_complaint");
    assert_eq!(told.and_then(|a| a.actor_name.as_deref()), Some("Provider"));
    assert_eq!(details.thread.messages.len(), 2);
    let unknown = take(&ctx, complaint("theirs@x.example")).await;
    assert_ne!(unknown.ticket_number, first.ticket_number);
    let message = &opened(&ctx, unknown.ticket_number).await.thread.messages[0];
    assert_eq!(message.mail.as_ref().map(|m| m.class), Some(MailClass::Complaint));
}
