use crate::world::World;
use rapport_domain::message::NewMessage;
use rapport_domain::ticket::{Channel, MessageKind, NewTicket};
use rapport_domain::timeline::TimelineQuery;
use rapport_domain::{AppError, Cursor, MessageId, Uuid};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::{Ctx, messages, tickets, timeline};
use serde_json::json;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// Answers every request with these bytes, whatever they are.
async fn serve(body: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).await;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        }
    });
    format!("http://{address}/a.png")
}

async fn message(ctx: &Ctx, world: &World, html: &str) -> MessageId {
    let new = NewTicket::new(world.customer, "Pictures", Channel::Email);
    let number = tickets::create(ctx, new).await.unwrap().number;
    let message = NewMessage {
        body_html: Some(html.into()),
        body_text: None,
        ..NewMessage::new(MessageKind::Customer, "")
    };
    messages::add_message(ctx, number, message).await.unwrap();
    messages::details(ctx, number, None).await.unwrap().thread.messages[0].id
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn remote_pictures_are_fetched_when_asked_for(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let (picture, script) = (serve(PNG).await, serve(b"<svg onload=alert(1)>").await);
    let id =
        message(&ctx, &world, &format!("<p>Hi<img src='{picture}'><img src='{script}'>")).await;

    let hidden = messages::message_html(&ctx, id, false).await.unwrap();
    assert_eq!(hidden.hidden, 2);
    assert!(!hidden.html.contains("127.0.0.1"), "{}", hidden.html);
    let shown = messages::message_html(&ctx, id, true).await.unwrap();
    assert_eq!(shown.hidden, 0);
    assert!(shown.html.contains(&format!("/files/messages/{id}/pictures/1")), "{}", shown.html);

    let http = HttpClient::new(Reach::and_this_machine()).unwrap();
    let mut kinds = Vec::new();
    for n in 0..3 {
        kinds.push(messages::message_picture(&ctx, &http, id, n).await);
    }
    let good = kinds.iter().filter(|k| k.as_ref() == Ok(&("image/png", PNG.to_vec()))).count();
    assert_eq!(good, 1, "what is no picture is none, and there is no third: {kinds:?}");
    let stranger = world.stranger().await;
    let refused = messages::message_picture(&stranger, &http, id, 0).await;
    assert_eq!(refused.unwrap_err(), AppError::NotFound);
}

#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn no_picture_leads_into_our_own_network(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.sam);
    let picture = serve(PNG).await;
    let id = message(&ctx, &world, &format!("<img src='{picture}'>")).await;
    let http = HttpClient::new(Reach::Public).unwrap();
    let refused = messages::message_picture(&ctx, &http, id, 0).await;
    assert_eq!(refused.unwrap_err(), AppError::NotFound);
}

/// Says which of the events' pictures were asked for: a connection is enough, no handshake is.
#[sqlx::test(migrator = "rapport_store::MIGRATOR")]
async fn only_the_address_of_a_stored_event_is_asked(pool: PgPool) {
    let world = World::new(pool).await;
    let ctx = world.ctx(&world.vera);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/a.png", listener.local_addr().unwrap());
    let event = json!({"customer": {"id": world.customer}, "name": "n", "icon": address});
    let ingest = world.ingest();
    timeline::ingest_json(&world.ctx(&world.sam), &ingest, vec![event]).await.unwrap();
    let query = TimelineQuery::default();
    let page = timeline::page(&ctx, world.customer, &query).await.unwrap();
    let at = page.items[0].cursor();
    assert_eq!(page.items[0].picture(), Some(address.as_str()));

    let http = HttpClient::new(Reach::and_this_machine()).unwrap();
    let asked = async |ctx: &Ctx, at: Cursor| {
        let fetch = timeline::event_picture(ctx, &http, world.customer.into(), at);
        tokio::select! {
            answer = fetch => {
                assert_eq!(answer.unwrap_err(), AppError::NotFound);
                false
            }
            _ = listener.accept() => true,
        }
    };
    assert!(asked(&ctx, at).await);
    assert!(!asked(&ctx, Cursor::new(at.at, Uuid::nil())).await, "another event");
    assert!(!asked(&world.stranger().await, at).await, "another workspace");
}
