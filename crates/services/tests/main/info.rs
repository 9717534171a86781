use crate::world::{World, insert_customer};
use rapport_domain::card::{Card, CardLayout, default_layout};
use rapport_domain::identity::IdentifierKind;
use rapport_domain::note::{NewNote, NoteAbout, NoteTarget};
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_domain::{AccountId, AppError, CustomerId, limits};
use rapport_services::{Ctx, info, info_cards, notes, tickets};
use sqlx::PgPool;

fn layout(card: Card, fields: &[&str]) -> CardLayout {
    CardLayout { card, fields: fields.iter().map(|f| f.to_string()).collect(), saved_at: None }
}

/// Everything that the pane can show of one customer.
async fn fill(world: &World) -> AccountId {
    let account = AccountId::generate();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into accounts (workspace_id, id, name, plan, mrr_minor, currency, owner_id, renewal_date, fields)
            values ('{w}', '{a}', 'Northwind Labs', 'Scale', 400000, 'EUR', '{sam}', '2027-01-31', '{{\"seats\": 46}}');
        update customers set account_id = '{a}', job_title = 'Operations lead', time_zone = 'Europe/Berlin',
            last_seen_at = now(), fields = '{{\"nps\": 9}}', phone = '+4930901820' where id = '{c}';
        insert into customer_identifiers (workspace_id, kind, value, customer_id, is_primary, verified_by) values
            ('{w}', 'email', 'second@x.example', '{c}', false, null),
            ('{w}', 'email', 'alex@x.example', '{c}', true, 'mail'),
            ('{w}', 'external_id', 'usr_1', '{c}', true, 'api');
        insert into custom_fields (workspace_id, id, entity, key, label, type, options, archived_at) values
            ('{w}', gen_random_uuid(), 'customer', 'nps', 'NPS', 'number', '{{}}', null),
            ('{w}', gen_random_uuid(), 'customer', 'gone', 'Gone', 'text', '{{}}', now()),
            ('{w}', gen_random_uuid(), 'ticket', 'area', 'Area', 'list', '{{Reports}}', null)",
        w = world.workspace.0,
        a = account.0,
        c = world.customer.0,
        sam = world.sam.user.0,
    )))
    .execute(&world.pool)
    .await
    .unwrap();
    account
}

async fn note(ctx: &Ctx, target: NoteTarget, body: &str) {
    notes::create(ctx, target, NewNote { body: body.into() }).await.unwrap();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_pane_comes_whole(pool: PgPool) {
    let world = World::new(pool).await;
    let account = fill(&world).await;
    let sam = world.ctx(&world.sam);
    let ticket = tickets::create(&sam, NewTicket::new(world.customer, "Export", Channel::Email))
        .await
        .unwrap();
    note(&sam, NoteTarget::Customer(world.customer), "Of the customer").await;
    note(&world.ctx(&world.priya), NoteTarget::Account(account), "Of the account").await;

    let pane = info::pane(&world.ctx(&world.vera), world.customer, Some(ticket.number), false)
        .await
        .unwrap();
    assert_eq!(pane.customer.details.job_title.as_deref(), Some("Operations lead"));
    let mails: Vec<_> =
        pane.identifiers(IdentifierKind::Email).iter().map(|i| i.value.clone()).collect();
    assert_eq!(mails, ["alex@x.example", "second@x.example"], "the primary one first");
    assert_eq!(pane.why_known(), "Identified by user ID, sent by your server.");
    let shown = pane.account.as_ref().unwrap();
    assert_eq!((shown.id, shown.details.mrr_minor), (account, Some(400_000)));
    assert_eq!(
        shown.owner.as_ref().map(|o| (o.id, o.name.as_str())),
        Some((world.sam.user, "Sam Ortiz"))
    );
    assert_eq!(pane.customer.account.as_ref().map(|a| a.name.as_str()), Some("Northwind Labs"));
    assert_eq!(
        pane.ticket.as_ref().map(|t| (t.number, t.channel)),
        Some((ticket.number, Channel::Email))
    );
    let about: Vec<_> = pane.notes.iter().map(|n| (n.about, n.author_name.as_str())).collect();
    assert_eq!(about, [(NoteAbout::Account, "Priya Raman"), (NoteAbout::Customer, "Sam Ortiz")]);
    let local = pane.local_time.unwrap();
    assert!(local.city == "Berlin" && [60, 120].contains(&local.offset_minutes), "{local:?}");
    let fields: Vec<_> = pane.cards.custom.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(fields, ["area", "nps"], "archived fields show nowhere");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_pane_of_a_bare_customer_is_bare(pool: PgPool) {
    let world = World::new(pool).await;
    let pane = info::pane(&world.ctx(&world.vera), world.customer, None, false).await.unwrap();
    assert_eq!((pane.account, pane.ticket, pane.local_time), (None, None, None));
    assert!(pane.notes.is_empty() && pane.customer.identifiers.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn old_notes_come_when_asked_for(pool: PgPool) {
    let world = World::new(pool).await;
    let account = fill(&world).await;
    let sam = world.ctx(&world.sam);
    let target = |n: u32| {
        if n == 0 { NoteTarget::Account(account) } else { NoteTarget::Customer(world.customer) }
    };
    for n in 0..=limits::NOTES_SHOWN {
        note(&sam, target(n), &format!("Note {n}")).await;
    }
    let newest = info::pane(&sam, world.customer, None, false).await.unwrap();
    assert!(newest.more_notes && newest.notes.len() == limits::NOTES_SHOWN as usize);
    let all = info::pane(&sam, world.customer, None, true).await.unwrap();
    assert!(!all.more_notes && all.notes.len() == newest.notes.len() + 1);
    assert_eq!(all.notes.last().unwrap().body, "Note 0", "the oldest, of the account");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_merged_customer_leads_on_and_others_tickets_stay_away(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let sam = world.ctx(&world.sam);
    let twin = insert_customer(&pool, world.workspace, "Twin").await;
    let of_twin =
        tickets::create(&sam, NewTicket::new(twin, "Hers", Channel::Email)).await.unwrap();
    let pane = info::pane(&sam, world.customer, Some(of_twin.number), false).await.unwrap();
    assert_eq!(pane.ticket, None, "another customer's ticket");
    sqlx::query("update customers set merged_into = $2 where id = $1")
        .bind(twin.0)
        .bind(world.customer.0)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(info::pane(&sam, twin, None, false).await.unwrap().customer.id, world.customer);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn unknown_and_foreign_customers_are_not_found(pool: PgPool) {
    let world = World::new(pool).await;
    let nobody = info::pane(&world.ctx(&world.sam), CustomerId::generate(), None, false).await;
    assert_eq!(nobody, Err(AppError::NotFound));
    let foreign = info::pane(&world.stranger().await, world.customer, None, false).await;
    assert_eq!(foreign, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_saved_layout_holds_for_everybody_until_it_is_reset(pool: PgPool) {
    let world = World::new(pool).await;
    fill(&world).await;
    let priya = world.ctx(&world.priya);
    let saved =
        info_cards::save(&priya, &layout(Card::Customer, &["city", "custom:nps"])).await.unwrap();
    let shown = |pane: rapport_domain::info::InfoPane| pane.cards.layout(Card::Customer).fields;
    let pane = info::pane(&world.ctx(&world.vera), world.customer, None, false).await.unwrap();
    assert_eq!(
        pane.cards.layout(Card::Customer).saved_at,
        saved.saved_at,
        "the form sends back what it saw"
    );
    assert_eq!(shown(pane), ["city", "custom:nps"]);

    let stale = info_cards::save(&priya, &layout(Card::Customer, &["country"])).await;
    assert!(matches!(stale, Err(AppError::Conflict(_))), "{stale:?}");
    let again = CardLayout { saved_at: saved.saved_at, ..layout(Card::Customer, &["country"]) };
    info_cards::save(&world.ctx(&world.priya), &again).await.unwrap();
    let pane = info::pane(&world.ctx(&world.vera), world.customer, None, false).await.unwrap();
    assert_eq!(shown(pane), ["country"]);

    info_cards::reset(&priya, Card::Customer).await.unwrap();
    let pane = info::pane(&world.ctx(&world.vera), world.customer, None, false).await.unwrap();
    let default = default_layout(Card::Customer, &pane.cards.custom);
    assert_eq!(shown(pane), default);
    let audited: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where object = 'customer' order by at, id",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    assert_eq!(audited.iter().filter(|a| a.as_str() == "info_card.saved").count(), 2);
    assert_eq!(audited.iter().filter(|a| a.as_str() == "info_card.reset").count(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_admins_choose_and_only_fields_that_exist(pool: PgPool) {
    let world = World::new(pool).await;
    let city = layout(Card::Customer, &["city"]);
    for viewer in [&world.sam, &world.vera] {
        let ctx = world.ctx(viewer);
        assert_eq!(info_cards::get(&ctx).await, Err(AppError::Forbidden));
        assert_eq!(info_cards::save(&ctx, &city).await, Err(AppError::Forbidden));
        assert_eq!(info_cards::reset(&ctx, Card::Customer).await, Err(AppError::Forbidden));
        assert_eq!(info::sample(&ctx).await, Err(AppError::Forbidden));
    }
    let unknown =
        info_cards::save(&world.ctx(&world.priya), &layout(Card::Customer, &["custom:nps"])).await;
    assert!(unknown.unwrap_err().field("fields").is_some());
    // A layout belongs to its workspace.
    info_cards::save(&world.ctx(&world.priya), &city).await.unwrap();
    assert!(info_cards::get(&world.stranger().await).await.unwrap().layouts.is_empty());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_preview_shows_who_was_active_last(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let quiet = insert_customer(&pool, world.workspace, "Quiet").await;
    sqlx::query("update customers set last_activity_at = now() - interval '1 day' where id = $1")
        .bind(quiet.0)
        .execute(&pool)
        .await
        .unwrap();
    let priya = world.ctx(&world.priya);
    tickets::create(&priya, NewTicket::new(world.customer, "Export", Channel::Email))
        .await
        .unwrap();
    let sample = info::sample(&priya).await.unwrap().unwrap();
    assert_eq!(sample.customer.id, world.customer);
    assert!(sample.ticket.is_some());
    assert_eq!(info::sample(&world.stranger().await).await, Ok(None));
}
