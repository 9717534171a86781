use crate::world::{World, insert_person};
use rapport_domain::api_key::{KeyInput, KeyKind};
use rapport_domain::own_role::RoleInput;
use rapport_domain::ticket::{Channel, NewTicket, Status};
use rapport_domain::{AppError, Permission, PermissionSet, Role};
use rapport_services::people::HandOver;
use rapport_services::{Ctx, api_keys, customers, people, roles, tickets, two_factor};
use sqlx::PgPool;

fn input(name: &str, permissions: &[Permission]) -> RoleInput {
    RoleInput { name: name.into(), permissions: permissions.to_vec() }
}

/// Somebody's circumstances as the database has them now.
async fn now(world: &World, email: &str) -> Ctx {
    let viewer = world.store.person_by_email(world.workspace, email).await.unwrap().unwrap();
    world.ctx(&viewer)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_has_a_role_may_do_what_it_says_and_nothing_else(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let merger =
        roles::create(&admin, input("Merger", &[Permission::CustomersMerge])).await.unwrap();
    roles::give(&admin, world.sam.user, merger).await.unwrap();
    let sam = now(&world, &world.sam.email).await;
    assert!(customers::get(&sam, world.customer).await.is_ok(), "what it needs is in it");
    assert_eq!(roles::list(&sam).await.unwrap_err(), AppError::Forbidden);
    assert_eq!(
        customers::unlink_account(&sam, world.customer, None).await.unwrap_err(),
        AppError::Forbidden
    );
    // Who cannot write a ticket is given none.
    let people = world.store.assignable(world.workspace).await.unwrap().people;
    assert!(people.iter().all(|p| p.id != world.sam.user));
    let listed = people::list(&admin, "Sam", None).await.unwrap();
    assert_eq!(listed.rows[0].role_label(), "Merger");
    // The role changes for whoever has it.
    let more = input("Merger", &[Permission::CustomersMerge, Permission::TicketsWrite]);
    roles::change(&admin, merger, more).await.unwrap();
    let own = roles::list(&admin).await.unwrap();
    assert_eq!((own.len(), own[0].people), (1, 1));
    assert!(own[0].permissions.contains(Permission::TicketsWrite));
    let people = world.store.assignable(world.workspace).await.unwrap().people;
    assert!(people.iter().any(|p| p.id == world.sam.user));
    // One that somebody has stays; back in a role of every workspace, they have that again.
    assert!(roles::remove(&admin, merger).await.unwrap_err().field("role").is_some());
    people::set_role(&admin, world.sam.user, Role::Agent).await.unwrap();
    let sam = now(&world, &world.sam.email).await;
    assert!(customers::unlink_account(&sam, world.customer, None).await.is_ok());
    roles::remove(&admin, merger).await.unwrap();
    assert_eq!(roles::remove(&admin, merger).await, Err(AppError::NotFound));
    let stranger = world.stranger().await;
    assert_eq!(roles::list(&stranger).await.unwrap(), []);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn nobody_gives_what_they_do_not_have_or_touches_whoever_has_more(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let hr = roles::create(&admin, input("HR", &[Permission::PeopleManage])).await.unwrap();
    let hanna = insert_person(&world.store, world.workspace, "Hanna", Role::Viewer).await;
    roles::give(&admin, hanna.user, hr).await.unwrap();
    let hanna = now(&world, &hanna.email).await;
    let everything = input("Everything", Permission::ALL);
    assert!(roles::create(&hanna, everything).await.unwrap_err().field("permissions").is_some());
    let raised = input("HR", &[Permission::PeopleManage, Permission::DataExport]);
    assert!(roles::change(&hanna, hr, raised).await.unwrap_err().field("permissions").is_some());
    for (who, role) in [(hanna.user().unwrap(), Role::Admin), (world.vera.user, Role::Agent)] {
        let refused = people::set_role(&hanna, who, role).await.unwrap_err();
        assert!(
            refused.field("role").is_some() || refused.field("person").is_some(),
            "{refused:?}"
        );
    }
    // Nobody's way to an admin's account leads over their password, phone or role.
    let admins = world.priya.user;
    for refused in [
        people::set_role(&hanna, admins, Role::Viewer).await,
        people::deactivate(&hanna, admins).await,
        rapport_services::passwords::make_reset(&hanna, admins).await.map(drop),
        two_factor::reset(&hanna, admins).await,
    ] {
        assert!(refused.unwrap_err().field("person").is_some());
    }
    let all: PermissionSet = Permission::ALL.iter().copied().collect();
    assert_eq!(all, PermissionSet::all());
    assert!(
        roles::create(&admin, input("hr", &[Permission::TicketsRead]))
            .await
            .unwrap_err()
            .field("name")
            .is_some()
    );
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_reaches_no_further_than_whoever_makes_it(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let keeper = input("Keeper", &[Permission::PeopleManage, Permission::TicketsRead]);
    let keeper = roles::create(&admin, keeper).await.unwrap();
    roles::give(&admin, world.sam.user, keeper).await.unwrap();
    let sam = now(&world, &world.sam.email).await;
    let key = |name: &str, scope| KeyInput {
        name: name.into(),
        kind: KeyKind::Secret,
        scopes: vec![scope],
        allowed_origins: Vec::new(),
        days: 30,
    };
    let more = api_keys::create(&sam, key("Writes", Permission::TicketsWrite)).await;
    assert!(more.unwrap_err().field("scopes").is_some());
    assert!(api_keys::create(&admin, key("Writes", Permission::TicketsWrite)).await.is_ok());
    // A key is for machines: what is for people is no scope of one.
    let people = api_keys::create(&admin, key("People", Permission::PeopleManage)).await;
    assert!(people.unwrap_err().field("scopes").is_some());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_leaves_hands_over_what_is_open_or_nothing_happens_at_all(pool: PgPool) {
    let world = World::new(pool).await;
    let (admin, sam) = (world.ctx(&world.priya), world.sam.user);
    let mut numbers = Vec::new();
    for (subject, status) in
        [("Open", Status::Open), ("New", Status::New), ("Done", Status::Closed)]
    {
        let new = NewTicket {
            assignee_id: Some(sam),
            status: Some(status),
            ..NewTicket::new(world.customer, subject, Channel::Phone)
        };
        numbers.push(tickets::create(&admin, new).await.unwrap().number);
    }
    let active = async || now(&world, &world.sam.email).await.user().is_some();
    // To nobody who could take them: refused before anything was done.
    for to in [sam, world.vera.user] {
        let refused = people::leave(&admin, sam, HandOver::To(to)).await.unwrap_err();
        assert!(refused.field("hand_over").is_some(), "{refused:?}");
    }
    let hr = roles::create(&admin, input("HR", &[Permission::PeopleManage])).await.unwrap();
    let hanna = insert_person(&world.store, world.workspace, "Hanna", Role::Viewer).await;
    roles::give(&admin, hanna.user, hr).await.unwrap();
    let hanna = now(&world, &hanna.email).await;
    let refused = people::leave(&hanna, world.vera.user, HandOver::Nobody).await.unwrap_err();
    assert!(refused.field("hand_over").or(refused.field("person")).is_some(), "{refused:?}");
    assert!(active().await);
    assert_eq!(people::leave(&admin, sam, HandOver::To(world.priya.user)).await, Ok(2));
    let mut whose = Vec::new();
    for number in &numbers {
        whose.push(tickets::get(&admin, *number).await.unwrap().row.assignee.map(|a| a.id));
    }
    assert_eq!(whose, [Some(world.priya.user), Some(world.priya.user), Some(sam)]);
    assert!(
        world.store.person_by_email(world.workspace, &world.sam.email).await.unwrap().is_none()
    );
}
