//! Inviting, roles, deactivating, and the admin who stays.

use crate::world::{World, insert_person};
use chrono::{TimeDelta, Utc};
use rapport_domain::own_role::RoleInput;
use rapport_domain::people::{GivenRole, InviteInput};
use rapport_domain::session::Device;
use rapport_domain::{AppError, Permission, Role, UserId};
use rapport_services::auth::CurrentSession;
use rapport_services::{auth, passwords, people, roles, sessions};
use sqlx::PgPool;
use tokio::task::JoinSet;

const PASSWORD: &str = "correct horse";

fn to(emails: &str, role: Role) -> InviteInput {
    InviteInput { emails: emails.into(), role: GivenRole::BuiltIn(role) }
}

/// Invites one address and answers the token of its link.
async fn invite(world: &World, email: &str, role: Role) -> String {
    let ctx = world.ctx(&world.priya);
    people::invite(&ctx, to(email, role)).await.unwrap();
    let all = people::invitations(&ctx).await.unwrap();
    let (_, path) = all.iter().find(|(one, _)| one.email == email).expect("the invitation");
    path.trim_start_matches("/join/").to_string()
}

async fn join(world: &World, token: &str) -> Result<String, AppError> {
    let from = Device::default();
    people::accept(&world.store, token, "Kim Park", PASSWORD.into(), &from).await
}

fn said(error: &AppError) -> String {
    error.to_string()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_is_invited_becomes_a_member_once(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let token = invite(&world, "kim@acme.example", Role::Agent).await;
    let invited = people::open(&world.store, &token).await.unwrap();
    assert_eq!((invited.workspace_name.as_str(), invited.role), ("Acme", Role::Agent));
    let short = people::accept(&world.store, &token, " ", "short".into(), &Device::default()).await;
    let error = short.unwrap_err();
    assert!(error.field("name").is_some() && error.field("password").is_some(), "{error:?}");

    // Two browsers with one link at once.
    let mut both = JoinSet::new();
    for _ in 0..2 {
        let (store, token) = (world.store.clone(), token.clone());
        both.spawn(async move {
            people::accept(&store, &token, "Kim", PASSWORD.into(), &Device::default()).await
        });
    }
    let done = both.join_all().await;
    let session = done.iter().find_map(|d| d.as_ref().ok()).expect("one comes in");
    let late = done.iter().find_map(|d| d.as_ref().err()).expect("one is late");
    assert!(said(late).contains("was used already"), "{late:?}");
    let viewer = auth::viewer(&world.store, session).await.unwrap().expect("logged in");
    assert_eq!((viewer.workspace, viewer.role), (world.workspace, Role::Agent));
    assert_eq!(viewer.email, "kim@acme.example");
    let login = auth::login(&world.store, "KIM@acme.example", PASSWORD, &Device::default()).await;
    assert!(login.is_ok());
    assert!(said(&join(&world, &token).await.unwrap_err()).contains("was used already"));
    let actions: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where action like 'invitation.%' order by at",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(actions, ["invitation.created", "invitation.accepted"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_link_says_why_it_does_not_work(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.priya);
    let token = invite(&world, "kim@acme.example", Role::Agent).await;
    let id = people::invitations(&ctx).await.unwrap()[0].0.id;
    let open = async || people::open(&world.store, &token).await;
    sqlx::query("update invitations set expires_at = now()").execute(&pool).await.unwrap();
    assert!(said(&open().await.unwrap_err()).contains("has expired"));
    assert!(said(&join(&world, &token).await.unwrap_err()).contains("has expired"));
    people::resend(&ctx, id).await.unwrap();
    let again = open().await.expect("the same link works again");
    assert!(again.expires_at - Utc::now() > TimeDelta::days(6));
    people::revoke(&ctx, id).await.unwrap();
    assert!(said(&open().await.unwrap_err()).contains("taken back"));
    assert!(said(&join(&world, &token).await.unwrap_err()).contains("taken back"));
    assert!(people::resend(&ctx, id).await.unwrap_err().field("invitation").is_some());
    let forged = format!("{}{}", &token[..60], "0".repeat(token.len() - 60));
    for wrong in [forged.as_str(), "", "x", &token[1..]] {
        assert_eq!(people::open(&world.store, wrong).await.unwrap_err(), AppError::NotFound);
    }
    let people: i64 = sqlx::query_scalar("select count(*) from users where email like 'kim%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(people, 0, "nothing half done");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn members_and_the_invited_are_not_invited_and_then_nobody_is(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let sam = world.sam.email.to_uppercase();
    let input = to(&format!("new@acme.example, {sam}"), Role::Agent);
    let error = people::invite(&ctx, input).await.unwrap_err();
    assert!(error.field("emails").is_some_and(|e| e.contains("is a member already")), "{error:?}");
    people::deactivate(&ctx, world.sam.user).await.unwrap();
    let error = people::invite(&ctx, to(&world.sam.email, Role::Agent)).await.unwrap_err();
    assert!(said(&error).contains("reactivate them"), "{error:?}");
    invite(&world, "kim@acme.example", Role::Viewer).await;
    let error = people::invite(&ctx, to("new@acme.example Kim@acme.example", Role::Agent)).await;
    assert!(said(&error.unwrap_err()).contains("is invited already"));
    let open = people::invitations(&ctx).await.unwrap();
    assert_eq!(open.len(), 1, "all or nobody: {open:?}");

    // A login leads to one workspace: an address that has one elsewhere cannot join here too.
    let stranger = world.stranger().await;
    people::invite(&stranger, to("kim@acme.example", Role::Admin)).await.unwrap();
    let (theirs, path) = people::invitations(&stranger).await.unwrap().remove(0);
    let theirs = theirs.id;
    let token = invite_token(&world).await;
    join(&world, &token).await.unwrap();
    let elsewhere = join(&world, path.trim_start_matches("/join/")).await.unwrap_err();
    assert!(said(&elsewhere).contains("has a login on this server already"), "{elsewhere:?}");
    // Another workspace's invitation is none here.
    assert!(people::revoke(&ctx, theirs).await.is_err());
    assert!(people::resend(&ctx, theirs).await.is_err());
}

async fn invite_token(world: &World) -> String {
    let ctx = world.ctx(&world.priya);
    let (_, path) = people::invitations(&ctx).await.unwrap().remove(0);
    path.trim_start_matches("/join/").to_string()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_last_admin_stays_even_when_two_go_at_once(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let priya = world.ctx(&world.priya);
    let error = people::set_role(&priya, world.priya.user, Role::Agent).await.unwrap_err();
    assert!(said(&error).contains("last admin"), "{error:?}");
    let olga = insert_person(&world.store, world.workspace, "Olga", Role::Admin).await;
    for round in 0..10 {
        let (a, b) = (priya.clone(), world.ctx(&olga));
        let (theirs, ours) = (olga.user, world.priya.user);
        // Each takes the other's role, or locks the other out.
        let (one, other) = if round % 2 == 0 {
            let one = tokio::spawn(async move { people::set_role(&a, theirs, Role::Viewer).await });
            let other = tokio::spawn(async move { people::set_role(&b, ours, Role::Viewer).await });
            (one.await.unwrap(), other.await.unwrap())
        } else {
            let one = tokio::spawn(async move { people::deactivate(&a, theirs).await });
            let other = tokio::spawn(async move { people::deactivate(&b, ours).await });
            (one.await.unwrap(), other.await.unwrap())
        };
        assert!(one.is_ok() != other.is_ok(), "{round}: {one:?} {other:?}");
        let admins: i64 = sqlx::query_scalar(
            "select count(*) from users where role = 'admin' and disabled_at is null",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        assert_eq!(admins, 1, "{round}");
        sqlx::query("update users set role = 'admin', disabled_at = null where id = any($1)")
            .bind(vec![olga.user.0, world.priya.user.0])
            .execute(&pool)
            .await
            .unwrap();
    }
    // The database itself says no, whoever asks.
    sqlx::query("update users set role = 'agent' where id = $1")
        .bind(olga.user.0)
        .execute(&pool)
        .await
        .unwrap();
    for sql in [
        "update users set disabled_at = now() where role = 'admin'",
        "delete from users where role = 'admin'",
    ] {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("the last admin stays"), "{refused}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_admins_look_after_the_people_of_their_own_workspace(pool: PgPool) {
    let world = World::new(pool).await;
    for viewer in [&world.sam, &world.vera] {
        let ctx = world.ctx(viewer);
        assert_eq!(people::list(&ctx, "", None).await.unwrap_err(), AppError::Forbidden);
        let invited = people::invite(&ctx, to("a@b.example", Role::Admin)).await;
        assert_eq!(invited.unwrap_err(), AppError::Forbidden);
        let role = people::set_role(&ctx, viewer.user, Role::Admin).await;
        assert_eq!(role.unwrap_err(), AppError::Forbidden);
        let gone = people::deactivate(&ctx, world.priya.user).await;
        assert_eq!(gone.unwrap_err(), AppError::Forbidden);
        let reset = passwords::make_reset(&ctx, world.priya.user).await;
        assert_eq!(reset.unwrap_err(), AppError::Forbidden);
    }
    let stranger = world.stranger().await;
    let unknown = [
        people::set_role(&stranger, world.sam.user, Role::Admin).await,
        people::deactivate(&stranger, world.sam.user).await,
        people::reactivate(&stranger, world.sam.user).await,
        passwords::make_reset(&stranger, world.sam.user).await.map(|_| ()),
    ];
    assert!(unknown.iter().all(|r| r == &Err(AppError::NotFound)), "{unknown:?}");
    let list = people::list(&stranger, "", None).await.unwrap();
    assert_eq!(list.rows.len(), 1, "{list:?}");
    let found = people::list(&world.ctx(&world.priya), "ORTIZ", None).await.unwrap();
    assert_eq!(found.rows.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Sam Ortiz"]);
    assert_eq!(people::list(&world.ctx(&world.priya), "%", None).await.unwrap().rows, []);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_password_is_changed_by_its_owner_or_by_a_link_that_works_once(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let token = invite(&world, "kim@acme.example", Role::Agent).await;
    let here = join(&world, &token).await.unwrap();
    let from =
        Device { address: "10.0.0.1".into(), agent: "Firefox/1 Linux".into(), ..Device::default() };
    let there = auth::login(&world.store, "kim@acme.example", PASSWORD, &from).await;
    let there = there.unwrap().session().unwrap();
    let kim = auth::viewer(&world.store, &here).await.unwrap().unwrap();
    let (ctx, current) = (world.ctx(&kim), CurrentSession::of(&here));
    let all = sessions::list(&ctx, &current).await.unwrap();
    assert_eq!(all.iter().map(|s| s.current).collect::<Vec<_>>(), [true, false]);
    assert_eq!(all[1].address, "10.0.0.1");
    // Nobody ends another's session.
    sessions::end(&world.ctx(&world.sam), all[1].id).await.unwrap();
    assert!(auth::viewer(&world.store, &there).await.unwrap().is_some());

    let change = async |now: &str, new: &str, again: &str| {
        passwords::change(&ctx, &current, now.into(), new.into(), again).await
    };
    let wrong = change("guess-guess", "a new password", "a new password").await.unwrap_err();
    assert!(wrong.field("current").is_some(), "{wrong:?}");
    let differ = change(PASSWORD, "a new password", "another one").await.unwrap_err();
    assert!(differ.field("repeated").is_some(), "{differ:?}");
    assert!(change(PASSWORD, "short", "short").await.unwrap_err().field("password").is_some());
    change(PASSWORD, "a new password", "a new password").await.unwrap();
    assert!(auth::viewer(&world.store, &here).await.unwrap().is_some(), "this one stays");
    assert!(auth::viewer(&world.store, &there).await.unwrap().is_none(), "the others end");

    let admin = world.ctx(&world.priya);
    let link = async || {
        let path = passwords::make_reset(&admin, kim.user).await.unwrap();
        path.trim_start_matches("/reset/").to_string()
    };
    let (first, second) = (link().await, link().await);
    let replaced = passwords::open_reset(&world.store, &first).await.unwrap_err();
    assert!(said(&replaced).contains("replaced by a newer one"));
    assert_eq!(passwords::open_reset(&world.store, &second).await.unwrap(), "kim@acme.example");
    let set = async |token: &str, new: &str| {
        passwords::reset(&world.store, token, new.into(), &Device::default()).await
    };
    assert!(set(&second, "short").await.unwrap_err().field("password").is_some());
    let session = set(&second, "by the link").await.unwrap().session().unwrap();
    assert!(auth::viewer(&world.store, &session).await.unwrap().is_some());
    assert!(auth::viewer(&world.store, &here).await.unwrap().is_none());
    assert!(set(&second, "by the link").await.is_err(), "it works once");
    let old = link().await;
    sqlx::query("update password_resets set expires_at = now()").execute(&pool).await.unwrap();
    assert!(set(&old, "by the link").await.is_err(), "and for a day");
    let live = link().await;
    people::deactivate(&admin, kim.user).await.unwrap();
    assert!(set(&live, "by the link").await.is_err(), "and for whoever may log in");
    assert!(auth::viewer(&world.store, &session).await.unwrap().is_none());
    let by_address = passwords::make_reset_for(&world.store, "kim@acme.example").await;
    assert!(by_address.unwrap_err().field("email").is_some());
    people::reactivate(&admin, kim.user).await.unwrap();
    assert!(passwords::make_reset_for(&world.store, " KIM@acme.example").await.is_ok());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn somebody_is_invited_in_a_role_of_the_workspaces_own(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.priya);
    let input = |name: &str, permissions: &[Permission]| RoleInput {
        name: name.into(),
        permissions: permissions.to_vec(),
    };
    let id = roles::create(&ctx, input("Billing", &[Permission::TicketsReply])).await.unwrap();
    let offer = |email: &str| InviteInput { emails: email.into(), role: GivenRole::Own(id) };
    people::invite(&ctx, offer("kim@acme.example")).await.unwrap();
    let all = people::invitations(&ctx).await.unwrap();
    assert_eq!(all[0].0.role, "Billing");
    let token = all[0].1.trim_start_matches("/join/").to_string();
    let invited = people::open(&world.store, &token).await.unwrap();
    assert_eq!(invited.own_role.map(|(_, name)| name).as_deref(), Some("Billing"));
    let error = roles::remove(&ctx, id).await.unwrap_err();
    assert!(error.field("role").unwrap().contains("Open invitations"), "{error:?}");
    // It may do more by the time that somebody comes.
    let more = [Permission::TicketsReply, Permission::TicketsWrite];
    roles::change(&ctx, id, input("Billing", &more)).await.unwrap();
    let session = join(&world, &token).await.unwrap();
    let kim = auth::viewer(&world.store, &session).await.unwrap().unwrap();
    assert!(kim.permissions.contains(Permission::TicketsReply));
    assert!(!kim.permissions.contains(Permission::CustomersWrite), "no more than the role");
    assert_eq!(kim.role, Role::Agent, "the nearest of every workspace's");
    let said: Vec<String> = sqlx::query_scalar(
        "select detail->>'role' from audit_log
        where action in ('invitation.created', 'invitation.accepted') order by at, id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(said, ["Billing", "Billing"], "the log names the role");

    // Nobody offers what they do not have, and no role of another workspace.
    let manages = [Permission::PeopleManage];
    let narrow = roles::create(&ctx, input("Front desk", &manages)).await.unwrap();
    roles::give(&ctx, world.sam.user, narrow).await.unwrap();
    let few = [Permission::PeopleManage, Permission::WorkspaceRead].into_iter().collect();
    let desk = rapport_domain::session::Viewer { permissions: few, ..world.sam.clone() };
    let error = people::invite(&world.ctx(&desk), offer("lee@acme.example")).await.unwrap_err();
    assert!(error.field("role").is_some(), "{error:?}");
    let stranger = world.stranger().await;
    let error = people::invite(&stranger, offer("lee@acme.example")).await.unwrap_err();
    assert!(error.field("role").is_some(), "{error:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn ten_thousand_people_come_a_page_at_a_time(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.priya);
    sqlx::query(
        "insert into users (workspace_id, id, email, name, role, password_hash)
        select $1, gen_random_uuid(), 'crowd' || n || '@acme.example', 'Crowd ' || (n % 500),
            'agent', ''
        from generate_series(1, 10000) n",
    )
    .bind(world.workspace.0)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("analyze users").execute(&pool).await.unwrap();
    let mut seen = std::collections::HashSet::new();
    let mut after = None;
    let began = std::time::Instant::now();
    loop {
        let page = people::list(&ctx, "", after).await.unwrap();
        assert!(page.rows.len() <= 200 && page.total > 10_000, "{}", page.total);
        seen.extend(page.rows.iter().map(|person| person.id));
        after = page.rows.last().map(|person| person.id);
        if !page.more {
            break;
        }
    }
    let pages = seen.len().div_ceil(200) as u32;
    assert!(seen.len() > 10_000, "each once, whatever their name: {}", seen.len());
    let one = began.elapsed() / pages;
    assert!(one < std::time::Duration::from_millis(400), "{one:?} a page");
    let found = people::list(&ctx, "crowd9999@", None).await.unwrap();
    assert_eq!((found.rows.len(), found.total, found.more), (1, 1, false));
    let unknown = people::list(&ctx, "", Some(UserId::generate())).await.unwrap();
    assert!(unknown.rows.is_empty(), "behind nobody is nobody");
}
