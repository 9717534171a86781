use super::*;
use rapport_domain::own_role::RoleInput;
use rapport_domain::{Permission, Role};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::{people, roles};

async fn tested(site: &Site) -> Result<(), String> {
    let ctx = site.world.ctx(&site.world.priya);
    let outcome = sso::test(&ctx, &site.providers, REDIRECT).await;
    outcome.map_err(|error| error.field("test").expect("a reason").to_string())
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_whoever_may_do_everything_decides_who_is_who(pool: PgPool) {
    let site = Site::new(pool).await;
    let world = &site.world;
    let priya = world.ctx(&world.priya);
    let manage = vec![Permission::PeopleManage];
    let input = RoleInput { name: "Office".into(), permissions: manage };
    let office = roles::create(&priya, input).await.unwrap();
    roles::give(&priya, world.vera.user, office).await.unwrap();
    let vera = world.store.person_by_email(world.workspace, &world.vera.email).await.unwrap();
    let (vera, sam) = (world.ctx(&vera.unwrap()), world.ctx(&world.sam));
    // Who looks after people sees it, and cannot change it.
    assert!(sso::shown(&vera).await.unwrap().rules.is_some());
    let said = sso::save(&vera, site.input(), Some(1)).await.unwrap_err();
    assert!(said.field("issuer").unwrap().contains("who may do everything"));
    assert!(sso::remove(&vera).await.is_err());
    assert!(sso::set_break_glass(&vera, &[]).await.is_err());
    assert!(sso::unlink(&vera, world.sam.user).await.is_err());
    assert!(sso::test(&vera, &site.providers, REDIRECT).await.is_err());
    assert_eq!(sso::shown(&sam).await.err(), Some(AppError::Forbidden));
    assert_eq!(sso::save(&sam, site.input(), None).await, Err(AppError::Forbidden));
    let stranger = world.stranger().await;
    assert!(sso::shown(&stranger).await.unwrap().rules.is_none());
    assert_eq!(sso::remove(&stranger).await, Err(AppError::NotFound));
    assert_eq!(sso::unlink(&stranger, world.sam.user).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_secret_is_sealed_and_goes_to_no_other_provider(pool: PgPool) {
    let site = Site::new(pool).await;
    let ctx = site.world.ctx(&site.world.priya);
    let stored: Vec<u8> = sqlx::query_scalar("select client_secret from sso_settings")
        .fetch_one(&site.world.pool)
        .await
        .unwrap();
    assert!(!stored.windows(4).any(|part| part == b"hush"));
    let log = site.logged("sso.changed").await;
    assert!(!log[0].to_string().contains("hush") && log[0]["new_secret"] == true);
    let elsewhere =
        SsoInput { issuer: "https://evil.example".into(), secret: None, ..site.input() };
    let refused = sso::save(&ctx, elsewhere, Some(1)).await.unwrap_err();
    assert!(refused.field("secret").is_some());
    let same = SsoInput { secret: None, ..site.input() };
    sso::save(&ctx, same.clone(), Some(1)).await.unwrap();
    // Somebody was faster.
    assert!(matches!(sso::save(&ctx, same.clone(), Some(1)).await, Err(AppError::Conflict(_))));
    assert!(matches!(sso::save(&ctx, same, None).await, Err(AppError::Conflict(_))));
    sso::remove(&ctx).await.unwrap();
    assert_eq!(sso::remove(&ctx).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_test_says_in_words_what_is_wrong(pool: PgPool) {
    let site = Site::new(pool).await;
    let said = |status: u16, error: &str, about: &str| {
        Some((status, json!({"error": error, "error_description": about}).to_string()))
    };
    for (token, words) in [
        (said(400, "invalid_grant", "no such code"), None),
        (said(401, "invalid_client", ""), Some("client ID with this client secret")),
        (said(401, "unauthorized_client", ""), Some("client ID with this client secret")),
        (said(400, "invalid_request", "redirect_uri did not match"), Some("redirect address")),
        (said(400, "odd_error", ""), Some("answered “odd_error”")),
        (Some((502, "<html>".into())), Some("no provider says")),
    ] {
        site.provider.said().token = token.clone();
        let outcome = tested(&site).await;
        match words {
            None => assert_eq!(outcome, Ok(()), "{token:?}"),
            Some(words) => {
                let text = outcome.expect_err("a fault");
                assert!(text.contains(words), "{token:?}: {text}");
            }
        }
    }
    for (document, words) in [
        ((404, "{}".to_string()), "answered 404"),
        ((200, "<html>Welcome</html>".into()), "no provider says"),
        ((200, "{}".into()), "no provider says"),
        ((200, format!("\"{}\"", "x".repeat(600 * 1024))), "no provider says"),
    ] {
        site.provider.said().document = Some(document);
        let text = tested(&site).await.unwrap_err();
        assert!(text.contains(words), "{text}");
    }
    site.provider.said().document = None;
    site.provider.said().keys.clear();
    assert!(tested(&site).await.unwrap_err().contains("no key"));
    site.provider.said().issuer = "https://other.example".into();
    let text = tested(&site).await.unwrap_err();
    assert!(text.contains("calls itself “https://other.example”"), "{text}");
    // Nobody there.
    site.save(|input| {
        input.issuer = "http://127.0.0.1:9".into();
        input.secret = Some("x".into());
    })
    .await;
    let text = tested(&site).await.unwrap_err();
    assert!(text.contains("No answer from http://127.0.0.1:9/"), "{text}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_private_network_is_asked_only_where_the_operator_named_it(pool: PgPool) {
    let site = Site::new(pool).await;
    let ctx = site.world.ctx(&site.world.priya);
    let public = Providers::new(HttpClient::new(Reach::Public).unwrap());
    let outcome = sso::test(&ctx, &public, REDIRECT).await.unwrap_err();
    assert!(outcome.field("test").unwrap().contains("RAPPORT_OUTBOUND_NETWORKS"));
    let (store, workspace) = (&site.world.store, site.world.workspace);
    let begun = sso::begin(store, &public, workspace, REDIRECT, BROWSER, "/").await;
    assert!(refused(begun).contains("cannot be reached"));
    assert_eq!(site.provider.asked("GET"), 0);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_provider_over_tls_may_name_no_address_without(pool: PgPool) {
    let site = Site::new(pool).await;
    let at = site.provider.issuer.clone();
    let document = json!({
        "issuer": at, "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": "ftp://127.0.0.1/token", "jwks_uri": format!("{at}/jwks"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    site.provider.said().document = Some((200, document.to_string()));
    assert!(tested(&site).await.unwrap_err().contains("without TLS: ftp://"));
}

/// Each alone is fine; together they would leave nobody who gets in when the provider is away.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn of_two_who_together_lock_everybody_out_one_is_refused(pool: PgPool) {
    let site = Site::new(pool).await;
    let (ctx, priya) = (site.world.ctx(&site.world.priya), site.world.priya.user);
    for _ in 0..8 {
        sso::set_break_glass(&ctx, &[priya]).await.unwrap();
        let version = sso::shown(&ctx).await.unwrap().rules.map(|(_, version)| version);
        let only = SsoInput { only: true, ..site.input() };
        let (refusing, unmarking) =
            tokio::join!(sso::save(&ctx, only, version), sso::set_break_glass(&ctx, &[]));
        assert!(refusing.is_err() || unmarking.is_err());
        let version = sso::shown(&ctx).await.unwrap().rules.map(|(_, version)| version);
        sso::save(&ctx, SsoInput { only: false, ..site.input() }, version).await.unwrap();
    }
}

/// Locking out, demoting or giving a lesser role: each would shut the last door there is.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_last_admin_with_a_password_stays_while_passwords_are_refused(pool: PgPool) {
    let site = Site::new(pool).await;
    let world = &site.world;
    let (priya, sam) = (world.ctx(&world.priya), world.sam.user);
    people::set_role(&priya, sam, Role::Admin).await.unwrap();
    sso::set_break_glass(&priya, &[sam]).await.unwrap();
    site.save(|input| input.only = true).await;
    let input = RoleInput { name: "Office".into(), permissions: vec![Permission::PeopleManage] };
    let office = roles::create(&priya, input).await.unwrap();
    for refused in [
        people::deactivate(&priya, sam).await,
        people::set_role(&priya, sam, Role::Agent).await,
        roles::give(&priya, sam, office).await,
    ] {
        let error = refused.unwrap_err();
        assert!(error.field("person").unwrap().contains("Single sign-on"), "{error:?}");
    }
    sso::set_break_glass(&priya, &[sam, world.priya.user]).await.unwrap();
    people::set_role(&priya, sam, Role::Agent).await.unwrap();
    // Where passwords work, nobody has to keep one.
    site.save(|input| input.only = false).await;
    people::set_role(&priya, sam, Role::Admin).await.unwrap();
    sso::set_break_glass(&priya, &[sam]).await.unwrap();
    people::deactivate(&priya, sam).await.unwrap();
}
