//! What a workspace calls its statuses.

use crate::world::World;
use rapport_domain::message::NewMessage;
use rapport_domain::ticket::{
    Channel, InboxQuery, MessageKind, NewTicket, Status, StatusCategory, StatusFilter, TicketPatch,
};
use rapport_domain::{AppError, LabelId};
use rapport_services::labels::{self, Edit};
use rapport_services::{Ctx, messages, tickets};
use sqlx::PgPool;

async fn set(ctx: &Ctx, number: i64, label: &str) -> Result<(), AppError> {
    let patch = TicketPatch { label: Some(label.into()), ..Default::default() };
    tickets::patch(ctx, number, patch).await.map(drop)
}

/// Status, and what it is called.
async fn shown(ctx: &Ctx, number: i64) -> (Status, String) {
    let row = tickets::get(ctx, number).await.unwrap().row;
    (row.status, row.status_text())
}

async fn names(ctx: &Ctx, category: StatusCategory) -> Vec<String> {
    let all = labels::list(ctx).await.unwrap();
    let ours = all.into_iter().filter(|l| l.category == category && !l.archived);
    ours.map(|l| l.name).collect()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_wears_the_workspaces_words(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let ctx = world.ctx(&world.sam);
    labels::create(&admin, StatusCategory::Waiting, "Waiting for engineering").await.unwrap();
    let new = NewTicket::new(world.customer, "Export", Channel::Email);
    let number = tickets::create(&ctx, new).await.unwrap().number;
    assert_eq!(shown(&ctx, number).await, (Status::New, "New".into()));

    set(&ctx, number, "waiting for ENGINEERING").await.unwrap();
    assert_eq!(shown(&ctx, number).await, (Status::Pending, "Waiting for engineering".into()));
    let details = messages::details(&ctx, number, None).await.unwrap();
    let title = details.activities.last().map(|a| a.title.clone()).unwrap();
    assert_eq!(title, "changed status New → Waiting for engineering");

    // A customer who writes puts it into the default of the other category.
    let message = NewMessage::new(MessageKind::Customer, "Any news?");
    messages::add_message(&ctx, number, message).await.unwrap();
    assert_eq!(shown(&ctx, number).await, (Status::Open, "Open".into()));
    let details = messages::details(&ctx, number, None).await.unwrap();
    let title = details.activities.last().map(|a| a.title.clone()).unwrap();
    assert_eq!(title, "changed status Waiting for engineering → Open");
    assert!(set(&ctx, number, "No such").await.unwrap_err().field("label").is_some());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_inbox_filters_by_a_label(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.ctx(&world.priya);
    let label = labels::create(&admin, StatusCategory::Open, "In review").await.unwrap();
    let mut numbers = Vec::new();
    for subject in ["a", "b"] {
        let new = NewTicket::new(world.customer, subject, Channel::Email);
        numbers.push(tickets::create(&admin, new).await.unwrap().number);
    }
    set(&admin, numbers[1], "In review").await.unwrap();
    let query = InboxQuery { status: StatusFilter::Label(label.id), ..Default::default() };
    let inbox = tickets::inbox(&admin, &query).await.unwrap();
    let found: Vec<_> = inbox.items.iter().map(|t| t.number).collect();
    assert_eq!(found, [numbers[1]]);
    assert!(inbox.assignable.labels.iter().any(|l| l.name == "In review"));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn one_is_left_in_every_category(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let open = labels::list(&ctx).await.unwrap()[0].clone();
    let refused = labels::edit(&ctx, open.id, Edit::Archive).await.unwrap_err();
    assert!(refused.field("archive").is_some(), "{refused:?}");
    let review = labels::create(&ctx, StatusCategory::Open, "In review").await.unwrap();
    let taken = labels::create(&ctx, StatusCategory::Closed, "in REVIEW").await.unwrap_err();
    assert!(taken.field("name").is_some(), "{taken:?}");
    labels::edit(&ctx, review.id, Edit::Up).await.unwrap();
    assert_eq!(names(&ctx, StatusCategory::Open).await, ["In review", "Open"]);
    labels::edit(&ctx, review.id, Edit::Default).await.unwrap();
    labels::edit(&ctx, open.id, Edit::Archive).await.unwrap();
    assert_eq!(names(&ctx, StatusCategory::Open).await, ["In review"]);
    labels::edit(&ctx, open.id, Edit::Rename("Ours".into())).await.unwrap();
    labels::edit(&ctx, open.id, Edit::Restore).await.unwrap();
    assert_eq!(names(&ctx, StatusCategory::Open).await, ["In review", "Ours"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn labels_are_set_up_by_admins_of_their_workspace(pool: PgPool) {
    let world = World::new(pool).await;
    let agent = world.ctx(&world.sam);
    let open = labels::list(&agent).await.unwrap()[0].clone();
    let refused = labels::create(&agent, StatusCategory::Open, "Mine").await;
    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
    assert_eq!(labels::edit(&agent, open.id, Edit::Up).await.unwrap_err(), AppError::Forbidden);
    let stranger = world.stranger().await;
    let unknown = labels::edit(&stranger, open.id, Edit::Rename("Theirs".into())).await;
    assert_eq!(unknown.unwrap_err(), AppError::NotFound);
    let mine = tickets::create(&agent, NewTicket::new(world.customer, "a", Channel::Email)).await;
    let number = mine.unwrap().number;
    let theirs: LabelId = labels::list(&stranger).await.unwrap()[0].id;
    assert!(set(&agent, number, &theirs.to_string()).await.is_err());
}
