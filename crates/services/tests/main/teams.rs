//! Teams, and tickets that go round in them.

use crate::world::{World, insert_person};
use rapport_domain::mailbox::MailboxInput;
use rapport_domain::session::Viewer;
use rapport_domain::team::TeamInput;
use rapport_domain::ticket::{Channel, NewTicket, Ticket};
use rapport_domain::{AppError, Role, UserId};
use rapport_services::secrets::Keyring;
use rapport_services::{mailboxes, messages, teams, tickets};
use sqlx::PgPool;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

async fn round_robin(world: &World, members: &[&Viewer]) {
    let members = members.iter().map(|m| m.user).collect();
    let input = TeamInput { name: "Billing".into(), round_robin: true, members };
    teams::save(&world.ctx(&world.priya), Some(world.team), input).await.unwrap();
}

async fn opened(world: &World, new: NewTicket) -> Ticket {
    let ctx = world.ctx(&world.priya);
    let number = tickets::create(&ctx, new).await.unwrap().number;
    tickets::get(&ctx, number).await.unwrap()
}

fn of_team(world: &World) -> NewTicket {
    let team_id = Some(world.team);
    NewTicket { team_id, ..NewTicket::new(world.customer, "Invoice", Channel::Email) }
}

async fn assignee(world: &World) -> Option<UserId> {
    opened(world, of_team(world)).await.row.assignee.map(|a| a.id)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn fifty_tickets_at_once_spread_evenly(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let mut members = vec![world.priya.clone(), world.sam.clone()];
    for name in ["Jonas", "Kim", "Lee"] {
        members.push(insert_person(&world.store, world.workspace, name, Role::Agent).await);
    }
    round_robin(&world, &members.iter().collect::<Vec<_>>()).await;
    let mut running = JoinSet::new();
    for _ in 0..50 {
        let (ctx, new) = (world.ctx(&world.priya), of_team(&world));
        running.spawn(async move { tickets::create(&ctx, new).await.map(|t| t.number) });
    }
    let numbers: Vec<_> = running.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers.len(), 50);
    let given: Vec<(rapport_domain::Uuid, i64)> =
        sqlx::query_as("select assignee_id, count(*) from tickets group by assignee_id")
            .fetch_all(&pool)
            .await
            .unwrap();
    let given: BTreeMap<_, _> = given.into_iter().collect();
    for member in &members {
        assert_eq!(given.get(&member.user.0), Some(&10), "{}: {given:?}", member.name);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn who_is_away_is_passed_by(pool: PgPool) {
    let world = World::new(pool).await;
    round_robin(&world, &[&world.priya, &world.sam]).await;
    let first = assignee(&world).await;
    let second = assignee(&world).await;
    assert_ne!(first, second);
    teams::set_away(&world.ctx(&world.sam), true).await.unwrap();
    for _ in 0..3 {
        assert_eq!(assignee(&world).await, Some(world.priya.user));
    }
    teams::set_away(&world.ctx(&world.priya), true).await.unwrap();
    assert_eq!(assignee(&world).await, None, "nobody is here");
    teams::set_away(&world.ctx(&world.sam), false).await.unwrap();
    assert_eq!(assignee(&world).await, Some(world.sam.user));
    let viewer = world.ctx(&world.vera);
    assert_eq!(teams::set_away(&viewer, true).await.unwrap_err(), AppError::Forbidden);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_ticket_says_who_gave_it_and_only_new_ones_go_round(pool: PgPool) {
    let world = World::new(pool).await;
    round_robin(&world, &[&world.sam]).await;
    let ctx = world.ctx(&world.priya);
    let given = opened(&world, of_team(&world)).await;
    let details = messages::details(&ctx, given.row.number, None).await.unwrap();
    let last = details.activities.last().unwrap();
    assert_eq!(last.title, "assigned this to Sam Ortiz, whose turn it was in Billing");
    let chosen = NewTicket { assignee_id: Some(world.priya.user), ..of_team(&world) };
    assert_eq!(opened(&world, chosen).await.row.assignee.unwrap().id, world.priya.user);
    let old = ctx.now - chrono::TimeDelta::days(40);
    let import = NewTicket { submitted_at: Some(old), ..of_team(&world) };
    assert_eq!(opened(&world, import).await.row.assignee, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_mailbox_brings_its_team(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.priya);
    let mailbox = MailboxInput {
        address: "billing@acme.example".into(),
        name: "Acme Billing".into(),
        team_id: Some(world.team),
        ..MailboxInput::default()
    };
    mailboxes::create(&ctx, &Keyring::default(), mailbox).await.unwrap();
    let mut new = NewTicket::new(world.customer, "Invoice", Channel::Email);
    new.mailbox = Some("Billing@acme.example".into());
    assert_eq!(opened(&world, new).await.row.team.unwrap().id, world.team);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn teams_are_set_up_by_admins_of_their_workspace(pool: PgPool) {
    let world = World::new(pool).await;
    let input = TeamInput { name: "billing".into(), ..TeamInput::default() };
    let agent = teams::save(&world.ctx(&world.sam), None, input.clone()).await;
    assert_eq!(agent.unwrap_err(), AppError::Forbidden);
    let twice = teams::save(&world.ctx(&world.priya), None, input.clone()).await.unwrap_err();
    assert!(twice.field("name").is_some(), "{twice:?}");
    let stranger = world.stranger().await;
    let unknown = teams::save(&stranger, Some(world.team), input).await;
    assert_eq!(unknown.unwrap_err(), AppError::NotFound);
    let foreign =
        TeamInput { name: "Own".into(), round_robin: true, members: vec![world.sam.user] };
    let own = teams::save(&stranger, None, foreign).await.unwrap();
    let all = teams::list(&stranger).await.unwrap();
    assert!(all.iter().any(|t| t.id == own && t.members.is_empty()), "{all:?}");
}
