//! Macros: filled in for a ticket, shared or own, and what they do along with a message.

use crate::mail_out::Post;
use rapport_domain::macros::NewMacro;
use rapport_domain::message::{Desk, Effect, MessageMode, WriteMessage, WriteNote};
use rapport_domain::ticket::{Priority, Status, StatusCategory, Ticket, TicketChange};
use rapport_domain::{AppError, TeamId};
use rapport_services::{labels, macros, messages, tickets};
use sqlx::PgPool;

fn new(name: &str, body: &str) -> NewMacro {
    NewMacro { name: name.into(), body: body.into(), ..NewMacro::default() }
}

fn effects(spelled: &[&str]) -> Vec<Effect> {
    spelled.iter().map(|e| e.parse().unwrap()).collect()
}

async fn ticket(post: &Post) -> Ticket {
    tickets::get(&post.ctx, post.number).await.unwrap()
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn macros_are_filled_in_for_the_ticket(pool: PgPool) {
    let post = Post::new(pool).await;
    let admin = post.world.ctx(&post.world.priya);
    let desk = Desk::Ticket(post.number);
    let body = "Hi {{customer.first_name|there}}, about #{{ticket.number}} {{account.name}}. {{agent.first_name}}";
    let does = effects(&["tag:bug", "status:pending", "assignee:me"]);
    let greeting = NewMacro { effects: does, ..new("Greeting", body) };
    let id = macros::create(&admin, greeting).await.unwrap();
    macros::create(&admin, new("Long greeting", "Hello")).await.unwrap();
    let find = async |typed| macros::find(&post.ctx, desk, MessageMode::Reply, typed, true).await;
    let found = find("greet").await.unwrap();
    let names: Vec<_> = found.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Greeting", "Long greeting"], "what starts with it comes first");
    assert_eq!(found[0].body, format!("Hi Alex, about #{} . Priya", post.number));
    assert!(found[0].problems[0].contains("account.name"), "{:?}", found[0].problems);
    let said: Vec<_> = found[0].effects.iter().map(|e| e.label.as_str()).collect();
    assert_eq!(said, ["adds bug", "sets Pending", "assigns to you"]);

    let taken = macros::create(&admin, new("GREETING", "x")).await.unwrap_err();
    assert!(taken.field("name").is_some(), "{taken:?}");
    let unknown = macros::create(&admin, new("Odd", "{{customer.fields.nothing}}")).await;
    assert!(unknown.unwrap_err().field("body").is_some());
    macros::update(&admin, id, 1, new("Hello", "x")).await.unwrap();
    let stale = macros::update(&admin, id, 1, new("Hi", "y")).await.unwrap_err();
    assert!(matches!(stale, AppError::Conflict(_)), "{stale:?}");
    macros::delete(&admin, id, false).await.unwrap();
    assert_eq!(macros::list(&admin).await.unwrap().len(), 1);

    let other = post.world.stranger().await;
    assert!(macros::list(&other).await.unwrap().is_empty());
    let found = macros::find(&other, desk, MessageMode::Reply, "", true).await.unwrap();
    assert!(found.is_empty(), "nothing of another workspace");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn own_macros_are_nobody_elses(pool: PgPool) {
    let post = Post::new(pool).await;
    let (admin, sam) = (post.world.ctx(&post.world.priya), post.world.ctx(&post.world.sam));
    let refused = macros::create(&sam, new("Mine", "x")).await.unwrap_err();
    assert_eq!(refused, AppError::Forbidden);
    let mine = || NewMacro { own: true, ..new("Mine", "x") };
    let id = macros::create(&sam, mine()).await.unwrap();
    // Each has their own names.
    macros::create(&admin, mine()).await.unwrap();
    macros::create(&admin, new("Mine", "shared")).await.unwrap();
    assert_eq!(macros::list(&sam).await.unwrap().len(), 2);
    let theirs = macros::update(&admin, id, 1, NewMacro { own: true, ..new("Theirs", "y") }).await;
    assert!(matches!(theirs, Err(AppError::Conflict(_))), "{theirs:?}");
    assert_eq!(macros::delete(&admin, id, true).await, Err(AppError::NotFound));
    assert_eq!(
        macros::filled(&admin, id, Desk::Ticket(post.number)).await,
        Err(AppError::NotFound)
    );
    // Nobody makes a shared one their own by a form.
    assert_eq!(macros::delete(&sam, id, false).await, Err(AppError::Forbidden));
    macros::delete(&sam, id, true).await.unwrap();
    let vera = post.world.ctx(&post.world.vera);
    assert_eq!(macros::create(&vera, mine()).await, Err(AppError::Forbidden));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn what_an_answer_did_is_taken_back_with_it(pool: PgPool) {
    let post = Post::new(pool).await;
    let before = ticket(&post).await;
    let label =
        labels::create(&post.ctx, StatusCategory::Waiting, "With engineering").await.unwrap();
    let change = TicketChange { tags: Some(vec!["export".into()]), ..TicketChange::default() };
    tickets::change(&post.ctx, post.number, before.row.version, change).await.unwrap();
    let does = [
        "tag:bug",
        "untag:Export",
        "priority:urgent",
        "assignee:me",
        &format!("team:{}", post.world.team),
        &format!("status:{}", label.id),
    ];
    let body = "On it".to_string();
    let id =
        post.write(WriteMessage { body, effects: effects(&does), ..WriteMessage::default() }).await;
    let after = ticket(&post).await;
    assert_eq!(after.row.tags, ["bug"]);
    assert_eq!((after.row.status, after.row.priority), (Status::Pending, Priority::Urgent));
    assert_eq!(after.row.assignee.as_ref().unwrap().id, post.world.priya.user);
    // Somebody gives it another priority meanwhile: that stays.
    let change = TicketChange { priority: Some(Priority::Low), ..TicketChange::default() };
    tickets::change(&post.ctx, post.number, after.row.version, change).await.unwrap();
    messages::undo_send(&post.ctx, id).await.unwrap();
    let back = ticket(&post).await;
    assert_eq!(back.row.tags, ["export"]);
    assert_eq!((back.row.status, back.row.priority), (before.row.status, Priority::Low));
    assert!(back.row.assignee.is_none());
    assert_eq!(post.now().await, 0);
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn all_of_it_happens_or_nothing(pool: PgPool) {
    let post = Post::new(pool).await;
    let before = ticket(&post).await;
    let nobody = format!("team:{}", TeamId::generate());
    for wrong in [nobody.as_str(), "snooze:2001-01-01T00:00:00Z"] {
        let effects = effects(&["tag:bug", wrong]);
        let new = WriteMessage { body: "x".into(), effects, ..WriteMessage::default() };
        let error = messages::reply(&post.ctx, post.number, new).await.unwrap_err();
        assert!(matches!(error, AppError::Invalid(_)), "{error:?}");
    }
    let after = ticket(&post).await;
    assert_eq!((after.message_count, after.row.tags), (before.message_count, before.row.tags));
    post.sink.no_more_mail();
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_note_can_act_and_leaves_nowhere(pool: PgPool) {
    let post = Post::new(pool).await;
    let note = WriteNote {
        body: "Done by phone".into(),
        effects: effects(&["status:closed", "tag:phone"]),
        ..WriteNote::default()
    };
    messages::note(&post.ctx, post.number, note).await.unwrap();
    let after = ticket(&post).await;
    assert_eq!(after.row.status, Status::Closed);
    assert_eq!(after.row.tags, ["phone"]);
    post.now().await;
    post.sink.no_more_mail();
    assert!("reply ".parse::<MessageMode>().is_err() && "rely".parse::<MessageMode>().is_err());
}
