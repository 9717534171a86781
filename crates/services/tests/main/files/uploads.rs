use super::{PNG, read, upload};
use crate::inbound::{count, opened, take};
use crate::mail_out::Post;
use crate::world::World;
use futures_util::stream;
use rapport_domain::message::{Desk, MessageMode, WriteMessage};
use rapport_domain::{AppError, limits};
use rapport_services::files::{self, NewUpload};
use rapport_services::{Ctx, messages};
use sqlx::PgPool;

const REPLY: MessageMode = MessageMode::Reply;
const NOTE: MessageMode = MessageMode::Note;

async fn ticket(ctx: &Ctx, subject: &str) -> i64 {
    let raw =
        crate::inbound::mail("alex@customer.example", &format!("Subject: {subject}\r\n"), "Hi");
    take(ctx, raw).await.ticket_number
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_upload_waits_for_its_author_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let number = ticket(&priya, "One").await;
    let file = upload(&priya, number, REPLY, PNG).await.unwrap();
    assert_eq!((file.file_name.as_str(), file.content_type.as_str()), ("chart.png", "image/png"));
    let note = upload(&priya, number, NOTE, b"no picture").await.unwrap();
    assert_eq!(note.content_type, "application/octet-stream");
    let waiting = opened(&priya, number).await.uploads;
    let waiting: Vec<_> = waiting.into_iter().map(|u| (u.mode, u.file)).collect();
    assert_eq!(waiting, [(REPLY, file.clone()), (NOTE, note)]);
    assert!(opened(&sam, number).await.uploads.is_empty());
    assert_eq!(read(&priya, file.id, None).await.unwrap(), PNG);
    assert_eq!(files::open(&sam, file.id).await.unwrap_err(), AppError::NotFound);
    let (kind, thumb) = files::thumbnail(&priya, file.id).await.unwrap();
    assert!(kind == "image/jpeg" && thumb.starts_with(&[0xff, 0xd8]));
    assert_eq!(files::thumbnail(&priya, file.id).await.unwrap().1, thumb, "kept");
    let vera = world.ctx(&world.vera);
    assert_eq!(upload(&vera, number, REPLY, PNG).await.unwrap_err(), AppError::Forbidden);
    let stranger = world.stranger().await;
    assert_eq!(upload(&stranger, number, REPLY, PNG).await.unwrap_err(), AppError::NotFound);
    assert_eq!(files::take_back(&sam, file.id).await.unwrap_err(), AppError::NotFound);
    files::take_back(&priya, file.id).await.unwrap();
    assert_eq!(opened(&priya, number).await.uploads.len(), 1);
    assert_eq!(count(&world.pool, "orphaned_files").await, 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn uploads_have_limits(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let number = ticket(&ctx, "One").await;
    let refused = |result: rapport_services::Result<_>| -> String {
        let error: AppError = result.map(|_: rapport_domain::message::Attachment| ()).unwrap_err();
        error.field("file").unwrap().to_string()
    };
    let empty = refused(upload(&ctx, number, REPLY, b"").await);
    assert!(empty.contains("empty"), "{empty}");
    let large = vec![b'x'; limits::UPLOADS_MAIL_BYTES + 1];
    let mail = refused(upload(&ctx, number, REPLY, &large).await);
    assert!(mail.contains("18 MB"), "{mail}");
    // A note leaves by no mail.
    upload(&ctx, number, NOTE, &large).await.unwrap();
    let more = refused(upload(&ctx, number, NOTE, &large).await);
    assert!(more.contains("25 MB"), "{more}");
    for _ in 0..limits::UPLOADS_MAX {
        upload(&ctx, number, REPLY, b"x").await.unwrap();
    }
    let many = refused(upload(&ctx, number, REPLY, b"x").await);
    assert!(many.contains("20 files"), "{many}");
    sqlx::query("update attachments set size_bytes = $1 where upload_mode = 'note'")
        .bind(limits::UPLOADS_WAITING_BYTES as i64)
        .execute(&world.pool)
        .await
        .unwrap();
    let other = ticket(&ctx, "Two").await;
    let everywhere = refused(upload(&ctx, other, REPLY, b"x").await);
    assert!(everywhere.contains("other tickets"), "{everywhere}");
    // Whoever goes away in the middle leaves nothing.
    let new = NewUpload { desk: Desk::Ticket(other), mode: REPLY, file_name: "a", declared: None };
    let cut = [Ok("begun".into()), Err(AppError::Transport("gone".into()))];
    let sam = world.ctx(&world.sam);
    let error = files::upload(&sam, new, stream::iter(cut)).await.unwrap_err();
    assert_eq!(error, AppError::Transport("gone".into()));
    assert!(opened(&sam, other).await.uploads.is_empty());
    // What waited too long goes.
    sqlx::query("update attachments set created_at = now() - interval '8 days'")
        .execute(&world.pool)
        .await
        .unwrap();
    files::tidy(&world.store).await.unwrap();
    assert!(opened(&ctx, number).await.uploads.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn uploads_go_with_their_message_and_come_back(pool: PgPool) {
    let post = Post::new(pool).await;
    let ctx = post.world.ctx(&post.world.priya);
    let csv = upload(&ctx, post.number, REPLY, b"a,b").await.unwrap();
    let chart = upload(&ctx, post.number, REPLY, PNG).await.unwrap();
    let note = upload(&ctx, post.number, NOTE, b"for us").await.unwrap();
    let new = || WriteMessage {
        body: format!("Look:\n\n{}\n\nBye", format_args!("![chart.png]({})", chart.id)),
        attachments: vec![chart.id, note.id, csv.id, chart.id],
        ..WriteMessage::default()
    };
    let id = messages::write(&ctx, post.number, REPLY, new()).await.unwrap().id;
    let details = opened(&ctx, post.number).await;
    assert_eq!(details.uploads.len(), 1, "the note's file stays");
    let sent = details.thread.messages.iter().find(|m| m.id == id).unwrap();
    let names: Vec<_> = sent.attachments.iter().map(|a| a.id).collect();
    assert_eq!(names, [chart.id, csv.id], "in the order of the message");
    // Gone with a message, they are nobody's to take back or send again.
    let again = messages::write(&ctx, post.number, REPLY, new()).await.unwrap_err();
    assert!(again.field("attachments").is_some(), "{again}");
    assert_eq!(files::take_back(&ctx, csv.id).await.unwrap_err(), AppError::NotFound);
    messages::undo_send(&ctx, id).await.unwrap();
    assert_eq!(opened(&ctx, post.number).await.uploads.len(), 3);
    let again = messages::write(&ctx, post.number, REPLY, new()).await.unwrap().id;
    post.now().await;
    let mail = post.sink.mail();
    let read = mail.read();
    assert!(read.text.starts_with("Look:\n\n[chart.png]\n\nBye"), "{}", read.text);
    let files: Vec<_> =
        read.attachments.iter().map(|a| (a.data.as_slice(), &a.content_id)).collect();
    let inside = Some(format!("{}@rapport", chart.id));
    assert_eq!(files, [(PNG, &inside), (&b"a,b"[..], &None)]);
    let raw = String::from_utf8_lossy(&mail.raw).replace("=\r\n", "");
    assert!(raw.contains(&format!("src=3D\"cid:{}@rapport\"", chart.id)), "{raw}");
    // Somebody who comes too late takes nothing along.
    assert!(messages::undo_send(&ctx, again).await.is_err());
    let written = messages::write(&ctx, post.number, NOTE, new()).await;
    assert!(written.is_err());
    let only = WriteMessage { body: "x".into(), attachments: vec![note.id], ..Default::default() };
    let noted = messages::write(&ctx, post.number, NOTE, only).await.unwrap().id;
    let details = opened(&ctx, post.number).await;
    let message = details.thread.messages.iter().find(|m| m.id == noted).unwrap();
    assert_eq!((message.attachments[0].id, details.uploads.len()), (note.id, 0));
    assert_eq!(count(&post.world.pool, "orphaned_files").await, 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nobody_sends_anothers_upload_or_another_tickets(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let (one, two) = (ticket(&priya, "One").await, ticket(&priya, "Two").await);
    let file = upload(&priya, one, REPLY, b"mine").await.unwrap();
    let new =
        || WriteMessage { body: "x".into(), attachments: vec![file.id], ..Default::default() };
    for (ctx, number) in [(&sam, one), (&priya, two)] {
        let refused = messages::write(ctx, number, REPLY, new()).await.unwrap_err();
        assert!(refused.field("attachments").is_some(), "{refused}");
        assert_eq!(opened(ctx, number).await.thread.messages.len(), 1, "nothing was written");
    }
    assert_eq!(opened(&priya, one).await.uploads.len(), 1);
}
