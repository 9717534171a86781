use crate::world::World;
use rapport_domain::account::AccountInput;
use rapport_domain::timeline::{EventOutcome, EventState, LogQuery, Stream, TimelineQuery};
use rapport_domain::{AccountId, AppError};
use rapport_services::timeline::{ingest_json, page};
use rapport_services::{Ctx, accounts, customers, ingest};
use serde_json::json;
use sqlx::PgPool;

async fn northwind(ctx: &Ctx) -> AccountId {
    let input = AccountInput {
        external_id: Some("acct_nw".into()),
        name: Some("Northwind".into()),
        ..AccountInput::default()
    };
    accounts::upsert(ctx, input).await.unwrap().item.id
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn an_event_of_an_account_stands_beside_those_of_its_customers(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let account = northwind(&ctx).await;
    customers::link_account(&ctx, world.customer, account, None).await.unwrap();
    let paid = json!({"account": {"external_id": "acct_nw"}, "name": "invoice.paid",
        "title": "Invoice paid", "dedupe_key": "inv-1"});
    let events = vec![
        paid.clone(),
        json!({"object_type": "account", "object_id": account, "name": "seats.added"}),
        json!({"customer": {"id": world.customer}, "name": "report_exported"}),
        paid,
        json!({"account": {"external_id": "nobody"}, "name": "invoice.paid", "dedupe_key": "inv-2"}),
        json!({"account": {"id": AccountId::generate()}, "name": "invoice.paid"}),
    ];
    let results = ingest_json(&ctx, &world.ingest(), events).await.unwrap();
    use EventOutcome::{Created, Duplicate, Rejected};
    let outcomes: Vec<_> = results.iter().map(|r| r.status).collect();
    assert_eq!(outcomes, [Created, Created, Created, Duplicate, Rejected, Rejected]);
    assert_eq!(results[0].id, results[3].id);
    let error = &results[4].errors[0];
    assert_eq!(error.field, "account");
    assert!(error.message.starts_with("There is no such account"), "{error:?}");

    let query = TimelineQuery::default();
    let seen = page(&world.ctx(&world.vera), account, &query).await.unwrap();
    let mut seen: Vec<_> = seen
        .items
        .iter()
        .map(|i| (i.name.as_str(), i.customer.as_ref().map(|c| c.name.as_str())))
        .collect();
    seen.sort_unstable();
    let (own, theirs) = (None, Some("Alex Morgan"));
    let linked = ("customer.account_linked", theirs);
    let wanted = [linked, ("invoice.paid", own), ("report_exported", theirs), ("seats.added", own)];
    assert_eq!(seen, wanted);

    // The log says whose it is, finds it by the account's id, and why one is nowhere.
    let find = LogQuery { q: account.to_string(), ..LogQuery::default() };
    let log = ingest::log(&ctx, &find).await.unwrap();
    assert_eq!(log.rows.len(), 2, "{log:?}");
    for row in &log.rows {
        assert_eq!(row.stream, Some((Stream::Account(account), "Northwind".into())));
        assert!(row.on_timeline().is_some());
    }
    let state = Some(EventState::Error);
    let log = ingest::log(&ctx, &LogQuery { state, ..LogQuery::default() }).await.unwrap();
    assert_eq!(log.rows.len(), 2);
    // Refused for good: sent again once the account is there, it is no duplicate.
    let input = AccountInput {
        external_id: Some("nobody".into()),
        name: Some("Late".into()),
        ..AccountInput::default()
    };
    accounts::upsert(&ctx, input).await.unwrap();
    let late = json!({"account": {"external_id": "nobody"}, "name": "invoice.paid", "dedupe_key": "inv-2"});
    let again = ingest_json(&ctx, &world.ingest(), vec![late]).await.unwrap();
    assert_eq!(again[0].status, Created);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn strangers_neither_read_nor_write_an_account_s_timeline(pool: PgPool) {
    let world = World::new(pool).await;
    let account = northwind(&world.ctx(&world.priya)).await;
    let stranger = world.stranger().await;
    let query = TimelineQuery::default();
    assert_eq!(page(&stranger, account, &query).await, Err(AppError::NotFound));
    assert_eq!(accounts::info(&stranger, account, false).await, Err(AppError::NotFound));
    let event = json!({"account": {"id": account}, "name": "invoice.paid"});
    let results = ingest_json(&stranger, &world.ingest(), vec![event]).await.unwrap();
    assert_eq!(results[0].status, EventOutcome::Rejected);
}
