use crate::world::World;
use rapport_domain::account::{AccountEdit, AccountInput};
use rapport_domain::api_key::KeyKind;
use rapport_domain::customer::{
    CustomerEdit, CustomerInput, CustomerKind, CustomerQuery, NewCustomer,
};
use rapport_domain::fields::{FieldEdit, FieldEntity, FieldType, NewField};
use rapport_domain::identity::Proof;
use rapport_domain::{ApiKeyId, AppError, Permission};
use rapport_services::{Ctx, accounts, customers, fields};
use rapport_store::api_keys::ApiKey;
use serde_json::json;
use sqlx::PgPool;

fn input(value: serde_json::Value) -> CustomerInput {
    serde_json::from_value(value).unwrap()
}

/// A request with the workspace's secret key.
fn server(world: &World) -> Ctx {
    let key = ApiKey {
        old_secret: None,
        workspace: world.workspace,
        id: ApiKeyId::generate(),
        name: "Server".into(),
        kind: KeyKind::Secret,
        scopes: Permission::SCOPES.to_vec(),
        allowed_origins: Vec::new(),
        last_used_at: None,
    };
    Ctx::for_api_key(world.store.clone(), &key)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_upsert_creates_once_and_then_changes(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = server(&world);
    let first = json!({
        "external_id": "u1", "email": "Alex@x.example", "emails": ["second@x.example"],
        "name": "Alex Morgan", "city": "Austin", "account": { "name": "Northwind" }
    });
    let first = customers::upsert(&ctx, input(first)).await.unwrap();
    assert!(first.created);
    let again =
        json!({ "external_id": "u1", "email": "second@x.example", "phone": "+1 415 555 0134" });
    let again = customers::upsert(&ctx, input(again)).await.unwrap();
    assert!(!again.created);
    let customer = again.item;
    assert_eq!(customer.id, first.item.id);
    assert_eq!(customer.kind, CustomerKind::Customer);
    assert_eq!(customer.email.as_deref(), Some("second@x.example"));
    assert_eq!(customer.phone.as_deref(), Some("+14155550134"));
    assert_eq!(customer.details.city.as_deref(), Some("Austin"));
    assert_eq!(customer.account.unwrap().name, "Northwind");
    assert_eq!(customer.identifiers.len(), 4);
    assert!(customer.identifiers.iter().all(|i| i.verified_by == Some(Proof::Api)));
    assert!(customer.version > first.item.version);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_word_of_the_system_proves_nobody(pool: PgPool) {
    let world = World::new(pool).await;
    let system = Ctx::for_system(world.store.clone(), world.workspace, "A connection");
    let said = || input(json!({ "external_id": "u1", "email": "alex@x.example" }));
    let made = customers::upsert(&system, said()).await.unwrap().item;
    assert_eq!(made.kind, CustomerKind::Visitor);
    assert!(made.identifiers.iter().all(|i| i.verified_by.is_none() && i.verified_at.is_none()));
    // What a server has proven stays proven, whoever writes afterwards.
    let proven = customers::upsert(&server(&world), said()).await.unwrap().item;
    assert_eq!((proven.id, proven.kind), (made.id, CustomerKind::Customer));
    let after = customers::upsert(&system, said()).await.unwrap().item;
    assert_eq!(after.kind, CustomerKind::Customer);
    assert!(after.identifiers.iter().all(|i| i.verified_by == Some(Proof::Api)));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_upsert_never_moves_an_identifier(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = server(&world);
    let a = json!({ "external_id": "a", "email": "a@x.example" });
    let a = customers::upsert(&ctx, input(a)).await.unwrap().item;
    customers::upsert(&ctx, input(json!({ "external_id": "b" }))).await.unwrap();
    let thief = input(json!({ "external_id": "b", "name": "B", "email": "a@x.example" }));
    let error = customers::upsert(&ctx, thief).await.unwrap_err();
    assert_eq!(error, AppError::Taken { field: "email".into(), owner: a.id });
    let form = NewCustomer { name: "A".into(), email: "A@x.example".into(), ..Default::default() };
    let error = customers::create(&world.ctx(&world.sam), form).await.unwrap_err();
    assert_eq!(error, AppError::Taken { field: "email".into(), owner: a.id });
    let nobody = customers::upsert(&ctx, input(json!({ "external_id": "null" }))).await;
    assert!(nobody.unwrap_err().field("external_id").is_some());
    let nobody = customers::upsert(&ctx, input(json!({ "name": "Nobody" }))).await;
    assert!(nobody.unwrap_err().field("external_id").is_some());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn upserts_at_once_create_one_customer(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = server(&world);
    let send = |name: &str| {
        let body = json!({ "external_id": "u1", "email": "a@x.example", "name": name, "account": { "name": "N" } });
        customers::upsert(&ctx, input(body))
    };
    let (a, b, c) = tokio::join!(send("A"), send("B"), send("C"));
    let created = [a.unwrap(), b.unwrap(), c.unwrap()].iter().filter(|u| u.created).count();
    assert_eq!(created, 1);
    assert_eq!(accounts::search(&ctx, "n").await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_second_of_two_edits_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let version = customers::get(&ctx, world.customer).await.unwrap().version;
    let edit = |city: &str| CustomerEdit {
        version,
        city: Some(city.into()),
        emails: Some("first@x.example, second@x.example".into()),
        ..CustomerEdit::default()
    };
    let after = customers::edit(&ctx, world.customer, edit("Austin")).await.unwrap();
    assert_eq!(after.email.as_deref(), Some("first@x.example"));
    let error = customers::edit(&ctx, world.customer, edit("Berlin")).await.unwrap_err();
    assert!(matches!(error, AppError::Conflict(_)), "{error}");
    let now = customers::get(&ctx, world.customer).await.unwrap();
    assert_eq!(now.details.city.as_deref(), Some("Austin"));
    let swap = CustomerEdit {
        version: now.version,
        emails: Some("second@x.example".into()),
        ..CustomerEdit::default()
    };
    let after = customers::edit(&ctx, world.customer, swap).await.unwrap();
    assert_eq!(after.email.as_deref(), Some("second@x.example"));
    assert_eq!(after.identifiers.len(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn two_people_edit_different_fields_of_one_customer(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let was = CustomerEdit::of(&customers::get(&ctx, world.customer).await.unwrap());
    let edit = |field: &str, text: &str| {
        let mut form = was.clone();
        form.set_text(field, text);
        form
    };
    let save =
        async |form| customers::edit_since(&ctx, world.customer, form, Some(was.clone())).await;
    save(edit("city", "Austin")).await.unwrap();
    let after = save(edit("company", "Acme")).await.unwrap();
    assert_eq!(after.details.city.as_deref(), Some("Austin"), "left as it is by now");
    let after = save(edit("city", "Austin")).await.unwrap();
    assert_eq!(after.details.company.as_deref(), Some("Acme"));
    let error = save(edit("city", "Berlin")).await.unwrap_err();
    assert!(error.field("city").is_some_and(|m| m.contains("“Austin”")), "{error}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn linking_an_account_is_told_in_the_timeline(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let ctx = world.ctx(&world.sam);
    let named = AccountInput { name: Some("Northwind".into()), ..Default::default() };
    let account = accounts::upsert(&ctx, named).await.unwrap().item;
    let version = customers::get(&ctx, world.customer).await.unwrap().version;
    let after =
        customers::link_account(&ctx, world.customer, account.id, Some(version)).await.unwrap();
    assert_eq!(after.account.unwrap().id, account.id);
    let stale = customers::unlink_account(&ctx, world.customer, Some(version)).await;
    assert!(matches!(stale, Err(AppError::Conflict(_))));
    customers::unlink_account(&ctx, world.customer, Some(after.version)).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("select name from timeline_events where customer_id = $1 order by id")
            .bind(world.customer.0)
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(names, ["customer.account_linked", "customer.account_unlinked"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn viewers_read_and_strangers_find_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let vera = world.ctx(&world.vera);
    let list = customers::list(&vera, CustomerQuery::default()).await.unwrap();
    assert_eq!(list.items.len(), 1);
    let form = NewCustomer { name: "X".into(), ..Default::default() };
    assert_eq!(customers::create(&vera, form).await, Err(AppError::Forbidden));
    let edit = CustomerEdit { version: 1, ..Default::default() };
    assert_eq!(
        customers::edit(&vera, world.customer, edit.clone()).await,
        Err(AppError::Forbidden)
    );
    assert_eq!(
        customers::unlink_account(&vera, world.customer, None).await,
        Err(AppError::Forbidden)
    );

    let named = AccountInput { name: Some("Northwind".into()), ..Default::default() };
    let account = accounts::upsert(&world.ctx(&world.sam), named).await.unwrap().item.id;
    let stranger = world.stranger().await;
    assert_eq!(customers::get(&stranger, world.customer).await, Err(AppError::NotFound));
    assert_eq!(customers::edit(&stranger, world.customer, edit).await, Err(AppError::NotFound));
    assert_eq!(accounts::get(&stranger, account).await, Err(AppError::NotFound));
    let edit = AccountEdit { version: 1, ..Default::default() };
    assert_eq!(accounts::edit(&stranger, account, edit).await, Err(AppError::NotFound));
    let link = customers::link_account(&stranger, world.customer, account, None).await;
    assert_eq!(link, Err(AppError::NotFound));
    let of_account = CustomerQuery { account: Some(account), ..Default::default() };
    assert_eq!(customers::list(&stranger, of_account).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn custom_fields_are_set_up_by_admins_and_checked_on_writes(pool: PgPool) {
    let world = World::new(pool).await;
    let new = |key: &str| NewField {
        entity: FieldEntity::Customer,
        key: key.into(),
        label: "Seats".into(),
        kind: FieldType::Number,
        options: vec![],
        sensitive: false,
    };
    let refused = fields::create(&world.ctx(&world.sam), new("seats")).await;
    assert_eq!(refused, Err(AppError::Forbidden));
    let admin = world.ctx(&world.priya);
    let seats = fields::create(&admin, new("seats")).await.unwrap();
    let twice = fields::create(&admin, new("seats")).await.unwrap_err();
    assert!(twice.field("key").is_some(), "{twice}");
    assert!(fields::create(&admin, new("email")).await.unwrap_err().field("key").is_some());

    let ctx = server(&world);
    let good = json!({ "external_id": "u1", "fields": { "seats": 12 } });
    let customer = customers::upsert(&ctx, input(good)).await.unwrap().item;
    assert_eq!(customer.details.fields["seats"], json!(12));
    for wrong in [json!({ "seats": "12" }), json!({ "ghost": 1 })] {
        let body = json!({ "external_id": "u1", "fields": wrong });
        assert!(matches!(customers::upsert(&ctx, input(body)).await, Err(AppError::Invalid(_))));
    }
    fields::archive(&admin, seats.id).await.unwrap();
    let body = json!({ "external_id": "u1", "fields": { "seats": 13 } });
    assert!(customers::upsert(&ctx, input(body)).await.is_err());
    assert!(fields::list(&admin, None, false).await.unwrap().is_empty());
    let back =
        FieldEdit { archived: Some(false), label: Some("Places".into()), ..Default::default() };
    assert_eq!(fields::update(&admin, seats.id, back).await.unwrap().label, "Places");
    let stranger = world.stranger().await;
    assert_eq!(fields::archive(&stranger, seats.id).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn accounts_are_found_by_external_id_then_name(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let body = |value| serde_json::from_value::<AccountInput>(value).unwrap();
    let a = body(json!({ "external_id": "n1", "name": "Northwind", "domains": ["NW.example"] }));
    let a = accounts::upsert(&ctx, a).await.unwrap();
    let same = accounts::upsert(&ctx, body(json!({ "name": "northwind", "plan": "Growth" })))
        .await
        .unwrap();
    assert!(a.created && !same.created);
    assert_eq!((same.item.id, same.item.details.plan.as_deref()), (a.item.id, Some("Growth")));
    let b = accounts::upsert(&ctx, body(json!({ "name": "Brightside" }))).await.unwrap().item;
    let clash =
        AccountEdit { version: b.version, external_id: Some("n1".into()), ..Default::default() };
    let clash = accounts::edit(&ctx, b.id, clash).await.unwrap_err();
    assert!(clash.field("external_id").is_some(), "{clash}");
    let stale = AccountEdit { version: b.version - 1, ..Default::default() };
    assert!(matches!(accounts::edit(&ctx, b.id, stale).await, Err(AppError::Conflict(_))));
    // Somebody new with the account's domain belongs to it.
    let new = input(json!({ "email": "kim@nw.example" }));
    let kim = customers::upsert(&server(&world), new).await.unwrap().item;
    assert_eq!(kim.account.map(|a| a.id), Some(a.item.id));
}
