//! What people set for themselves: name, picture, signature; and that they are told of new devices.

use crate::files::PNG;
use crate::mail_out::Post;
use crate::world::World;
use bytes::Bytes;
use rapport_domain::own_account::PictureRefusal;
use rapport_domain::session::Device;
use rapport_domain::{AppError, MailboxId, Uuid};
use rapport_services::{Ctx, auth, files, messages, own_account, passwords};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_name_is_ones_own_and_what_was_written_keeps_the_one_before(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let vera = world.ctx(&world.vera);
    for wrong in ["", "  ", &"x".repeat(201)] {
        let error = own_account::rename(&vera, wrong).await.unwrap_err();
        assert!(error.field("name").is_some(), "{wrong:?}");
    }
    own_account::rename(&vera, " Vera  Lindqvist ").await.unwrap();
    let names: Vec<String> = sqlx::query_scalar("select name from users where id = $1")
        .bind(world.vera.user.0)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(names, ["Vera Lindqvist"]);
    let logged: i64 =
        sqlx::query_scalar("select count(*) from audit_log where action = 'person.renamed'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(logged, 1);
    let system = Ctx::for_system(world.store.clone(), world.workspace, "Mail");
    assert_eq!(own_account::rename(&system, "X").await, Err(AppError::Forbidden));
}

/// The files that nobody points to.
async fn orphans(pool: &PgPool) -> Vec<Uuid> {
    sqlx::query_scalar("select id from orphaned_files").fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_picture_is_drawn_anew_and_the_old_file_goes(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let (sam, priya) = (world.ctx(&world.sam), world.ctx(&world.priya));
    assert_eq!(own_account::picture(&priya, world.sam.user).await.unwrap(), None);
    let set = async |bytes: &[u8]| {
        own_account::set_picture(&sam, Bytes::copy_from_slice(bytes)).await.unwrap()
    };
    assert_eq!(set(b"").await, Err(PictureRefusal::Empty));
    assert_eq!(set(b"<svg onload=x>").await, Err(PictureRefusal::NoPicture));
    assert_eq!(set(&PNG[..30]).await, Err(PictureRefusal::NoPicture));
    assert_eq!(set(&vec![0; 10 * 1024 * 1024 + 1]).await, Err(PictureRefusal::TooLarge));
    // A few bytes that say they are 60,000 by 60,000.
    let mut bomb = PNG.to_vec();
    bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    assert!(set(&bomb).await.is_err());
    assert_eq!(orphans(&pool).await, Vec::<Uuid>::new(), "nothing is kept of what was refused");

    set(PNG).await.unwrap();
    let (first, jpeg) = own_account::picture(&priya, world.sam.user).await.unwrap().unwrap();
    assert!(jpeg.starts_with(b"\xff\xd8\xff"), "a JPEG of ours");
    assert_ne!(&jpeg[..], PNG);
    assert_eq!(orphans(&pool).await, Vec::<Uuid>::new());
    set(PNG).await.unwrap();
    let (second, _) = own_account::picture(&priya, world.sam.user).await.unwrap().unwrap();
    assert_ne!(first, second);
    assert_eq!(orphans(&pool).await, [first.0]);
    sqlx::query("update orphaned_files set since = now() - interval '2 days'")
        .execute(&pool)
        .await
        .unwrap();
    files::tidy(&world.store).await.unwrap();
    let files = world.store.files();
    assert_eq!(files.size(world.workspace, first).await.unwrap(), None, "the old file is gone");
    assert!(files.size(world.workspace, second).await.unwrap().is_some());

    own_account::remove_picture(&sam).await.unwrap();
    assert_eq!(own_account::picture(&priya, world.sam.user).await.unwrap(), None);
    assert_eq!(orphans(&pool).await, [second.0]);
    let stranger = world.stranger().await;
    let unknown = own_account::picture(&stranger, world.sam.user).await;
    assert_eq!(unknown, Err(AppError::NotFound), "another workspace knows nobody here");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn ones_own_signature_takes_the_place_of_the_mailboxs(pool: PgPool) {
    let post = Post::new(pool).await;
    let sam = post.world.ctx(&post.world.sam);
    let mine = own_account::signatures(&post.ctx).await.unwrap();
    assert_eq!((mine[0].shared.as_str(), mine[0].own.as_str()), ("Acme", ""));
    own_account::sign(&post.ctx, post.mailbox, "**Priya**\r\n[Acme](https://acme.example)")
        .await
        .unwrap();
    let shown = messages::details(&post.ctx, post.number, None).await.unwrap().answers.signature;
    assert_eq!(shown, "**Priya**\n[Acme](https://acme.example)");
    let other = messages::details(&sam, post.number, None).await.unwrap().answers.signature;
    assert_eq!(other, "Acme", "a colleague's stays as it was");

    post.reply("Fixed.").await;
    post.now().await;
    let read = post.sink.mail().read();
    let text = read.text.trim_end().replace("\r\n", "\n");
    assert_eq!(text, "Fixed.\n\n-- \nPriya\nAcme <https://acme.example>");
    assert!(read.html.unwrap().contains("<strong>Priya</strong>"));

    let file = rapport_domain::AttachmentId::generate();
    for wrong in ["x".repeat(2_001), format!("![me]({file})")] {
        let error = own_account::sign(&post.ctx, post.mailbox, &wrong).await.unwrap_err();
        assert!(error.field("signature").is_some(), "{wrong}");
    }
    let unknown = own_account::sign(&post.ctx, MailboxId::generate(), "x").await;
    assert_eq!(unknown, Err(AppError::NotFound));
    let vera = post.world.ctx(&post.world.vera);
    assert_eq!(own_account::signatures(&vera).await, Err(AppError::Forbidden));

    own_account::sign(&post.ctx, post.mailbox, "  ").await.unwrap();
    let shown = messages::details(&post.ctx, post.number, None).await.unwrap().answers.signature;
    assert_eq!(shown, "Acme");
}

fn device(mark: &str) -> Device {
    Device {
        address: "203.0.113.4".into(),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0".into(),
        country: "DE".into(),
        mark: mark.into(),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_log_in_from_a_new_device_is_told_by_mail_and_not_too_often(pool: PgPool) {
    let post = Post::new(pool.clone()).await;
    let (store, priya) = (&post.world.store, &post.world.priya);
    let path = passwords::make_reset(&post.world.ctx(&post.world.priya), priya.user).await;
    let path = path.unwrap();
    let token = path.trim_start_matches("/reset/");
    let log_in = async |mark: &str| {
        auth::login(store, &priya.email, PASSWORD, &device(mark)).await.unwrap();
    };
    passwords::reset(store, token, PASSWORD.into(), &device("first")).await.unwrap();
    log_in("first").await;
    let waiting = async || -> i64 {
        sqlx::query_scalar("select count(*) from jobs where kind = 'new_device_mail'")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    assert_eq!(waiting().await, 0, "the first device ever is no news, nor is a known one");
    log_in("").await;
    assert_eq!(waiting().await, 0, "what cannot be known again is not told of each time");
    log_in("second").await;
    log_in("second").await;
    assert_eq!(waiting().await, 1);
    post.now().await;
    let mail = post.sink.mail().read();
    assert_eq!(mail.subject.as_deref(), Some("New log-in to Acme on Rapport"));
    for part in ["Firefox on Linux", "DE (203.0.113.4)", "/settings/account"] {
        assert!(mail.text.contains(part), "{part} in {}", mail.text);
    }
    for n in 0..6 {
        log_in(&format!("more-{n}")).await;
    }
    let told: i64 =
        sqlx::query_scalar("select count(*) from known_devices where told_at is not null")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(told, 3, "three mails an hour at the most");
    // Without a mailbox nothing fails.
    sqlx::query("delete from user_signatures").execute(&pool).await.unwrap();
    sqlx::query("update mailboxes set smtp_host = null, smtp_port = null, smtp_tls = null")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("update known_devices set told_at = null").execute(&pool).await.unwrap();
    log_in("unheard").await;
}
