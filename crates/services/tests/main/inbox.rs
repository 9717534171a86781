//! The inbox: many tickets changed at once, views, searches, what is unread.

use crate::world::World;
use rapport_domain::ticket::{
    BulkChange, Channel, InboxQuery, NewTicket, NewView, Priority, Status, TextFilter,
};
use rapport_domain::{AppError, TicketId, limits};
use rapport_services::{Ctx, tickets};
use sqlx::PgPool;

async fn opened(world: &World, subjects: &[&str]) -> Vec<TicketId> {
    let mut ids = Vec::new();
    for subject in subjects {
        let new = NewTicket::new(world.customer, *subject, Channel::Email);
        ids.push(tickets::create(&world.ctx(&world.sam), new).await.unwrap().id);
    }
    ids
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_is_done_to_many_is_done_to_each_and_taken_back(pool: PgPool) {
    let world = World::new(pool).await;
    let ids = opened(&world, &["One", "Two", "Three"]).await;
    let ctx = world.ctx(&world.sam);
    let row = async |number| tickets::get(&ctx, number).await.unwrap();
    tickets::change_many(&ctx, &ids[..1], &BulkChange::Tag("old".into())).await.unwrap();
    let until = ctx.now + chrono::TimeDelta::days(1);
    tickets::change_many(&ctx, &ids[1..2], &BulkChange::Snooze(until)).await.unwrap();
    for change in [
        BulkChange::Assign(Some(world.priya.user)),
        BulkChange::Team(Some(world.team)),
        BulkChange::Status(Status::Closed),
        BulkChange::Priority(Priority::Urgent),
        BulkChange::Tag("bug".into()),
        BulkChange::Untag("old".into()),
        BulkChange::Snooze(until + chrono::TimeDelta::hours(1)),
        BulkChange::Spam(true),
    ] {
        let told = |t: rapport_domain::ticket::Ticket| {
            let r = t.row;
            (r.assignee, r.team, r.status, r.priority, r.tags, t.snoozed_until, t.spam_at.is_some())
        };
        let before = [told(row(1).await), told(row(2).await), told(row(3).await)];
        let done = tickets::change_many(&ctx, &ids, &change).await.unwrap();
        assert_eq!((done.done, done.failed.len()), (3, 0), "{change}");
        assert_ne!(told(row(1).await), before[0], "{change}");
        let undone = tickets::undo_many(&ctx, done.undo).await.unwrap();
        assert_eq!(undone.failed, [], "{change}");
        let after = [told(row(1).await), told(row(2).await), told(row(3).await)];
        assert_eq!(after, before, "{change}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_one_ticket_refuses_stops_no_other(pool: PgPool) {
    let world = World::new(pool).await;
    let ids = opened(&world, &["One", "Two", "Three"]).await;
    let ctx = world.ctx(&world.sam);
    tickets::merge(&ctx, 2, 1, 1).await.unwrap();
    let open = BulkChange::Status(Status::Pending);
    let with_unknown = [ids.clone(), vec![TicketId::generate()]].concat();
    let done = tickets::change_many(&ctx, &with_unknown, &open).await.unwrap();
    let failed: Vec<_> = done.failed.iter().map(|f| f.number).collect();
    assert_eq!((done.done, failed), (2, vec![Some(2), None]));
    assert!(done.problem().unwrap().starts_with("#2: This ticket was merged"));
    // Somebody changes one of them: that one is not taken back.
    tickets::change_many(&world.ctx(&world.priya), &ids[2..], &BulkChange::Tag("mine".into()))
        .await
        .unwrap();
    let undone = tickets::undo_many(&ctx, done.undo).await.unwrap();
    assert_eq!((undone.done, undone.failed.len()), (1, 1));
    assert!(undone.failed[0].reason.starts_with("Priya Raman changed this"), "{undone:?}");
    // Who may, and how many.
    let vera = world.ctx(&world.vera);
    assert_eq!(tickets::change_many(&vera, &ids, &open).await, Err(AppError::Forbidden));
    let many = vec![ids[0]; limits::BULK_TICKETS + 1];
    assert!(tickets::change_many(&ctx, &many, &open).await.is_err());
    let stranger = world.stranger().await;
    let abroad = tickets::change_many(&stranger, &ids, &open).await.unwrap();
    assert_eq!((abroad.done, abroad.failed.len()), (0, 3));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn unread_is_each_readers_own(pool: PgPool) {
    let world = World::new(pool).await;
    let ids = opened(&world, &["Quiet"]).await;
    let (sam, vera) = (world.ctx(&world.sam), world.ctx(&world.vera));
    let unread = async |ctx: &Ctx| tickets::get(ctx, 1).await.unwrap().row.unread;
    assert!(!unread(&sam).await);
    // Those who only read have eyes too.
    tickets::change_many(&vera, &ids, &BulkChange::Read(false)).await.unwrap();
    tickets::mark_unread(&sam, 1).await.unwrap();
    assert!(unread(&sam).await && unread(&vera).await && !unread(&world.ctx(&world.priya)).await);
    tickets::mark_read(&sam, 1).await.unwrap();
    assert!(!unread(&sam).await && unread(&vera).await);
    let stranger = world.stranger().await;
    assert_eq!(tickets::mark_unread(&stranger, 1).await, Err(AppError::NotFound));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_search_finds_words_requester_and_number(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    opened(&world, &["Export 'drops' rows", "Invoice (again) for ENG-482"]).await;
    sqlx::query("update customers set search = ' alex morgan'").execute(&pool).await.unwrap();
    let ctx = world.ctx(&world.sam);
    let found = async |q: &str| {
        let query = InboxQuery { q: TextFilter(Some(q.into())), ..InboxQuery::default() };
        let inbox = tickets::inbox(&ctx, &query).await.unwrap();
        let mut numbers: Vec<_> = inbox.items.iter().map(|t| t.number).collect();
        numbers.sort_unstable();
        numbers
    };
    for (q, numbers) in [
        ("export", vec![1]),
        ("EXP row", vec![1]),
        ("'drops' & | ! :* <->", vec![1]),
        ("eng-482", vec![2]),
        ("#2", vec![2]),
        ("1", vec![1]),
        ("morgan", vec![1, 2]),
        ("nothing", vec![]),
        ("\\", vec![]),
    ] {
        assert_eq!(found(q).await, numbers, "{q}");
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn views_are_saved_shared_and_counted(pool: PgPool) {
    let world = World::new(pool).await;
    opened(&world, &["One", "Two"]).await;
    let (sam, priya, vera) =
        (world.ctx(&world.sam), world.ctx(&world.priya), world.ctx(&world.vera));
    let view = |name: &str, shared| NewView {
        name: name.into(),
        query: InboxQuery::from_href("/inbox?channel=email&tag=a%26b"),
        shared,
    };
    for (name, shared) in [("MAIL", false), ("Chat", true)] {
        tickets::save_view(&sam, view(name, shared)).await.unwrap();
    }
    // Another under its name would put it away without a word.
    let taken = tickets::save_view(&sam, view("Mail", true)).await.unwrap_err();
    assert!(taken.field("name").is_some(), "{taken:?}");
    let names = async |ctx: &Ctx| {
        let saved = tickets::saved_views(ctx).await.unwrap();
        saved.iter().map(|v| (v.name.clone(), v.own)).collect::<Vec<_>>()
    };
    assert_eq!(names(&sam).await, [("MAIL".into(), true), ("Chat".into(), true)]);
    assert_eq!(names(&priya).await, [("Chat".into(), false)]);
    let chat = tickets::saved_views(&sam).await.unwrap()[1].clone();
    assert_eq!(chat.query.href(), "/inbox?channel=email&tag=a%26b");
    tickets::move_view(&sam, chat.id, true).await.unwrap();
    tickets::move_view(&sam, chat.id, true).await.unwrap();
    assert_eq!(names(&sam).await[0].0, "Chat");
    let taken = tickets::update_view(&sam, chat.id, "mail", true).await.unwrap_err();
    assert!(taken.field("name").is_some(), "{taken:?}");
    // Nobody changes another's.
    let others = tickets::update_view(&priya, chat.id, "Mine", true).await;
    assert_eq!(others, Err(AppError::NotFound));
    tickets::delete_view(&priya, chat.id).await.unwrap();
    assert_eq!(names(&priya).await.len(), 1);
    assert_eq!(tickets::save_view(&vera, view("V", true)).await, Err(AppError::Forbidden));
    tickets::save_view(&vera, view("V", false)).await.unwrap();
    let views = tickets::views(&sam).await.unwrap().views;
    let count = |name: &str| views.iter().find(|v| v.name == name).unwrap().count.unwrap().rows;
    assert_eq!((count("To do"), count("Unassigned"), count("Mine"), count("Chat")), (2, 2, 0, 0));
    tickets::update_view(&sam, chat.id, "Chat", false).await.unwrap();
    assert!(names(&priya).await.is_empty());
}
