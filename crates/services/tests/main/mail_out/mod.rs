//! Answers that leave, through a real SMTP server.

mod exact;
mod faults;
mod forward;
mod leave;
mod news;
mod opened;
mod tls;

use crate::mailboxes::{http, input, keys};
use crate::sink::Sink;
use crate::world::World;
use rapport_domain::message::{Delivery, WriteMessage};
use rapport_domain::{MailboxId, MessageId};
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::run_due;
use rapport_services::{Ctx, mailboxes, messages};
use sqlx::PgPool;

/// A workspace with a mailbox, and a ticket that came in by mail from alex and kim in copy.
pub struct Post {
    pub world: World,
    pub ctx: Ctx,
    pub env: JobEnv,
    pub sink: Sink,
    pub mailbox: MailboxId,
    pub number: i64,
}

impl Post {
    pub async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let ctx = world.ctx(&world.priya);
        let sink = Sink::start();
        let new = input("support@acme.example", sink.port);
        let mailbox = mailboxes::create(&ctx, &keys(), new).await.unwrap();
        let number = inbound(&ctx, "first@customer.example", "").await;
        let public_url = "https://rapport.acme.example".into();
        let env = JobEnv { store: world.store.clone(), keys: keys(), public_url, http: http() };
        Self { world, ctx, env, sink, mailbox, number }
    }

    pub async fn reply(&self, body: &str) -> MessageId {
        self.write(WriteMessage { body: body.into(), ..WriteMessage::default() }).await
    }

    pub async fn write(&self, new: WriteMessage) -> MessageId {
        let ctx = self.world.ctx(&self.world.priya);
        messages::reply(&ctx, self.number, new).await.unwrap().id
    }

    /// Lets everything that waits happen now; answers how many jobs there were.
    pub async fn now(&self) -> usize {
        sqlx::query("update jobs set run_at = now() - interval '1 second'")
            .execute(&self.world.pool)
            .await
            .unwrap();
        run_due(&self.env).await
    }

    pub async fn delivery(&self, id: MessageId) -> Delivery {
        let details = messages::details(&self.ctx, self.number, None).await.unwrap();
        let message = details.thread.messages.into_iter().find(|m| m.id == id);
        message.expect("the message").delivery.expect("a delivery")
    }
}

/// A mail from alex, with kim in copy; answers the ticket's number.
pub async fn inbound(ctx: &Ctx, id: &str, more: &str) -> i64 {
    let raw = format!(
        "From: Alex <alex@customer.example>\r\nTo: support@acme.example\r\n\
        Cc: kim@customer.example, support@acme.example\r\nSubject: Export drops a column\r\n\
        Message-ID: <{id}>\r\n{more}\r\nHelp!\r\n"
    );
    // Whoever is in copy takes part only where the mail proves its sender.
    crate::inbound::take_proven(ctx, "customer.example", raw.into_bytes()).await.ticket_number
}
