use crate::sink::Sink;
use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::mailbox::{MailboxInput, ServerInput, Tls};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::mailboxes;
use rapport_services::secrets::Keyring;
use sqlx::PgPool;

/// Reaches this machine too, where a test has its server.
pub fn http() -> HttpClient {
    HttpClient::new(Reach::and_this_machine()).unwrap()
}

/// 32 bytes of 7.
pub fn keys() -> Keyring {
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".parse().unwrap()
}

pub fn input(address: &str, port: u16) -> MailboxInput {
    MailboxInput {
        address: address.into(),
        name: "Acme Support".into(),
        signature: "Acme".into(),
        smtp: Some(ServerInput {
            host: "127.0.0.1".into(),
            port: Some(port),
            tls: Tls::None,
            user: None,
            password: None,
        }),
        ..MailboxInput::default()
    }
}

fn with_password(mut new: MailboxInput, password: &str) -> MailboxInput {
    let smtp = new.smtp.as_mut().unwrap();
    (smtp.user, smtp.password) = (Some("agent".into()), Some(password.into()));
    new
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_password_is_sealed_and_never_comes_back(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let new = with_password(input("Support@acme.example", 587), "hunter2");
    let refused = mailboxes::create(&ctx, &Keyring::default(), new.clone()).await.unwrap_err();
    assert!(refused.field("smtp_password").unwrap().contains("RAPPORT_SECRET_KEY"));
    let id = mailboxes::create(&ctx, &keys(), new.clone()).await.unwrap();
    let stored: Vec<u8> = sqlx::query_scalar("select smtp_password from mailboxes")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(!stored.windows(7).any(|w| w == b"hunter2"));
    let listed = mailboxes::list(&ctx).await.unwrap();
    assert!(listed[0].smtp.as_ref().unwrap().password_set && listed[0].is_default);
    assert!(!format!("{listed:?}").contains("hunter2"));
    assert_eq!(listed[0].address, "support@acme.example");
    // A form without the password keeps it; one without the user drops it.
    let mut form = new;
    form.smtp.as_mut().unwrap().password = None;
    mailboxes::update(&ctx, &keys(), id, 1, form.clone()).await.unwrap();
    assert!(mailboxes::list(&ctx).await.unwrap()[0].smtp.as_ref().unwrap().password_set);
    let stale = mailboxes::update(&ctx, &keys(), id, 1, form.clone()).await;
    assert!(matches!(stale, Err(AppError::Conflict(_))));
    form.smtp.as_mut().unwrap().user = None;
    mailboxes::update(&ctx, &keys(), id, 2, form).await.unwrap();
    assert!(!mailboxes::list(&ctx).await.unwrap()[0].smtp.as_ref().unwrap().password_set);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn there_is_always_one_default(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let defaults = async || {
        let all = mailboxes::list(&ctx).await.unwrap();
        all.into_iter().filter(|m| m.is_default).map(|m| m.address).collect::<Vec<_>>()
    };
    let first = mailboxes::create(&ctx, &keys(), input("a@acme.example", 25)).await.unwrap();
    let second = MailboxInput { is_default: true, ..input("b@acme.example", 25) };
    mailboxes::create(&ctx, &keys(), second).await.unwrap();
    assert_eq!(defaults().await, ["b@acme.example"]);
    let twice = mailboxes::create(&ctx, &keys(), input("A@acme.example", 25)).await;
    assert!(twice.unwrap_err().field("address").is_some());
    let second = mailboxes::list(&ctx).await.unwrap()[0].id;
    mailboxes::remove(&ctx, second).await.unwrap();
    assert_eq!(defaults().await, ["a@acme.example"]);
    mailboxes::remove(&ctx, first).await.unwrap();
    assert!(mailboxes::list(&ctx).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_admins_of_the_workspace_set_mailboxes_up(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let id = mailboxes::create(&admin, &keys(), input("a@acme.example", 25)).await.unwrap();
    for viewer in [&world.sam, &world.vera] {
        let ctx = world.ctx(viewer);
        let forbidden = Some(AppError::Forbidden);
        assert_eq!(mailboxes::list(&ctx).await.err(), forbidden);
        let new = input("b@acme.example", 25);
        assert_eq!(mailboxes::create(&ctx, &keys(), new.clone()).await.err(), forbidden);
        assert_eq!(mailboxes::update(&ctx, &keys(), id, 1, new).await.err(), forbidden);
        assert_eq!(mailboxes::remove(&ctx, id).await.err(), forbidden);
        assert_eq!(mailboxes::test_connection(&ctx, &keys(), id).await.err(), forbidden);
    }
    let stranger = world.stranger().await;
    assert!(mailboxes::list(&stranger).await.unwrap().is_empty());
    let unknown = Some(AppError::NotFound);
    let new = input("a@acme.example", 25);
    assert_eq!(mailboxes::update(&stranger, &keys(), id, 1, new).await.err(), unknown);
    assert_eq!(mailboxes::remove(&stranger, id).await.err(), unknown);
    assert_eq!(mailboxes::test_connection(&stranger, &keys(), id).await.err(), unknown);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_connection_test_says_what_the_server_said(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let mut sink = Sink::start();
    sink.mode("auth");
    let right = with_password(input("a@acme.example", sink.port), "hunter2");
    let id = mailboxes::create(&ctx, &keys(), right.clone()).await.unwrap();
    assert_eq!(mailboxes::test_connection(&ctx, &keys(), id).await.unwrap(), Ok(()));
    let other: Keyring = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=".parse().unwrap();
    let locked = mailboxes::test_connection(&ctx, &other, id).await.unwrap();
    assert!(locked.unwrap_err().contains("RAPPORT_SECRET_KEY"));
    let wrong = with_password(right.clone(), "hunter3");
    mailboxes::update(&ctx, &keys(), id, 1, wrong).await.unwrap();
    let said = mailboxes::test_connection(&ctx, &keys(), id).await.unwrap().unwrap_err();
    assert!(said.contains("535") && said.contains("Wrong password"), "{said}");
    // Its certificate is its own: nobody we trust vouches for it.
    let mut tls = right.clone();
    tls.smtp.as_mut().unwrap().tls = Tls::Starttls;
    mailboxes::update(&ctx, &keys(), id, 2, tls).await.unwrap();
    let said = mailboxes::test_connection(&ctx, &keys(), id).await.unwrap().unwrap_err();
    assert!(said.contains("certificate"), "{said}");
    sink.mode("down");
    mailboxes::update(&ctx, &keys(), id, 3, right).await.unwrap();
    let said = mailboxes::test_connection(&ctx, &keys(), id).await.unwrap().unwrap_err();
    assert!(said.to_lowercase().contains("refused"), "{said}");
}
