//! Who is told of what, by which way, and when.

use crate::mailboxes::{http, input, keys};
use crate::sink::Sink;
use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{TimeDelta, Utc};
use rapport_domain::message::NewMessage;
use rapport_domain::notify::{News, Notify, Quiet, Whose};
use rapport_domain::session::{Device, Viewer};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, TicketChange};
use rapport_domain::{AppError, UserId};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::push::{self, NewDevice};
use rapport_services::{mailboxes, messages, notifications, tickets};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn told(world: &World, who: &Viewer) -> Vec<News> {
    let list = notifications::list(&world.ctx(who), None).await.unwrap();
    list.items.iter().rev().map(|told| told.news).collect()
}

/// Each in a request of its own.
async fn ticket(world: &World, by: &Viewer, assignee_id: Option<UserId>) -> i64 {
    let new = NewTicket { assignee_id, ..NewTicket::new(world.customer, "Export", Channel::Phone) };
    tickets::create(&world.ctx(by), new).await.unwrap().number
}

async fn customer_writes(world: &World, by: &Viewer, number: i64) {
    let new = NewMessage {
        body_text: Some("Still broken".into()),
        ..NewMessage::new(MessageKind::Customer, "")
    };
    messages::add_message(&world.ctx(by), number, new).await.unwrap();
}

fn worker(world: &World) -> JobEnv {
    let public_url = "https://r.example".into();
    JobEnv { store: world.store.clone(), keys: keys(), public_url, http: http() }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn people_hear_of_their_tickets_and_of_others_only_when_they_ask(pool: PgPool) {
    let world = World::new(pool).await;
    let number = ticket(&world, &world.priya, Some(world.sam.user)).await;
    customer_writes(&world, &world.priya, number).await;
    assert_eq!(told(&world, &world.sam).await, [News::Assigned, News::Reply]);
    assert_eq!(told(&world, &world.priya).await, [], "nobody is told of what they did");
    assert_eq!(told(&world, &world.vera).await, []);

    let mut all = Notify::default();
    all.reply.whose = Whose::All;
    notifications::set_rules(&world.ctx(&world.vera), all).await.unwrap();
    let sam = world.ctx(&world.sam);
    customer_writes(&world, &world.sam, number).await;
    assert_eq!(told(&world, &world.vera).await, [News::Reply]);
    assert_eq!(told(&world, &world.sam).await.len(), 2, "by Sam's own hand");

    // What is given away is told to whoever gets it.
    let change =
        TicketChange { assignee_id: Some(Some(world.priya.user)), ..TicketChange::default() };
    let version = messages::details(&sam, number, None).await.unwrap().ticket.row.version;
    tickets::change(&sam, number, version, change).await.unwrap();
    assert_eq!(told(&world, &world.priya).await, [News::Assigned]);
    // History brings no news.
    let old = NewMessage {
        sent_at: Some(Utc::now() - TimeDelta::days(30)),
        body_text: Some("Long ago".into()),
        ..NewMessage::new(MessageKind::Customer, "")
    };
    messages::add_message(&sam, number, old).await.unwrap();
    assert_eq!(told(&world, &world.priya).await.len(), 1);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_team_hears_of_what_nobody_of_it_has(pool: PgPool) {
    let world = World::new(pool).await;
    sqlx::query("insert into team_members (workspace_id, team_id, user_id) values ($1, $2, $3)")
        .bind(world.workspace.0)
        .bind(world.team.0)
        .bind(world.sam.user.0)
        .execute(&world.pool)
        .await
        .unwrap();
    let new = || NewTicket {
        team_id: Some(world.team),
        ..NewTicket::new(world.customer, "Invoice", Channel::Phone)
    };
    tickets::create(&world.ctx(&world.priya), new()).await.unwrap();
    assert_eq!(told(&world, &world.sam).await, [], "by default only their own");
    let mut teams = Notify::default();
    teams.assigned.whose = Whose::Teams;
    notifications::set_rules(&world.ctx(&world.sam), teams).await.unwrap();
    tickets::create(&world.ctx(&world.priya), new()).await.unwrap();
    assert_eq!(told(&world, &world.sam).await, [News::Assigned]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn mails_wait_for_the_end_of_quiet_hours_and_come_as_one(pool: PgPool) {
    let world = World::new(pool).await;
    let priya = world.ctx(&world.priya);
    let sink = Sink::start();
    let mailbox = input("support@acme.example", sink.port);
    mailboxes::create(&priya, &keys(), mailbox).await.unwrap();
    let midnight = "00:00".parse().unwrap();
    let quiet =
        |zone: &str, days| Quiet { days, from: midnight, to: midnight, time_zone: zone.into() };
    let sam = world.ctx(&world.sam);
    let mut rules = Notify::default();
    rules.assigned.email = true;
    // At the bell they count whatever the hour; without it they only leave by mail.
    rules.reply = rapport_domain::notify::Rule { app: false, email: true, ..rules.reply };
    for (bad, field) in
        [(quiet("Mars", [true; 7]), "time_zone"), (quiet("UTC", [false; 7]), "days")]
    {
        let refused = Notify { quiet: Some(bad), ..rules.clone() };
        let error = notifications::set_rules(&sam, refused).await.unwrap_err();
        assert!(error.field(field).is_some(), "{error:?}");
    }
    rules.quiet = Some(quiet("UTC", [true; 7]));
    notifications::set_rules(&sam, rules.clone()).await.unwrap();
    let number = ticket(&world, &world.priya, Some(world.sam.user)).await;
    customer_writes(&world, &world.priya, number).await;
    assert_eq!(told(&world, &world.sam).await, [News::Assigned]);
    let due: chrono::DateTime<Utc> =
        sqlx::query_scalar("select min(run_at) from jobs where kind = 'notify_mail'")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert!(due - Utc::now() > TimeDelta::days(5), "always quiet: {due}");
    let hurry = async || {
        sqlx::query("update jobs set run_at = now() - interval '1 second'")
            .execute(&world.pool)
            .await
            .unwrap();
        run_due(&worker(&world)).await
    };
    assert_eq!(hurry().await, 1);
    let mail = sink.mail();
    assert_eq!(mail.to, std::slice::from_ref(&world.sam.email));
    let text = mail.read().text;
    for part in ["assigned #", "wrote on #", "Still broken", "https://r.example/customers/"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // What was seen meanwhile is not mailed.
    rules.quiet = None;
    notifications::set_rules(&sam, rules).await.unwrap();
    ticket(&world, &world.priya, Some(world.sam.user)).await;
    notifications::read_all(&sam).await.unwrap();
    assert_eq!(hurry().await, 1);
    sink.no_more_mail();
}

/// Answers each request with the next status; hands on what was asked.
async fn push_service(statuses: &'static [u16]) -> (String, tokio::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send/1", listener.local_addr().unwrap());
    let (tell, asked) = tokio::sync::mpsc::channel(10);
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            let mut part = [0; 8_192];
            // Head and body: the body is binary, its length stands in the head.
            loop {
                let n = stream.read(&mut part).await.unwrap();
                read.extend_from_slice(&part[..n]);
                let text = String::from_utf8_lossy(&read).to_lowercase();
                let Some(head) = text.find("\r\n\r\n") else { continue };
                let length = text.split("content-length: ").nth(1).unwrap();
                let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                if read.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4 + length
                    <= read.len()
                {
                    tell.send(text[..head].to_string()).await.unwrap();
                    break;
                }
            }
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_browser_is_told_until_it_takes_its_address_back(pool: PgPool) {
    let world = World::new(pool).await;
    let (priya, sam) = (world.ctx(&world.priya), world.ctx(&world.sam));
    let later = Utc::now() + TimeDelta::days(1);
    let hash = <sha2::Sha256 as sha2::Digest>::digest("token");
    world
        .store
        .insert_session(world.workspace, world.sam.user, &hash, later, &Device::default())
        .await
        .unwrap();
    let key = push::public_key(&sam, &keys()).await.unwrap().unwrap();
    assert_eq!(push::public_key(&priya, &keys()).await.unwrap(), Some(key), "one a workspace");
    let no_key = World::stranger(&world).await;
    assert_eq!(push::public_key(&no_key, &Default::default()).await.unwrap(), None);
    // A point of the curve: the standard's example.
    let p256dh =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let device = |endpoint: &str| NewDevice {
        endpoint: endpoint.into(),
        p256dh: p256dh.into(),
        auth: URL_SAFE_NO_PAD.encode([7; 16]),
    };
    for bad in ["http://push.example/1", "javascript:1", ""] {
        let refused = push::subscribe(&sam, "token", "Firefox", device(bad)).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{bad}");
    }
    push::subscribe(&sam, "token", "Firefox", device("https://push.example/1")).await.unwrap();
    assert_eq!(push::devices(&sam).await.unwrap().len(), 1);
    assert_eq!(push::devices(&priya).await.unwrap().len(), 0);
    let (url, mut asked) = push_service(&[201, 503, 201, 410]).await;
    sqlx::query("update push_subscriptions set endpoint = $1")
        .bind(&url)
        .execute(&world.pool)
        .await
        .unwrap();
    let worker = worker(&world);
    ticket(&world, &world.priya, Some(world.sam.user)).await;
    assert_eq!(run_due(&worker).await, 1);
    let head = asked.recv().await.unwrap();
    for line in ["content-encoding: aes128gcm", "ttl: ", "authorization: vapid t="] {
        assert!(head.contains(line), "{line} in {head}");
    }
    // Told again when the service is there again.
    ticket(&world, &world.priya, Some(world.sam.user)).await;
    run_due(&worker).await;
    sqlx::query("update jobs set run_at = now()").execute(&world.pool).await.unwrap();
    run_due(&worker).await;
    assert_eq!(push::devices(&sam).await.unwrap().len(), 1);
    ticket(&world, &world.priya, Some(world.sam.user)).await;
    run_due(&worker).await;
    assert_eq!(push::devices(&sam).await.unwrap().len(), 0, "gone for good");
    // Whoever logs out is told nothing more there.
    push::subscribe(&sam, "token", "Firefox", device("https://push.example/2")).await.unwrap();
    world.store.delete_session(&hash).await.unwrap();
    assert_eq!(push::devices(&sam).await.unwrap().len(), 0);
}
