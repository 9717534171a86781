//! Sensitive fields: who looks at a value, who changes one, and what is written down of it.

use crate::world::World;
use rapport_domain::audit::Action;
use rapport_domain::audit_log::{AuditLine, AuditQuery};
use rapport_domain::customer::{CustomerEdit, CustomerInput};
use rapport_domain::fields::{
    FieldDef, FieldEdit, FieldEntity, FieldOwner, FieldType, HIDDEN, NOT_YOURS_TO_CHANGE, NewField,
};
use rapport_domain::macros::NewMacro;
use rapport_domain::merge::{FieldChoice, MergeForm};
use rapport_domain::message::{Desk, MessageMode};
use rapport_domain::session::Viewer;
use rapport_domain::ticket::{Channel, NewTicket, TicketChange, TicketEdit};
use rapport_domain::timeline::{Position, TimelineFilter, TimelineQuery};
use rapport_domain::{ApiKeyId, AppError, CustomerId, Permission, PermissionSet};
use rapport_services::tickets::Seen;
use rapport_services::{
    Actor, Ctx, audit_log, customers, fields, macros, messages, tickets, timeline,
};
use serde_json::{Value, json};
use sqlx::PgPool;

/// A value that nobody has to see.
const SECRET: &str = "zq7canary";

async fn define(ctx: &Ctx, entity: FieldEntity, sensitive: bool) -> FieldDef {
    let field = NewField {
        entity,
        key: "bank_account".into(),
        label: "Bank account".into(),
        kind: FieldType::Text,
        options: vec![],
        sensitive,
    };
    fields::create(ctx, field).await.unwrap()
}

/// A server with these scopes.
fn key(world: &World, scopes: &[Permission]) -> Ctx {
    let permissions = PermissionSet::of_scopes(scopes);
    let actor = Actor::ApiKey { id: ApiKeyId::generate(), name: "Billing".into(), permissions };
    Ctx { actor, ..world.ctx(&world.priya) }
}

/// An agent who may see sensitive fields.
fn trusted(world: &World) -> Viewer {
    let more = [Permission::CustomersSensitive].into_iter().collect();
    let permissions = world.sam.permissions.union(more);
    Viewer { permissions, ..world.sam.clone() }
}

async fn set(ctx: &Ctx, customer: CustomerId, value: Value) {
    let fields = [("bank_account".to_string(), value)].into();
    let input = CustomerInput { fields, ..CustomerInput::default() };
    customers::update(ctx, customer, None, input).await.unwrap();
}

async fn stored(world: &World) -> Value {
    let ctx = world.ctx(&trusted(world));
    let owner = FieldOwner::Customer(world.customer);
    fields::reveal(&ctx, owner, "bank_account").await.unwrap()
}

async fn lines(world: &World, action: Action) -> Vec<AuditLine> {
    let query = AuditQuery { action: Some(action), ..AuditQuery::default() };
    audit_log::page(&world.ctx(&world.priya), &query).await.unwrap().lines
}

/// The customer with a value that their server sent.
async fn with_value(pool: PgPool) -> World {
    let world = World::new(pool).await;
    define(&world.ctx(&world.priya), FieldEntity::Customer, true).await;
    set(&key(&world, &[Permission::CustomersWrite]), world.customer, json!(SECRET)).await;
    world
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_value_is_shown_to_whoever_asks_and_may_and_the_log_has_it(pool: PgPool) {
    let world = with_value(pool).await;
    let owner = FieldOwner::Customer(world.customer);
    for viewer in [&world.priya, &world.sam, &world.vera] {
        let shown = customers::get(&world.ctx(viewer), world.customer).await.unwrap();
        assert!(shown.details.fields.is_empty(), "nobody sees it by the way");
        assert!(shown.details.hidden_fields.contains("bank_account"));
    }
    for viewer in [&world.sam, &world.vera] {
        let refused = fields::reveal(&world.ctx(viewer), owner, "bank_account").await;
        assert_eq!(refused, Err(AppError::Forbidden));
    }
    assert_eq!(lines(&world, Action::FieldRevealed).await.len(), 0);
    let asker = world.ctx(&trusted(&world)).asked_from("192.0.2.7");
    assert_eq!(fields::reveal(&asker, owner, "bank_account").await.unwrap(), SECRET);
    let told = lines(&world, Action::FieldRevealed).await;
    assert_eq!((told.len(), told[0].address.as_str()), (1, "192.0.2.7"));
    assert_eq!(told[0].object, world.customer.to_string());
    assert_eq!(told[0].detail, json!({"entity": "customer", "field": "bank_account"}));
    let stranger = world.stranger().await;
    let unknown = fields::reveal(&stranger, owner, "bank_account").await;
    assert_eq!(unknown, Err(AppError::NotFound));
    assert_eq!(fields::reveal(&asker, owner, "ghost").await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_opened_to_all_is_opened_by_those_who_see_it(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let field = define(&admin, FieldEntity::Customer, false).await;
    let setter = Viewer {
        permissions: world
            .sam
            .permissions
            .union([Permission::SettingsRead, Permission::SettingsWrite].into_iter().collect()),
        ..world.sam.clone()
    };
    let setter = world.ctx(&setter);
    let to = |sensitive| FieldEdit { sensitive: Some(sensitive), ..FieldEdit::default() };
    assert!(fields::update(&setter, field.id, to(true)).await.unwrap().sensitive);
    let refused = fields::update(&setter, field.id, to(false)).await.unwrap_err();
    assert!(refused.field("sensitive").is_some(), "{refused:?}");
    let renamed = FieldEdit { label: Some("IBAN".into()), ..FieldEdit::default() };
    assert!(fields::update(&setter, field.id, renamed).await.unwrap().sensitive);
    assert!(!fields::update(&admin, field.id, to(false)).await.unwrap().sensitive);
    let owner = FieldOwner::Customer(world.customer);
    let open = fields::reveal(&admin, owner, "bank_account").await;
    assert!(matches!(open, Err(AppError::Conflict(_))), "{open:?}");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_form_changes_what_it_could_not_see_only_when_it_says_so(pool: PgPool) {
    let world = with_value(pool).await;
    let (sam, trusted) = (world.ctx(&world.sam), world.ctx(&trusted(&world)));
    let opened = CustomerEdit::of(&customers::get(&sam, world.customer).await.unwrap());
    let with = |iban: &str| {
        let fields = [("bank_account".to_string(), iban.to_string())].into();
        CustomerEdit { city: Some("Cork".into()), fields, ..opened.clone() }
    };
    let save = async |ctx: &Ctx, form: CustomerEdit| {
        customers::edit_since(ctx, world.customer, form, Some(opened.clone())).await
    };
    save(&trusted, with("")).await.unwrap();
    assert_eq!(stored(&world).await, SECRET, "left alone");
    save(&sam, with("")).await.unwrap();
    let refused = save(&sam, with("DE02")).await.unwrap_err();
    assert_eq!(refused.field("fields.bank_account"), Some(NOT_YOURS_TO_CHANGE));
    let cleared_fields = ["bank_account".to_string()].into();
    let clearing = CustomerEdit { cleared_fields, ..with("") };
    let refused = save(&sam, clearing.clone()).await.unwrap_err();
    assert_eq!(refused.field("fields.bank_account"), Some(NOT_YOURS_TO_CHANGE));
    // Somebody was faster, with whatever: the author is asked, and told no value.
    let refused = save(&trusted, with("DE02")).await.unwrap_err();
    let AppError::Changed(theirs) = &refused else { panic!("{refused:?}") };
    assert!(theirs[0].message.contains(HIDDEN), "{theirs:?}");
    assert!(!format!("{refused:?}").contains(SECRET));
    let now = CustomerEdit::of(&customers::get(&sam, world.customer).await.unwrap());
    let mine = CustomerEdit { version: now.version, ..with("DE02") };
    customers::edit_since(&trusted, world.customer, mine, Some(now)).await.unwrap();
    assert_eq!(stored(&world).await, "DE02");
    let now = CustomerEdit::of(&customers::get(&sam, world.customer).await.unwrap());
    let clearing = CustomerEdit { version: now.version, ..clearing };
    customers::edit_since(&trusted, world.customer, clearing, Some(now)).await.unwrap();
    assert_eq!(stored(&world).await, Value::Null);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_tells_that_its_field_was_changed_and_not_to_what(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let field = define(&admin, FieldEntity::Ticket, false).await;
    let new = NewTicket::new(world.customer, "Refund", Channel::Email);
    let number = tickets::create(&admin, new).await.unwrap().number;
    let (sam, trusted) = (world.ctx(&world.sam), world.ctx(&trusted(&world)));
    let edit = async |ctx: &Ctx, was: &str, property: &str, value: &str| {
        let edit = TicketEdit::read(&property.parse().unwrap(), value).unwrap();
        tickets::edit(ctx, number, Seen::Value(was.into()), edit).await
    };
    // From before anybody thought of it.
    edit(&sam, "", "field:bank_account", SECRET).await.unwrap();
    let hide = FieldEdit { sensitive: Some(true), ..FieldEdit::default() };
    fields::update(&admin, field.id, hide).await.unwrap();

    let shown = messages::details(&admin, number, None).await.unwrap();
    let json = serde_json::to_string(&shown).unwrap();
    assert!(!json.contains(SECRET) && json.contains("changed Bank account"), "{json}");
    let everything = TimelineQuery::default();
    let shown = timeline::open_timeline(&admin, world.customer, &everything).await.unwrap();
    let json = serde_json::to_string(&shown).unwrap();
    assert!(!json.contains(SECRET) && json.contains("changed Bank account"), "{json}");

    let mark = |version: i32| format!("{HIDDEN} {version}");
    let version = tickets::get(&sam, number).await.unwrap().row.version;
    let refused = edit(&sam, &mark(version), "field:bank_account", "DE02").await.unwrap_err();
    assert_eq!(refused.field("fields.bank_account"), Some(NOT_YOURS_TO_CHANGE));
    let refused = edit(&trusted, &mark(version - 1), "field:bank_account", "DE02").await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, AppError::Changed(_)), "{refused:?}");
    assert!(!format!("{refused:?}").contains(SECRET), "{refused:?}");
    edit(&trusted, &mark(version), "field:bank_account", "").await.unwrap();
    let owner = FieldOwner::Ticket(number);
    assert_eq!(fields::reveal(&trusted, owner, "bank_account").await.unwrap(), SECRET);
    edit(&trusted, &mark(version), "field:bank_account", "DE02").await.unwrap();
    // One's own next words replace those, whatever the page knows by then.
    edit(&trusted, "DE02", "field:bank_account", "FR14").await.unwrap();
    let version = tickets::get(&sam, number).await.unwrap().row.version;
    edit(&trusted, &mark(version), "clear:bank_account", "").await.unwrap();
    assert_eq!(fields::reveal(&trusted, owner, "bank_account").await.unwrap(), Value::Null);
    let written: i64 = sqlx::query_scalar(
        "select count(*) from timeline_events where concat(title, payload::text) ~ 'DE02|FR14'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(written, 0, "no value is written into history");
    assert_eq!(lines(&world, Action::FieldRevealed).await[0].object, format!("#{number}"));
    let change = TicketChange {
        fields: [("bank_account".to_string(), json!("NL01"))].into(),
        ..TicketChange::default()
    };
    let server = key(&world, &[Permission::TicketsWrite]);
    let version = tickets::get(&sam, number).await.unwrap().row.version;
    tickets::change(&server, number, version, change).await.unwrap();
    assert!(tickets::get(&server, number).await.unwrap().fields.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_key_reads_with_the_scope_and_the_log_tells_once_an_hour(pool: PgPool) {
    let world = with_value(pool).await;
    let without = key(&world, &[Permission::CustomersWrite, Permission::TicketsWrite]);
    let blind = customers::get(&without, world.customer).await.unwrap();
    assert!(blind.details.fields.is_empty() && !blind.details.hidden_fields.is_empty());
    let scopes = [Permission::CustomersRead, Permission::CustomersSensitive];
    let with = key(&world, &scopes);
    for _ in 0..3 {
        let seen = customers::get(&with, world.customer).await.unwrap();
        assert_eq!(seen.details.fields["bank_account"], SECRET);
        assert!(seen.details.hidden_fields.is_empty());
    }
    let told = lines(&world, Action::FieldsRead).await;
    assert_eq!((told.len(), told[0].object.clone()), (1, world.customer.to_string()));
    // History is written for the past; what is read is read now.
    let other = key(&world, &scopes);
    let long_ago = other.now - chrono::TimeDelta::days(30);
    customers::get(&other.at(long_ago).unwrap(), world.customer).await.unwrap();
    let told = lines(&world, Action::FieldsRead).await;
    assert_eq!(told.len(), 2);
    assert!(told[0].at > long_ago + chrono::TimeDelta::days(29));
    // An agent's name brings what that agent sees by the way: nothing.
    let as_agent = key(&world, &Permission::SCOPES);
    let as_agent = Ctx { actor: world.ctx(&world.priya).actor, ..as_agent };
    assert!(customers::get(&as_agent, world.customer).await.unwrap().details.fields.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_macro_never_says_it(pool: PgPool) {
    let world = with_value(pool).await;
    let ctx = world.ctx(&world.priya);
    let body = "Your account {{customer.fields.bank_account}} is charged.".to_string();
    let new = NewMacro { name: "Charge".into(), body, ..NewMacro::default() };
    macros::create(&ctx, new).await.unwrap();
    let desk = Desk::NewTicket(world.customer);
    let found = macros::find(&ctx, desk, MessageMode::Reply, "charge", false).await.unwrap();
    assert_eq!(found[0].body, "Your account  is charged.");
    assert!(found[0].problems[0].contains("is sensitive"), "{:?}", found[0].problems);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_search_of_events_proves_a_guess(pool: PgPool) {
    let world = with_value(pool).await;
    let ctx = world.ctx(&world.priya);
    let event = |name: &str, payload: Value| json!({"customer": {"id": world.customer}, "name": name, "payload": payload});
    let events = vec![
        event("signed_up", json!({"traits": {"bankAccount": SECRET}, "plan": "gold"})),
        event("paid", json!({"amount": 12, "plan": "gold"})),
    ];
    timeline::ingest_json(&ctx, &world.ingest(), events).await.unwrap();
    let find = async |words: &str| {
        let filter = TimelineFilter { find: words.into(), ..TimelineFilter::default() };
        let mut query = TimelineQuery::new(&[], Position::Newest);
        query.filter = filter;
        let page = timeline::page(&ctx, world.customer, &query).await.unwrap();
        page.items.iter().map(|item| item.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(find(SECRET).await, [""; 0]);
    assert_eq!(find("gold").await, ["paid"], "what holds one is not looked through");
    assert_eq!(find("signed_up").await, ["signed_up"]);
    let all = timeline::page(&ctx, world.customer, &TimelineQuery::default()).await.unwrap();
    let signed_up = all.items.iter().find(|item| item.name == "signed_up").unwrap();
    assert_eq!(signed_up.payload, json!({"traits": {"bankAccount": HIDDEN}, "plan": "gold"}));
    // Renamed, it is still what old events call it.
    let def = fields::list(&ctx, None, false).await.unwrap().remove(0);
    for label in ["IBAN", "Payout"] {
        let edit = FieldEdit { label: Some(label.into()), ..FieldEdit::default() };
        fields::update(&ctx, def.id, edit).await.unwrap();
    }
    let events = vec![event("moved", json!({"iban": SECRET}))];
    timeline::ingest_json(&ctx, &world.ingest(), events).await.unwrap();
    assert_eq!(find(SECRET).await, [""; 0]);
    let all = timeline::page(&ctx, world.customer, &TimelineQuery::default()).await.unwrap();
    assert!(!serde_json::to_string(&all).unwrap().contains(SECRET));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_merge_shows_that_there_is_a_value_and_overwrites_none_unseen(pool: PgPool) {
    let world = with_value(pool).await;
    let (sam, server) = (world.ctx(&world.sam), key(&world, &[Permission::CustomersWrite]));
    let other = crate::world::insert_customer(&world.pool, world.workspace, "Alex again").await;
    set(&server, other, json!("FR14")).await;
    let preview = customers::preview(&sam, world.customer, other).await.unwrap();
    let difference = preview.differences.iter().find(|d| d.field == FieldChoice::Fields).unwrap();
    assert_eq!(difference.survivor, format!("bank_account: {HIDDEN}"));
    assert_eq!(difference.merged, difference.survivor, "whether they agree is not said");
    assert!(!difference.take);
    let json = serde_json::to_string(&preview).unwrap();
    assert!(!json.contains(SECRET) && !json.contains("FR14"), "{json}");
    let form = MergeForm { other, take: [FieldChoice::Fields].into(), versions: None };
    customers::merge(&sam, world.customer, &form).await.unwrap();
    assert_eq!(stored(&world).await, SECRET, "Sam cannot put another in its place");
}
