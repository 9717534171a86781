use super::{mail_with_file, read};
use crate::inbound::{count, opened, take};
use crate::world::World;
use rapport_domain::message::{InboundEmail, Verdicts};
use rapport_domain::{AppError, AttachmentId};
use rapport_services::files::{self, Report};
use rapport_services::{Ctx, Result, messages};
use rapport_store::Files;
use rapport_store::StoreError;
use sqlx::PgPool;

async fn rows(pool: &PgPool, filter: &str) -> i64 {
    let sql = format!("select count(*) from attachments where {filter}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}

async fn run(pool: &PgPool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.unwrap();
}

/// A mail with a file was filed; answers the file's id.
async fn filed(ctx: &Ctx, data: &str) -> AttachmentId {
    let number = take(ctx, mail_with_file("Data", data)).await.ticket_number;
    opened(ctx, number).await.thread.messages[0].attachments[0].id
}

/// Files the one mail that waits.
async fn file_waiting(ctx: &Ctx) -> Result<InboundEmail> {
    let (_, id) = messages::unfiled(&ctx.store, 10).await?[0];
    let mail = messages::stored_mail(ctx, id).await?;
    messages::file_mail(ctx, mail, Verdicts::default()).await
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn bytes_lie_outside_of_the_database(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let id = filed(&ctx, "a,b\r\n1,2").await;
    assert_eq!(rows(&world.pool, "data is null and length(sha256) = 32").await, 1);
    assert_eq!(count(&world.pool, "orphaned_files").await, 0);
    assert_eq!(read(&ctx, id, None).await.unwrap(), b"a,b\r\n1,2");
    assert_eq!(read(&ctx, id, Some(2..6)).await.unwrap(), b"b\r\n1");
    let stranger = world.stranger().await;
    assert_eq!(files::open(&stranger, id).await.unwrap_err(), AppError::NotFound);
    let report = files::verify(&world.store, true).await.unwrap();
    assert_eq!(report, Report { rows: 1, files: 1, ..Report::default() });
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn without_room_a_mail_waits_and_is_not_lost(pool: PgPool) {
    let mut world = World::new(pool).await;
    let place = std::env::temp_dir().join(world.workspace.to_string());
    let place = place.to_str().unwrap();
    world.store = world.store.clone().with_files(Files::at(place).unwrap());
    // Nothing can be written where a file stands in the directory's place.
    std::fs::remove_dir(place).unwrap();
    std::fs::write(place, "").unwrap();
    let ctx = world.ctx(&world.priya);
    let raw = mail_with_file("No room", "a,b");
    let refused = messages::inbound_email(&ctx, raw, None).await;
    assert_eq!(refused.unwrap_err(), AppError::Unavailable);
    run(&world.pool, "update raw_emails set stored_at = now() - interval '1 hour'").await;
    // More often than a broken mail would be tried.
    for _ in 0..12 {
        assert_eq!(file_waiting(&ctx).await.unwrap_err(), AppError::Unavailable);
    }
    assert_eq!(count(&world.pool, "messages").await, 0);
    std::fs::remove_file(place).unwrap();
    let filed = file_waiting(&ctx).await.unwrap();
    let message = &opened(&ctx, filed.ticket_number).await.thread.messages[0];
    assert!(!message.unreadable);
    assert_eq!(read(&ctx, message.attachments[0].id, None).await.unwrap(), b"a,b");
    assert!(messages::unfiled(&world.store, 10).await.unwrap().is_empty());
    std::fs::remove_dir_all(place).unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_lost_damaged_or_without_a_row_is_found(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let (lost, damaged) = (filed(&ctx, "one").await, filed(&ctx, "two").await);
    let files = world.store.files();
    files.remove(world.workspace, lost).await.unwrap();
    files.put(world.workspace, damaged, "2wo".into()).await.unwrap();
    let orphan = AttachmentId::generate();
    files.put(world.workspace, orphan, "three".into()).await.unwrap();
    let quick = files::verify(&world.store, false).await.unwrap();
    assert_eq!((quick.rows, quick.files, quick.damaged.count), (2, 2, 0));
    assert_eq!(quick.lost.first, [(world.workspace, lost)]);
    assert_eq!(quick.without_row.first, [(world.workspace, orphan)]);
    let deep = files::verify(&world.store, true).await.unwrap();
    assert_eq!(deep.damaged.first, [(world.workspace, damaged)]);
    // A reader is told, and never gets what was not stored.
    assert_eq!(read(&ctx, lost, None).await.unwrap_err(), AppError::FileLost);
    let got = read(&ctx, damaged, None).await;
    assert_eq!(got.unwrap_err(), AppError::FileLost);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn files_in_the_database_are_read_and_move_out(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let mut ids = Vec::new();
    for n in 0..25 {
        ids.push(filed(&ctx, &format!("file {n}")).await);
    }
    // As they stood before files lay elsewhere.
    run(
        &world.pool,
        "update attachments a set data = convert_to('file ' || n, 'UTF8'), sha256 = null,
            content_type = 'image/png'
        from (select id, row_number() over (order by id) - 1 as n from attachments) o
        where o.id = a.id",
    )
    .await;
    for (n, id) in ids.iter().enumerate() {
        world.store.files().remove(world.workspace, *id).await.unwrap();
        assert_eq!(read(&ctx, *id, None).await.unwrap(), format!("file {n}").into_bytes());
        assert_eq!(read(&ctx, *id, Some(0..4)).await.unwrap(), b"file");
    }
    assert!(files::tidy(&world.store).await.unwrap(), "there is more to move");
    assert_eq!(rows(&world.pool, "data is not null").await, 5);
    assert!(!files::tidy(&world.store).await.unwrap());
    assert_eq!(rows(&world.pool, "data is not null or sha256 is null").await, 0);
    assert_eq!(rows(&world.pool, "content_type = 'application/octet-stream'").await, 25);
    assert_eq!(read(&ctx, ids[24], None).await.unwrap(), b"file 24");
    let report = files::verify(&world.store, true).await.unwrap();
    assert_eq!(report, Report { rows: 25, files: 25, ..Report::default() });
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_file_without_a_row_goes_after_a_day(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let id = filed(&ctx, "kept").await;
    let orphan = AttachmentId::generate();
    world.store.expect_files(world.workspace, &[orphan]).await.unwrap();
    world.store.files().put(world.workspace, orphan, "orphan".into()).await.unwrap();
    // Reading a mail again replaces its files.
    let number = take(&ctx, mail_with_file("Data", "kept")).await.ticket_number;
    let message = opened(&ctx, number).await.thread.messages[0].id;
    messages::reparse(&ctx, message).await.unwrap();
    assert_eq!(count(&world.pool, "orphaned_files").await, 2);
    files::tidy(&world.store).await.unwrap();
    assert!(world.store.files().read(world.workspace, orphan).await.is_ok(), "not yet");
    run(&world.pool, "update orphaned_files set since = now() - interval '25 hours'").await;
    files::tidy(&world.store).await.unwrap();
    let gone = world.store.files().read(world.workspace, orphan).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
    let gone = world.store.files().read(world.workspace, id).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "the mail has another file now");
    assert_eq!(count(&world.pool, "orphaned_files").await, 0);
    let report = files::verify(&world.store, true).await.unwrap();
    assert_eq!(report, Report { rows: 1, files: 1, ..Report::default() });
}
