use super::*;
use rapport_domain::Role;
use rapport_domain::own_role::RoleInput;
use rapport_domain::people::{GivenRole, InviteInput};
use rapport_domain::permission::Permission;
use rapport_services::{passwords, people, roles};

fn of(email: &str) -> Value {
    json!({ "email": email })
}

fn in_groups(email: &str, groups: &[&str]) -> Value {
    json!({ "email": email, "groups": groups })
}

fn by_groups(input: &mut SsoInput) {
    input.joins = "groups".into();
    input.groups_claim = "groups".into();
    input.groups = vec![("leads".into(), "admin".into()), ("support".into(), "agent".into())];
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_member_is_found_by_a_checked_address_once_and_by_who_they_are_from_then_on(
    pool: PgPool,
) {
    let site = Site::new(pool).await;
    let sam = site.world.sam.clone();
    let unchecked = json!({"email": sam.email, "email_verified": false});
    assert!(refused(site.come("s", unchecked).await).contains("is checked"));
    let unsaid = json!({"email": sam.email, "email_verified": null});
    assert!(refused(site.come("s", unsaid.clone()).await).contains("is checked"));
    assert_eq!(site.come("s", of(&sam.email.to_uppercase())).await.unwrap().user, sam.user);
    // Their address changes there; nobody else's does any harm.
    assert_eq!(site.come("s", of("other@else.example")).await.unwrap().user, sam.user);
    assert_eq!(site.come("s", of(&site.world.vera.email)).await.unwrap().user, sam.user);
    // Somebody else is given the address there.
    assert!(refused(site.come("t", of(&sam.email)).await).contains("another login"));
    let priya = site.world.ctx(&site.world.priya);
    sso::unlink(&priya, sam.user).await.unwrap();
    assert_eq!(site.come("t", of(&sam.email)).await.unwrap().user, sam.user);
    assert_eq!(site.logged("sso.linked").await.len(), 2);
    assert_eq!(site.logged("sso.refused").await.len(), 3);
    // Where the directory is their own, it need not say.
    site.save(|input| input.trusts_addresses = true).await;
    let vera = json!({"email": site.world.vera.email, "email_verified": null});
    assert_eq!(site.come("v", vera).await.unwrap().user, site.world.vera.user);
    let denied = json!({"email": site.world.priya.email, "email_verified": false});
    assert!(refused(site.come("p", denied).await).contains("is checked"));
    // Who is deactivated stays out, by either.
    people::deactivate(&priya, sam.user).await.unwrap();
    people::deactivate(&priya, site.world.vera.user).await.unwrap();
    sso::unlink(&priya, site.world.vera.user).await.unwrap();
    for (subject, email) in [("t", &sam.email), ("new", &site.world.vera.email)] {
        assert!(refused(site.come(subject, of(email)).await).contains("deactivated"));
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn somebody_new_comes_in_only_where_the_rules_let_them(pool: PgPool) {
    let site = Site::new(pool).await;
    let priya = site.world.ctx(&site.world.priya);
    assert!(refused(site.come("n", of("nina@acme.example")).await).contains("not a member here"));
    let emails = "nina@acme.example, olaf@other.example".to_string();
    people::invite(&priya, InviteInput { emails, role: GivenRole::BuiltIn(Role::Agent) })
        .await
        .unwrap();
    let nina = site.come("n", of("Nina@acme.example")).await.unwrap();
    assert_eq!((nina.name.as_str(), nina.role), ("Nina New", Role::Agent));
    assert_eq!(site.logged("invitation.accepted").await.len(), 1);

    site.save(|input| {
        (input.joins, input.domains) = ("domains".into(), vec!["acme.example".into()]);
    })
    .await;
    // An invitation does not reach beyond the domains either.
    for email in ["olaf@other.example", "x@sub.acme.example", "x@acme.example.evil.example"] {
        assert!(refused(site.come("o", of(email)).await).contains("your domain"), "{email}");
    }
    let unnamed = json!({"email": "lee@acme.example", "name": "  "});
    site.provider.said().userinfo = json!({"sub": "l"});
    let lee = site.come("l", unnamed).await.unwrap();
    assert_eq!((lee.name.as_str(), lee.role), ("lee", Role::Viewer));
    assert_eq!(site.logged("sso.joined").await.len(), 2);
    // An address that is somebody's in another workspace.
    let stranger = site.world.stranger().await;
    let rapport_services::Actor::User(olga) = &stranger.actor else { panic!("a person") };
    assert!(refused(site.come("x", of(&olga.email)).await).contains("another workspace"));

    site.save(by_groups).await;
    let none = in_groups("kim@acme.example", &["sales", "Support"]);
    assert!(refused(site.come("k", none).await).contains("None of your groups"));
    let kim = site.come("k", in_groups("kim@acme.example", &["support"])).await.unwrap();
    assert_eq!(kim.role, Role::Agent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn groups_give_and_take_but_never_the_last_admin_s_role(pool: PgPool) {
    let site = Site::with(pool, by_groups).await;
    let (sam, priya) = (site.world.sam.clone(), site.world.priya.clone());
    let risen = site.come("s", in_groups(&sam.email, &["support", "leads"])).await.unwrap();
    assert_eq!(risen.role, Role::Admin);
    assert!(risen.may(Permission::PeopleManage));
    let back = site.come("s", in_groups(&sam.email, &["support"])).await.unwrap();
    assert_eq!(back.role, Role::Agent);
    let changes = site.logged("person.role_changed").await;
    assert_eq!((changes.len(), &changes[0]["by"]), (2, &json!("groups")));
    // Whoever left all groups is out at the next log-in.
    assert!(refused(site.come("s", in_groups(&sam.email, &[])).await).contains("groups"));
    // Priya is the only admin.
    let kept = site.come("p", in_groups(&priya.email, &["support"])).await.unwrap();
    assert_eq!(kept.role, Role::Admin);
    site.come("s", in_groups(&sam.email, &["leads"])).await.unwrap();
    // Marked, her role is her own also where there are other admins.
    let ctx = site.world.ctx(&priya);
    sso::set_break_glass(&ctx, &[priya.user]).await.unwrap();
    let kept = site.come("p", in_groups(&priya.email, &["support"])).await.unwrap();
    assert_eq!(kept.role, Role::Admin);
    sso::set_break_glass(&ctx, &[]).await.unwrap();
    let taken = site.come("p", in_groups(&priya.email, &["support"])).await.unwrap();
    assert_eq!(taken.role, Role::Agent);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_group_can_give_a_role_of_the_workspace_s_own(pool: PgPool) {
    let site = Site::new(pool).await;
    let ctx = site.world.ctx(&site.world.priya);
    let input = RoleInput { name: "Billing".into(), permissions: vec![Permission::TicketsReply] };
    let billing = roles::create(&ctx, input).await.unwrap();
    site.save(|input| {
        by_groups(input);
        input.groups.push(("billing".into(), billing.to_string()));
    })
    .await;
    let kim = site.come("k", in_groups("kim@acme.example", &["billing"])).await.unwrap();
    assert!(kim.may(Permission::TicketsReply) && !kim.may(Permission::CustomersWrite));
    assert!(roles::remove(&ctx, billing).await.unwrap_err().field("role").is_some());
    site.save(by_groups).await;
    people::set_role(&ctx, kim.user, Role::Viewer).await.unwrap();
    roles::remove(&ctx, billing).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn where_passwords_are_refused_every_door_of_theirs_is_shut(pool: PgPool) {
    let site = Site::new(pool).await;
    let (world, priya) = (&site.world, site.world.ctx(&site.world.priya));
    let (password, from) = ("correct horse battery", Device::default());
    for person in [&world.priya, &world.sam] {
        let path = passwords::make_reset_for(&world.store, &person.email).await.unwrap();
        let token = path.trim_start_matches("/reset/").to_string();
        passwords::reset(&world.store, &token, password.into(), &from).await.unwrap();
    }
    people::invite(
        &priya,
        InviteInput { emails: "new@acme.example".into(), role: GivenRole::BuiltIn(Role::Agent) },
    )
    .await
    .unwrap();
    let join = people::invitations(&priya).await.unwrap()[0].1.clone();
    let reset = passwords::make_reset(&priya, world.sam.user).await.unwrap();
    let (_, version) = sso::shown(&priya).await.unwrap().rules.unwrap();
    let only = SsoInput { only: true, secret: None, ..site.input() };
    let unmarked = sso::save(&priya, only.clone(), Some(version)).await.unwrap_err();
    assert!(unmarked.field("only").unwrap().contains("mark an admin"));
    // Only an admin can be marked.
    sso::set_break_glass(&priya, &[world.sam.user, world.priya.user]).await.unwrap();
    sso::save(&priya, only, Some(version)).await.unwrap();
    assert!(sso::set_break_glass(&priya, &[]).await.unwrap_err().field("admin").is_some());

    let log_in = async |email: &str| auth::login(&world.store, email, password, &from).await;
    assert!(refused(log_in(&world.sam.email).await).contains("does not allow passwords"));
    let wrong = auth::login(&world.store, &world.sam.email, "not it at all", &from).await;
    assert!(wrong.unwrap_err().field("password").is_some(), "who does not know it learns nothing");
    let token = reset.trim_start_matches("/reset/");
    let by_link = passwords::reset(&world.store, token, "another long one".into(), &from).await;
    assert!(refused(by_link).contains("does not allow passwords"));
    let token = join.trim_start_matches("/join/");
    let joined = people::accept(&world.store, token, "New", password.into(), &from).await;
    assert!(refused(joined).contains("does not allow passwords"));
    assert_eq!(site.come("s", of(&world.sam.email)).await.unwrap().user, world.sam.user);
    // The glass is broken.
    assert!(log_in(&world.priya.email).await.unwrap().session().is_some());
    assert_eq!(sso::let_passwords_in(&world.store).await.unwrap(), 1);
    assert!(log_in(&world.sam.email).await.unwrap().session().is_some());
    assert_eq!(site.logged("sso.only_ended").await.len(), 1);
    assert_eq!(sso::let_passwords_in(&world.store).await.unwrap(), 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_second_factor_is_the_provider_s_business(pool: PgPool) {
    let site = Site::new(pool).await;
    sqlx::query(
        "insert into two_factors (workspace_id, user_id, secret, created_at, confirmed_at)
        values ($1, $2, '', now(), now())",
    )
    .bind(site.world.workspace.0)
    .bind(site.world.sam.user.0)
    .execute(&site.world.pool)
    .await
    .unwrap();
    site.come("s", of(&site.world.sam.email)).await.unwrap();
    let begun = site.logged("session.begun").await;
    assert_eq!(begun[0]["by"], "single sign-on");
}
