//! Whether Postgres answers at all.

use crate::{Result, Store};
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(250);
/// How long an answer may take. It asks for nothing, on a connection of its own: a busy database
/// answers it still.
const PATIENCE: Duration = Duration::from_millis(1_200);
/// Time by which our own clock may be late. More says that this machine has no time for anybody,
/// and nothing of the database.
const LATE: Duration = Duration::from_millis(300);

impl Store {
    /// Keeps saying whether the database at `url` is lost: it does not answer within 1.5 seconds.
    /// Runs until nobody listens. A network that swallows everything, or a server that stands
    /// still, fails no statement by itself.
    pub async fn watch(url: &str, lost: watch::Sender<bool>) -> Result<()> {
        let options = Self::options(url)?;
        let mut connection: Option<PgConnection> = None;
        while !lost.is_closed() {
            let began = Instant::now();
            let answer = timeout(PATIENCE, async {
                let mut known = match connection.take() {
                    Some(known) => known,
                    None => options.connect().await?,
                };
                known.ping().await?;
                Ok::<_, sqlx::Error>(known)
            });
            connection = answer.await.ok().and_then(std::result::Result::ok);
            if connection.is_none() && began.elapsed() > PATIENCE + LATE {
                continue;
            }
            let now_lost = connection.is_none();
            let changed = lost.send_if_modified(|was| std::mem::replace(was, now_lost) != now_lost);
            match (changed, now_lost) {
                (true, true) => tracing::error!("the database does not answer"),
                (true, false) => tracing::info!("the database answers again"),
                _ => {}
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }
}
