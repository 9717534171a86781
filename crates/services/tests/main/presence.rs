//! Who looks at a ticket and who types in it, told to colleagues.

use crate::live::Told;
use rapport_domain::live::Topic;
use rapport_domain::presence::Doing;
use rapport_domain::ticket::{Channel, NewTicket};
use rapport_services::live::{Live, Stream, be_at};
use rapport_services::tickets;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::timeout;

/// What the stream says of who is where, once it says `wanted`.
async fn present(live: &Live, stream: &mut Stream, wanted: impl Fn(&str) -> bool) -> String {
    let wait = async {
        loop {
            live.read_present().await.unwrap();
            let event = stream.next().await.expect("the stream goes on");
            if let Some(text) = event.present.filter(|text| wanted(text)) {
                return text.to_string();
            }
        }
    };
    timeout(Duration::from_secs(20), wait).await.expect("told in time")
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn colleagues_see_who_is_at_a_ticket_and_nobody_else_does(pool: PgPool) {
    let told = Told::new(pool).await;
    let world = &told.world;
    let sam = world.ctx(&world.sam);
    let ticket = tickets::create(&sam, NewTicket::new(world.customer, "Export", Channel::Phone));
    let ticket = ticket.await.unwrap().id;
    let mut page = told.follow(told.customer(), None).await;
    let mut inbox = told.follow(Topic::inbox(), None).await;
    let stranger = world.stranger().await;
    let mut abroad =
        told.live.follow(&stranger, &told.token, vec![told.customer()], None).await.unwrap();
    assert_eq!(present(&told.live, &mut page, |_| true).await, "all");

    be_at(&sam, 1, ticket, Some(Doing::Looking)).await.unwrap();
    for stream in [&mut page, &mut inbox] {
        let text = present(&told.live, stream, |text| text.contains("Sam")).await;
        assert_eq!(text, format!("{ticket} {} looking Sam Ortiz", world.sam.user));
    }
    // Two tabs are one person, who types if either does.
    be_at(&sam, 2, ticket, Some(Doing::Typing)).await.unwrap();
    let text = present(&told.live, &mut page, |text| text.contains("typing")).await;
    assert_eq!(text.lines().count(), 1, "{text}");
    // Whoever comes later hears at once who is there; a stranger's page of the same id does not.
    let mut late = told.follow(told.customer(), None).await;
    assert!(present(&told.live, &mut late, |_| true).await.starts_with("all\n"));
    be_at(&stranger, 3, ticket, Some(Doing::Looking)).await.unwrap();
    assert_eq!(present(&told.live, &mut abroad, |_| true).await, "all");
    be_at(&sam, 2, ticket, None).await.unwrap();
    be_at(&sam, 1, ticket, None).await.unwrap();
    let gone = |text: &str| text == ticket.to_string();
    present(&told.live, &mut page, gone).await;
    let count = "select count(*) from presence";
    let left: i64 = sqlx::query_scalar(count).fetch_one(&world.pool).await.unwrap();
    assert_eq!(left, 0, "nothing of another workspace's ticket was noted");
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn whoever_says_nothing_more_is_gone_and_tabs_have_a_bound(pool: PgPool) {
    let told = Told::new(pool).await;
    let world = &told.world;
    let sam = world.ctx(&world.sam);
    let new = |subject: &str| NewTicket::new(world.customer, subject, Channel::Phone);
    let one = tickets::create(&sam, new("One")).await.unwrap().id;
    let two = tickets::create(&sam, new("Two")).await.unwrap().id;
    let seen = async || world.store.present(100).await.unwrap();
    be_at(&sam, 1, one, Some(Doing::Looking)).await.unwrap();
    be_at(&sam, 1, two, Some(Doing::Typing)).await.unwrap();
    // A late goodbye to the ticket before says nothing of the one it is at.
    be_at(&sam, 1, one, None).await.unwrap();
    let now = seen().await;
    assert_eq!(now.iter().map(|row| row.ticket).collect::<Vec<_>>(), [two]);
    sqlx::query("update presence set until = now() - interval '1 second'")
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(seen().await, []);
    world.store.sweep_present().await.unwrap();
    for tab in 0..40 {
        be_at(&sam, tab, one, Some(Doing::Looking)).await.unwrap();
    }
    let count = "select count(*) from presence";
    let tabs: i64 = sqlx::query_scalar(count).fetch_one(&world.pool).await.unwrap();
    assert!((1..=20).contains(&tabs), "{tabs}");
}
