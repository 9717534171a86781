//! Passkeys, with a device in software that a test can bend.

use crate::device::Device;
use crate::mail_out::Post;
use crate::two_factor::{PASSWORD, app, shown, with_password};
use crate::world::World;
use rapport_domain::audit::Action;
use rapport_domain::session::{Device as From, Viewer};
use rapport_domain::{AppError, PasskeyId, UserId};
use rapport_services::auth::{self, CurrentSession};
use rapport_services::passkeys::{self, Answer, Asked, Entered};
use rapport_services::{Ctx, Result, people, two_factor};
use sqlx::PgPool;

const HERE: &str = "https://support.example.com";
const DOMAIN: &str = "support.example.com";
/// The cookie of a browser.
const BROWSER: &str = "a-browser";

/// Somebody who is logged in.
struct Person {
    ctx: Ctx,
    session: CurrentSession,
}

impl Person {
    async fn new(world: &World, viewer: &Viewer) -> Self {
        let ctx = with_password(world, viewer).await;
        let login = auth::login(&world.store, &viewer.email, PASSWORD, &From::default()).await;
        let session = CurrentSession::of(&login.unwrap().session().unwrap());
        Self { ctx, session }
    }

    async fn own(&self) -> passkeys::Own {
        passkeys::own(&self.ctx, &self.session, HERE).await.unwrap()
    }

    async fn begin(&self) -> serde_json::Value {
        passkeys::begin(&self.ctx, &self.session, HERE, PASSWORD.into()).await.unwrap();
        self.own().await.setup.unwrap()
    }

    async fn add(&self, answer: &str) -> Result<()> {
        passkeys::add(&self.ctx, &self.session, HERE, "My phone", answer).await
    }

    /// A device with a passkey of theirs.
    async fn device(&self) -> Device {
        let mut device = Device::at(HERE, DOMAIN);
        let made = device.make(&self.begin().await);
        self.add(&made).await.unwrap();
        device
    }
}

async fn ask(world: &World) -> Asked {
    passkeys::ask(&world.store, HERE, BROWSER, None).await.unwrap()
}

async fn bring(world: &World, token: &str, credential: &str) -> Result<Entered> {
    let answer = Answer { browser: BROWSER, token, waiting: None, credential };
    passkeys::enter(&world.store, HERE, &answer, &From::default()).await
}

async fn log_in(world: &World, device: &mut Device) -> Result<Entered> {
    let asked = ask(world).await;
    bring(world, &asked.token, &device.answer(&asked.options)).await
}

async fn logged(world: &World, action: Action) -> Vec<serde_json::Value> {
    let lines = "select detail from audit_log where action = $1 order by at, id";
    sqlx::query_scalar(lines).bind(action.as_str()).fetch_all(&world.pool).await.unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(AppError::Conflict(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_passkey_lets_in_without_password_and_code_until_it_is_removed(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    assert!(!passkeys::offered(&world.store, HERE, None).await.unwrap());
    let wrong = passkeys::begin(&sam.ctx, &sam.session, HERE, "not it at all".into()).await;
    assert!(wrong.unwrap_err().field("current").is_some());
    let options = sam.begin().await;
    assert_eq!(options["rp"]["id"], DOMAIN);
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let mut device = Device::at(HERE, DOMAIN);
    let made = device.make(&options);
    let named = passkeys::add(&sam.ctx, &sam.session, HERE, " ", &made).await.unwrap_err();
    assert!(named.field("name").is_some(), "and what was asked is still good");
    sam.add(&made).await.unwrap();
    let own = sam.own().await;
    assert_eq!((own.passkeys.len(), own.passkeys[0].name.as_str()), (1, "My phone"));
    assert!(own.passkeys[0].last_used_at.is_none() && own.setup.is_none());
    assert!(passkeys::offered(&world.store, HERE, None).await.unwrap());

    // It counts as both factors, and goes the way of every log-in.
    let phone = app(&sam.ctx).await;
    two_factor::confirm(&sam.ctx, &shown(&sam.ctx, &phone, 0)).await.unwrap();
    let from = From { mark: "a-mark".into(), ..From::default() };
    let asked = ask(&world).await;
    let credential = device.answer(&asked.options);
    let (token, waiting) = (asked.token.as_str(), None);
    let answer = Answer { browser: BROWSER, token, waiting, credential: &credential };
    let entered = passkeys::enter(&world.store, HERE, &answer, &from).await.unwrap();
    assert_eq!(entered.email, world.sam.email);
    let viewer = auth::viewer(&world.store, &entered.session).await.unwrap().unwrap();
    assert_eq!((viewer.user, viewer.workspace), (world.sam.user, world.workspace));
    assert_eq!(logged(&world, Action::LoggedIn).await.last().unwrap()["by"], "passkey");
    let marks = sqlx::query_scalar::<_, i64>("select count(*) from known_devices");
    assert_eq!(marks.fetch_one(&world.pool).await.unwrap(), 1);
    let own = sam.own().await;
    assert!(own.passkeys[0].last_used_at.is_some());

    let id = own.passkeys[0].id;
    passkeys::rename(&sam.ctx, id, "  The  other phone ").await.unwrap();
    assert_eq!(sam.own().await.passkeys[0].name, "The other phone");
    for name in ["", &"x".repeat(61)] {
        let wrong = passkeys::rename(&sam.ctx, id, name).await.unwrap_err();
        assert!(wrong.field("name").is_some());
    }
    // It is nobody else's: not a colleague's, not another workspace's, not a program's.
    let (priya, stranger) = (world.ctx(&world.priya), world.stranger().await);
    for other in [&priya, &stranger] {
        assert_eq!(passkeys::rename(other, id, "x").await, Err(AppError::NotFound));
        assert_eq!(passkeys::remove(other, id).await, Err(AppError::NotFound));
    }
    let system = Ctx::for_system(world.store.clone(), world.workspace, "A key");
    assert_eq!(passkeys::remove(&system, id).await, Err(AppError::Forbidden));
    assert_eq!(passkeys::remove(&sam.ctx, PasskeyId::generate()).await, Err(AppError::NotFound));

    passkeys::remove(&sam.ctx, id).await.unwrap();
    assert!(refused(log_in(&world, &mut device).await).contains("not known here"));
    for action in [Action::PasskeyAdded, Action::PasskeyRenamed, Action::PasskeyRemoved] {
        assert_eq!(logged(&world, action).await.len(), 1, "{action:?}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_a_device_answers_counts_once_for_who_was_asked_and_as_it_was_asked(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    let priya = Person::new(&world, &world.priya).await;
    let (mut device, other) = (sam.device().await, priya.device().await);
    let unchecked = "could not be checked";
    let bend = async |bend: &dyn Fn(&mut Device)| {
        let mut bent = sam.device().await;
        bend(&mut bent);
        refused(log_in(&world, &mut bent).await)
    };
    assert!(bend(&|d| d.origin = "https://evil.example".into()).await.contains(unchecked));
    assert!(bend(&|d| d.origin = "http://support.example.com".into()).await.contains(unchecked));
    assert!(bend(&|d| d.rp_id = "evil.example".into()).await.contains(unchecked));
    assert!(bend(&|d| d.verifies = false).await.contains(unchecked));
    // Whose it is has to be said, and rightly.
    let theirs = other.owner.clone();
    assert!(bend(&|d| d.owner = theirs.clone()).await.contains("not known here"));
    assert!(bend(&|d| d.owner = Vec::new()).await.contains("not known here"));
    // Another's key under this one's name.
    let id = device.id.clone();
    let mut swapped = Device::at(HERE, DOMAIN);
    (swapped.id, swapped.owner) = (id, device.owner.clone());
    assert!(refused(log_in(&world, &mut swapped).await).contains(unchecked));
    // Only where somebody is known is there a log that can have it.
    assert_eq!(logged(&world, Action::LogInRefused).await.len(), 7);
    let unknown = log_in(&world, &mut Device::at(HERE, DOMAIN)).await;
    assert!(refused(unknown).contains("not known here"));
    for garbage in ["", "{}", "null", "[1", &"x".repeat(20_000)] {
        let asked = ask(&world).await;
        assert!(refused(bring(&world, &asked.token, garbage).await).contains("checked"));
    }

    // Once, in time, in the browser that asked, to the question that was asked.
    let asked = ask(&world).await;
    let answer = device.answer(&asked.options);
    let elsewhere =
        Answer { browser: "another", token: &asked.token, waiting: None, credential: &answer };
    let from = From::default();
    let late = "took too long";
    assert!(refused(passkeys::enter(&world.store, HERE, &elsewhere, &from).await).contains(late));
    let first = bring(&world, &asked.token, &answer).await.unwrap();
    assert!(auth::viewer(&world.store, &first.session).await.unwrap().is_some());
    assert!(refused(bring(&world, &asked.token, &answer).await).contains(late));
    let next = ask(&world).await;
    assert!(refused(bring(&world, &next.token, &answer).await).contains(unchecked));
    let asked = ask(&world).await;
    sqlx::query("update passkey_challenges set expires_at = now() - interval '1 second'")
        .execute(&world.pool)
        .await
        .unwrap();
    let answer = device.answer(&asked.options);
    assert!(refused(bring(&world, &asked.token, &answer).await).contains(late));
    assert!(refused(bring(&world, "nonsense", &answer).await).contains(late));
    // One browser keeps no more than a few questions.
    for _ in 0..20 {
        ask(&world).await;
    }
    let kept = sqlx::query_scalar::<_, i64>("select count(*) from passkey_challenges");
    assert_eq!(kept.fetch_one(&world.pool).await.unwrap(), 5);
    log_in(&world, &mut device).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_count_that_goes_back_tells_a_copy(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    let mut device = sam.device().await;
    for counter in [3, 4] {
        device.counter = counter;
        log_in(&world, &mut device).await.unwrap();
    }
    for counter in [4, 2, 0] {
        device.counter = counter;
        assert!(refused(log_in(&world, &mut device).await).contains("counts backwards"));
    }
    let lines = logged(&world, Action::LogInRefused).await;
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["wrong"] == "passkey counter"));
    device.counter = 5;
    log_in(&world, &mut device).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_new_passkey_answers_what_its_own_session_was_asked(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    let bends: [fn(&mut Device); 3] = [
        |d| d.origin = "https://evil.example".into(),
        |d| d.rp_id = "evil.example".into(),
        |d| d.verifies = false,
    ];
    for bend in bends {
        let options = sam.begin().await;
        let mut device = Device::at(HERE, DOMAIN);
        bend(&mut device);
        let made = device.make(&options);
        assert!(refused(sam.add(&made).await).contains("could not be checked"));
        // It is used up.
        assert!(refused(sam.add(&made).await).contains("took too long"));
    }
    for garbage in ["", "{}", &"x".repeat(20_000)] {
        sam.begin().await;
        assert!(refused(sam.add(garbage).await).contains("could not be checked"));
    }
    let options = sam.begin().await;
    let made = Device::at(HERE, DOMAIN).make(&options);
    let again = Person::new(&world, &world.sam).await;
    assert!(again.own().await.setup.is_none());
    assert!(refused(again.add(&made).await).contains("took too long"), "of another session");
    sqlx::query("update passkey_setups set expires_at = now() - interval '1 minute'")
        .execute(&world.pool)
        .await
        .unwrap();
    assert!(refused(sam.add(&made).await).contains("took too long"));

    // What one person's device calls its passkey is nobody else's.
    let known = again.device().await;
    let priya = Person::new(&world, &world.priya).await;
    let mut same = Device::at(HERE, DOMAIN);
    same.id.clone_from(&known.id);
    let made = same.make(&priya.begin().await);
    assert!(refused(priya.add(&made).await).contains("added already"));
    let begun = again.begin().await;
    assert_eq!(begun["excludeCredentials"].as_array().unwrap().len(), 1);

    for _ in 1..10 {
        again.device().await;
    }
    let eleventh = passkeys::begin(&again.ctx, &again.session, HERE, PASSWORD.into()).await;
    assert!(refused(eleventh).contains("ten passkeys"));
    assert!(again.own().await.refused.unwrap().contains("ten passkeys"));
    let plain = "http://support.example.com";
    let begun = passkeys::begin(&again.ctx, &again.session, plain, PASSWORD.into()).await;
    assert!(refused(begun).contains("https"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn after_a_password_ones_own_passkey_does_in_place_of_the_code(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    let priya = Person::new(&world, &world.priya).await;
    let phone = app(&sam.ctx).await;
    two_factor::confirm(&sam.ctx, &shown(&sam.ctx, &phone, 0)).await.unwrap();
    let mut theirs = priya.device().await;
    let from = From::default();
    let asked = async || {
        let login = auth::login(&world.store, &world.sam.email, PASSWORD, &from).await.unwrap();
        let auth::Entered::Code(token) = login else { panic!("no code was asked for") };
        token
    };
    let waiting = asked().await;
    assert!(!passkeys::offered(&world.store, HERE, Some(&waiting)).await.unwrap());
    let none = passkeys::ask(&world.store, HERE, BROWSER, Some(&waiting)).await;
    assert_eq!(none.unwrap_err(), AppError::NotFound);
    let mut device = sam.device().await;
    assert!(passkeys::offered(&world.store, HERE, Some(&waiting)).await.unwrap());
    let enter = async |device: &mut Device| {
        let ask = passkeys::ask(&world.store, HERE, BROWSER, Some(&waiting)).await?;
        let allowed = ask.options["allowCredentials"].as_array().unwrap();
        assert_eq!(allowed.len(), 1);
        let credential = &device.answer(&ask.options);
        let token = &ask.token;
        let answer = Answer { browser: BROWSER, token, waiting: Some(&waiting), credential };
        passkeys::enter(&world.store, HERE, &answer, &from).await
    };
    assert!(refused(enter(&mut theirs).await).contains("not known here"));
    let of = "select object from audit_log where action = 'session.refused'";
    let of: Vec<String> = sqlx::query_scalar(of).fetch_all(&world.pool).await.unwrap();
    assert_eq!(of, [world.sam.user.to_string()], "Sam's password is known to somebody");
    let entered = enter(&mut device).await.unwrap();
    assert!(auth::viewer(&world.store, &entered.session).await.unwrap().is_some());
    // The form of a log-in is good for one.
    assert!(refused(enter(&mut device).await).contains("took too long"));
    let over = two_factor::finish(&world.store, &waiting, "000000", &from).await;
    assert!(matches!(over, Err(AppError::Conflict(_))));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn it_lets_in_nobody_whom_a_password_would_not(pool: PgPool) {
    let world = World::new(pool).await;
    let sam = Person::new(&world, &world.sam).await;
    let priya = Person::new(&world, &world.priya).await;
    let (mut device, mut admins) = (sam.device().await, priya.device().await);
    people::deactivate(&priya.ctx, world.sam.user).await.unwrap();
    assert!(refused(log_in(&world, &mut device).await).contains("not known here"));
    people::reactivate(&priya.ctx, world.sam.user).await.unwrap();
    log_in(&world, &mut device).await.unwrap();

    // Where single sign-on alone is taken, but for an admin who keeps a way in.
    sqlx::query(
        "insert into sso_settings (workspace_id, issuer, client_id, client_secret, button, joins,
            default_role, only_sso)
        values ($1, 'https://id.example', 'x', '', 'SSO', 'invited', 'agent', true)",
    )
    .bind(world.workspace.0)
    .execute(&world.pool)
    .await
    .unwrap();
    break_glass(&world, world.priya.user).await;
    assert!(refused(log_in(&world, &mut device).await).contains("single sign-on"));
    assert!(sam.own().await.refused.unwrap().contains("single sign-on alone"));
    let begun = passkeys::begin(&sam.ctx, &sam.session, HERE, PASSWORD.into()).await;
    assert!(refused(begun).contains("single sign-on alone"));
    log_in(&world, &mut admins).await.unwrap();
    sqlx::query("update sso_settings set only_sso = false").execute(&world.pool).await.unwrap();

    // Being deactivated ended the session.
    let sam = Person::new(&world, &world.sam).await;
    // Whoever comes by single sign-on may know no password: a log-in of a moment ago does.
    sqlx::query(
        "insert into sso_identities (workspace_id, issuer, subject, user_id, linked_at, used_at)
        values ($1, 'https://id.example', 's', $2, now(), now())",
    )
    .bind(world.workspace.0)
    .bind(world.sam.user.0)
    .execute(&world.pool)
    .await
    .unwrap();
    assert_eq!(sam.own().await.proof, passkeys::Proof::FreshLogIn);
    passkeys::begin(&sam.ctx, &sam.session, HERE, String::new()).await.unwrap();
    sqlx::query("update sessions set created_at = now() - interval '11 minutes'")
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(sam.own().await.proof, passkeys::Proof::PasswordOrLogIn);
    let stale = passkeys::begin(&sam.ctx, &sam.session, HERE, String::new()).await;
    assert!(stale.unwrap_err().field("current").is_some());

    // An admin who resets somebody's second factor removes passkeys as well.
    assert_eq!(two_factor::reset(&sam.ctx, world.priya.user).await, Err(AppError::Forbidden));
    let elsewhere = two_factor::reset(&world.stranger().await, world.sam.user).await;
    assert_eq!(elsewhere, Err(AppError::NotFound));
    log_in(&world, &mut device).await.unwrap();
    let listed = people::list(&priya.ctx, "Sam", None).await.unwrap();
    assert!(listed.rows[0].passkeys && !listed.rows[0].two_factor);
    two_factor::reset(&priya.ctx, world.sam.user).await.unwrap();
    assert!(refused(log_in(&world, &mut device).await).contains("not known here"));
    assert!(!people::list(&priya.ctx, "Sam", None).await.unwrap().rows[0].passkeys);
    two_factor::reset_by_address(&world.store, &world.priya.email).await.unwrap();
    assert!(refused(log_in(&world, &mut admins).await).contains("not known here"));
    assert_eq!(logged(&world, Action::PasskeyRemoved).await.len(), 2);
}

async fn break_glass(world: &World, user: UserId) {
    sqlx::query("update users set break_glass = true where id = $1")
        .bind(user.0)
        .execute(&world.pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_has_a_new_way_in_is_told_by_mail(pool: PgPool) {
    let post = Post::new(pool).await;
    let priya = Person::new(&post.world, &post.world.priya).await;
    priya.device().await;
    post.now().await;
    let mail = post.sink.mail().read();
    assert_eq!(mail.subject.as_deref(), Some("Your log-in to Acme on Rapport changed"));
    for part in ["A passkey was added to your account: My phone.", "/settings/account"] {
        assert!(mail.text.contains(part), "{part} in {}", mail.text);
    }
    let id = priya.own().await.passkeys[0].id;
    passkeys::remove(&priya.ctx, id).await.unwrap();
    post.now().await;
    assert!(post.sink.mail().read().text.contains("was removed from your account: My phone."));
    let phone = app(&priya.ctx).await;
    two_factor::confirm(&priya.ctx, &shown(&priya.ctx, &phone, 0)).await.unwrap();
    post.now().await;
    assert!(post.sink.mail().read().text.contains("Two-factor was turned on"));
    two_factor::reset(&priya.ctx, post.world.priya.user).await.unwrap();
    post.now().await;
    let text = post.sink.mail().read().text;
    assert!(text.contains("Priya Raman turned two-factor off for you"), "{text}");
}
