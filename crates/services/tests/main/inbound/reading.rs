use crate::world::World;
use rapport_domain::{AppError, MailboxId};
use rapport_services::receiving;
use sqlx::PgPool;

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_admin_sees_how_reading_goes_and_says_who_is_trusted(pool: PgPool) {
    let world = World::new(pool).await;
    let (ctx, id) = (world.ctx(&world.priya), MailboxId::generate());
    sqlx::query(
        "insert into mailboxes (workspace_id, id, address, name, imap_host, imap_port, imap_tls)
        values ($1, $2, 'support@acme.example', 'Acme', 'imap.acme.example', 993, 'implicit')",
    )
    .bind(world.workspace.0)
    .bind(id.0)
    .execute(&world.pool)
    .await
    .unwrap();
    receiving::note_state(&ctx, id, Some("The mail server does not answer.")).await.unwrap();
    receiving::trust_authserv(&ctx, id, Some(" mx.acme.example ")).await.unwrap();
    let readings = receiving::readings(&ctx).await.unwrap();
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].error.as_deref(), Some("The mail server does not answer."));
    assert_eq!(readings[0].trusted_authserv.as_deref(), Some("mx.acme.example"));
    assert_eq!(readings[0].reached_at, None);
    receiving::note_state(&ctx, id, None).await.unwrap();
    let reached = receiving::readings(&ctx).await.unwrap().remove(0);
    assert_eq!((reached.error, reached.reached_at), (None, Some(ctx.now)));
    let odd = receiving::trust_authserv(&ctx, id, Some("mx; dmarc=pass")).await;
    assert!(matches!(odd, Err(AppError::Invalid(_))));
    let sam = world.ctx(&world.sam);
    assert!(matches!(receiving::readings(&sam).await, Err(AppError::Forbidden)));
    assert!(matches!(receiving::trust_authserv(&sam, id, None).await, Err(AppError::Forbidden)));
    let stranger = world.stranger().await;
    assert_eq!(receiving::readings(&stranger).await.unwrap(), []);
    let theirs = receiving::trust_authserv(&stranger, id, None).await;
    assert!(matches!(theirs, Err(AppError::NotFound)));
    receiving::trust_authserv(&ctx, id, None).await.unwrap();
    assert_eq!(receiving::readings(&ctx).await.unwrap()[0].trusted_authserv, None);
}
