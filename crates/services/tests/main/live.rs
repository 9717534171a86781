use crate::world::World;
use rapport_domain::live::{EVERYTHING, LivePosition, Topic};
use rapport_domain::note::{NewNote, NoteTarget};
use rapport_domain::session::{Device, Viewer};
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_domain::{AppError, CustomerId};
use rapport_services::live::{Event, Live, Stream};
use rapport_services::{Ctx, auth, notes, tickets};
use sqlx::PgPool;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

/// A running server's part, with a session of Priya's.
pub struct Told {
    pub world: World,
    pub live: Live,
    pub token: String,
    stop: Option<oneshot::Sender<()>>,
}

impl Told {
    pub async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let live = Live::new(world.store.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(live.clone().run(async move { drop(stopped.await) }));
        let token = log_in(&world, &world.priya).await;
        while live.position().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Self { world, live, token, stop: Some(stop) }
    }

    pub async fn follow(&self, topic: Topic, from: Option<LivePosition>) -> Stream {
        let ctx = self.world.ctx(&self.world.priya);
        self.live.follow(&ctx, &self.token, vec![topic], from).await.unwrap()
    }

    pub fn customer(&self) -> Topic {
        page(self.world.customer)
    }

    async fn note(&self, by: &Ctx) {
        let target = NoteTarget::Customer(self.world.customer);
        notes::create(by, target, NewNote { body: "b".into() }).await.unwrap();
    }
}

fn page(customer: CustomerId) -> Topic {
    Topic::about("customer", customer.0)
}

/// What is told of the customer themselves.
fn about(told: &Told) -> String {
    format!("customer {}", told.world.customer.0)
}

/// A session, as a login makes it, without the hashing of a password.
async fn log_in(world: &World, who: &Viewer) -> String {
    let token = format!("token-{}", who.user);
    let hash = <sha2::Sha256 as sha2::Digest>::digest(&token);
    let later = chrono::Utc::now() + chrono::TimeDelta::days(1);
    world
        .store
        .insert_session(who.workspace, who.user, &hash, later, &Device::default())
        .await
        .unwrap();
    token
}

/// The next news; beats only say that all is well.
async fn news(stream: &mut Stream) -> Option<Event> {
    let wait = async {
        loop {
            match stream.next().await {
                Some(event) if event.hints.is_empty() => {}
                other => return other,
            }
        }
    };
    timeout(Duration::from_secs(20), wait).await.expect("news in time")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_change_reaches_those_who_follow_it_and_nobody_else(pool: PgPool) {
    let told = Told::new(pool).await;
    let mut open = told.follow(told.customer(), None).await;
    let mut elsewhere = told.follow(page(CustomerId::generate()), None).await;
    let mut inbox = told.follow(Topic::inbox(), None).await;
    let stranger = told.world.stranger().await;
    let other = page(told.world.customer);
    let mut abroad = told.live.follow(&stranger, &told.token, vec![other], None).await.unwrap();
    told.note(&told.world.ctx(&told.world.sam)).await;
    let event = news(&mut open).await.unwrap();
    assert!(event.hints.contains(&about(&told)), "{event:?}");
    let since = event.upto;
    let quiet = async |stream: &mut Stream| loop {
        let beat = stream.next().await.unwrap();
        assert!(beat.hints.is_empty(), "{beat:?}");
        if beat.upto.xid >= since.xid {
            return;
        }
    };
    tokio::join!(quiet(&mut elsewhere), quiet(&mut inbox), quiet(&mut abroad));
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_was_away_gets_what_happened_and_after_long_everything(pool: PgPool) {
    let told = Told::new(pool).await;
    let before = told.live.position().unwrap();
    told.note(&told.world.ctx(&told.world.sam)).await;
    let mut known = None;
    // Until no transaction of another test holds the news back.
    for _ in 0..100 {
        let event = told.follow(told.customer(), Some(before)).await.next().await.unwrap();
        if !event.hints.is_empty() {
            known = Some(event);
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let known = known.expect("what was missed");
    assert!(known.hints.contains(&about(&told)));
    let again = told.follow(told.customer(), Some(known.upto)).await.next().await.unwrap();
    assert!(again.hints.is_empty(), "nothing is told twice: {again:?}");
    let long_ago = LivePosition { at_s: before.at_s - 3_600, ..before };
    let future = LivePosition { xid: i64::MAX, ..before };
    for gap in [long_ago, future] {
        let event = told.follow(told.customer(), Some(gap)).await.next().await.unwrap();
        assert_eq!(*event.hints, [EVERYTHING]);
        assert!(event.upto.xid >= before.xid && event.upto.xid < i64::MAX);
    }
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn the_end_of_a_session_ends_its_streams(pool: PgPool) {
    let told = Told::new(pool).await;
    let sam = log_in(&told.world, &told.world.sam).await;
    let mut gone = told.follow(told.customer(), None).await;
    let ctx = told.world.ctx(&told.world.sam);
    let mut stays = told.live.follow(&ctx, &sam, vec![told.customer()], None).await.unwrap();
    let began = Instant::now();
    auth::logout(&told.world.store, &told.token).await.unwrap();
    assert_eq!(news(&mut gone).await, None);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(stays.next().await.is_some());
    sqlx::query("update users set disabled_at = now() where id = $1")
        .bind(told.world.sam.user.0)
        .execute(&told.world.pool)
        .await
        .unwrap();
    assert_eq!(news(&mut stays).await, None);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_person_hears_when_more_or_less_waits_for_them(pool: PgPool) {
    let told = Told::new(pool).await;
    let (world, before) = (&told.world, told.live.position().unwrap());
    let sam = world.ctx(&world.sam);
    let theirs = log_in(world, &world.sam).await;
    let mut page = told.live.follow(&sam, &theirs, Vec::new(), None).await.unwrap();
    let mut other = told.follow(Topic::everybody(), None).await;
    let mut abroad =
        told.live.follow(&world.stranger().await, &told.token, Vec::new(), None).await.unwrap();
    let ticket = |assignee_id| NewTicket {
        assignee_id,
        ..NewTicket::new(world.customer, "Export", Channel::Phone)
    };
    tickets::create(&sam, ticket(Some(world.sam.user))).await.unwrap();
    assert_eq!(*news(&mut page).await.unwrap().hints, ["waiting"]);
    // Nobody's ticket is everybody's.
    tickets::create(&sam, ticket(None)).await.unwrap();
    let upto = news(&mut other).await.unwrap().upto;
    assert_eq!(*news(&mut page).await.unwrap().hints, ["waiting"]);
    loop {
        let beat = abroad.next().await.unwrap();
        assert!(beat.hints.is_empty(), "{beat:?}");
        if beat.upto.xid >= upto.xid {
            break;
        }
    }
    let missed = async |who: &Ctx, token| {
        told.live.follow(who, token, Vec::new(), Some(before)).await.unwrap().next().await.unwrap()
    };
    assert_eq!(*missed(&sam, &theirs).await.hints, ["waiting"]);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn a_slow_reader_is_dropped_and_a_person_has_a_bound(pool: PgPool) {
    let told = Told::new(pool).await;
    let mut slow = told.follow(told.customer(), None).await;
    let mut quick = told.follow(told.customer(), None).await;
    for _ in 0..12 {
        told.note(&told.world.ctx(&told.world.sam)).await;
        assert!(news(&mut quick).await.is_some());
    }
    // What fitted into the channel, and then the end: nothing is kept for a reader who sleeps.
    let mut got = 0;
    while news(&mut slow).await.is_some() {
        got += 1;
    }
    assert!((1..12).contains(&got), "{got}");

    let mut streams = Vec::new();
    let ctx = told.world.ctx(&told.world.priya);
    let refused = loop {
        match told.live.follow(&ctx, &told.token, vec![Topic::inbox()], None).await {
            Ok(stream) => streams.push(stream),
            Err(error) => break error,
        }
        assert!(streams.len() < 100, "no bound");
    };
    assert!(matches!(refused, AppError::RateLimited { .. }), "{refused:?}");
    streams.pop();
    assert!(told.live.follow(&ctx, &told.token, vec![Topic::inbox()], None).await.is_ok());
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn all_streams_end_when_the_server_stops(pool: PgPool) {
    let mut told = Told::new(pool).await;
    let mut stream = told.follow(Topic::inbox(), None).await;
    drop(told.stop.take());
    assert_eq!(news(&mut stream).await, None);
    let ctx = told.world.ctx(&told.world.priya);
    let late = told.live.follow(&ctx, &told.token, vec![Topic::inbox()], None).await;
    assert_eq!(late.err(), Some(AppError::Unavailable));
}
