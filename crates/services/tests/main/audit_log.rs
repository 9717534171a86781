use crate::world::World;
use rapport_domain::AppError;
use rapport_domain::audit::Action;
use rapport_domain::audit_log::{AuditQuery, Who};
use rapport_domain::role::Role;
use rapport_domain::session::Device;
use rapport_services::{Ctx, audit_log, auth, passwords, people};
use sqlx::PgPool;

async fn lines(ctx: &Ctx, query: AuditQuery) -> Vec<(String, String)> {
    let page = audit_log::page(ctx, &query).await.unwrap();
    page.lines.into_iter().map(|l| (l.who.label().to_string(), l.action)).collect()
}

/// Two deeds of Priya's.
async fn deeds(world: &World) -> Ctx {
    let ctx = world.ctx(&world.priya);
    people::set_role(&ctx, world.sam.user, Role::Viewer).await.unwrap();
    people::set_role(&ctx, world.sam.user, Role::Agent).await.unwrap();
    ctx
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_log_is_filtered_by_who_what_to_what_and_when(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = deeds(&world).await;
    audit_log::set_days(&ctx, 100).await.unwrap();
    let all = lines(&ctx, AuditQuery::default()).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0], ("Priya Raman".into(), "audit.days_set".into()), "newest first");
    let by = |query| lines(&ctx, query);
    let person = AuditQuery { person: Some(world.sam.user), ..AuditQuery::default() };
    assert_eq!(by(person).await, []);
    let person = AuditQuery { person: Some(world.priya.user), ..AuditQuery::default() };
    assert_eq!(by(person).await.len(), 3);
    let action = AuditQuery { action: Some(Action::PersonRoleChanged), ..AuditQuery::default() };
    assert_eq!(by(action).await.len(), 2);
    let object = AuditQuery { object: Some(world.sam.user.to_string()), ..AuditQuery::default() };
    assert_eq!(by(object).await.len(), 2);
    let today = ctx.now.date_naive();
    let days = |from, to| AuditQuery { from, to, ..AuditQuery::default() };
    assert_eq!(by(days(Some(today), Some(today))).await.len(), 3);
    assert_eq!(by(days(today.succ_opt(), None)).await, []);
    assert_eq!(by(days(None, today.pred_opt())).await, []);
    let first = audit_log::page(&ctx, &AuditQuery::default()).await.unwrap().lines[0].clone();
    assert!(matches!(first.who, Who::Person(id, _) if id == world.priya.user));
    let rest = AuditQuery { after: Some(first.id), ..AuditQuery::default() };
    assert_eq!(by(rest).await.len(), 2);
    // Agents do not read it, and nobody reads another's.
    let refused = audit_log::page(&world.ctx(&world.sam), &AuditQuery::default()).await;
    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
    assert_eq!(lines(&world.stranger().await, AuditQuery::default()).await, []);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_line_that_was_changed_or_taken_out_is_found(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    deeds(&world).await;
    let before = audit_log::verify(&world.store, world.workspace, None).await.unwrap();
    assert_eq!((before.seals, before.unsealed), (0, 2));
    audit_log::keep(&world.store).await.unwrap();
    deeds(&world).await;
    audit_log::keep(&world.store).await.unwrap();
    let whole = audit_log::verify(&world.store, world.workspace, None).await.unwrap();
    assert_eq!((whole.seals, whole.lines, whole.unsealed), (2, 4, 0));
    assert_eq!((whole.broken, whole.expected), (None, true));
    let newest = whole.newest.to_uppercase();
    let found = audit_log::verify(&world.store, world.workspace, Some(&newest)).await.unwrap();
    assert!(found.expected);
    let other = audit_log::verify(&world.store, world.workspace, Some("00")).await.unwrap();
    assert!(!other.expected);

    // The database refuses what is no deed of its own.
    for statement in [
        "update audit_log set object = 'x'",
        "delete from audit_log",
        "update audit_log set seal = null",
        "update audit_seals set hash = ''",
        "delete from audit_seals",
    ] {
        assert!(sqlx::query(statement).execute(&pool).await.is_err(), "{statement}");
    }
    // Whoever owns the database can do without the guard, and is found out.
    let tampered = |statement: &'static str| {
        let (pool, store, workspace) = (pool.clone(), world.store.clone(), world.workspace);
        async move {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query("alter table audit_log disable trigger guard")
                .execute(&mut *tx)
                .await
                .unwrap();
            sqlx::query(statement).execute(&mut *tx).await.unwrap();
            sqlx::query("alter table audit_log enable trigger guard")
                .execute(&mut *tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            audit_log::verify(&store, workspace, None).await.unwrap().broken.map(|(n, _)| n)
        }
    };
    let changed = "update audit_log set detail = '{}' where seal = 2 and detail <> '{}'";
    assert_eq!(tampered(changed).await, Some(2));
    let gone = "delete from audit_log where id = (select id from audit_log where seal = 1 limit 1)";
    assert_eq!(tampered(gone).await, Some(1));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_old_goes_and_the_chain_holds(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = deeds(&world).await;
    for days in [29, 3651] {
        assert!(audit_log::set_days(&ctx, days).await.unwrap_err().field("days").is_some());
    }
    sqlx::query(
        "insert into audit_log (workspace_id, id, at, actor_kind, action, object)
        values ($1, gen_random_uuid(), now() - interval '401 days', 'system', 'old.deed', 'x')",
    )
    .bind(world.workspace.0)
    .execute(&pool)
    .await
    .unwrap();
    // The old line is sealed apart from those that stay.
    sqlx::query("select seal_audit_log($1, 1)")
        .bind(world.workspace.0)
        .execute(&pool)
        .await
        .unwrap();
    audit_log::keep(&world.store).await.unwrap();
    let left = lines(&ctx, AuditQuery::default()).await;
    assert!(left.len() <= 3, "{left:?}");
    let chain = audit_log::verify(&world.store, world.workspace, None).await.unwrap();
    assert_eq!(chain.broken, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_was_refused_at_the_log_in_is_in_it_and_a_guessed_address_is_not(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let path = passwords::make_reset(&ctx, world.sam.user).await.unwrap();
    let (token, from) = (path.trim_start_matches("/reset/"), Device::default());
    passwords::reset(&world.store, token, "correct horse".into(), &from).await.unwrap();
    let from = Device {
        address: "203.0.113.4".into(),
        agent: "Firefox/1 Linux".into(),
        ..Device::default()
    };
    for email in [world.sam.email.as_str(), "nobody@acme.example"] {
        assert!(auth::login(&world.store, email, "guess-guess", &from).await.is_err());
    }
    let query = AuditQuery { action: Some(Action::LogInRefused), ..AuditQuery::default() };
    let lines = audit_log::page(&ctx, &query).await.unwrap().lines;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].object, world.sam.user.to_string());
    assert_eq!((&lines[0].who, lines[0].address.as_str()), (&Who::System, "203.0.113.4"));
    assert_eq!(lines[0].detail["wrong"], "password");
    auth::login(&world.store, &world.sam.email, "correct horse", &from).await.unwrap();
    let begun = AuditQuery { action: Some(Action::LoggedIn), ..AuditQuery::default() };
    assert!(!audit_log::page(&ctx, &begun).await.unwrap().lines.is_empty());
}
