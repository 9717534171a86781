//! The one reader of changes in this process.

use super::streams::News;
use super::{KEPT, Shared, present};
use rapport_domain::UserId;
use rapport_domain::live::LivePosition;
use rapport_store::StoreError;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often it reads while somebody listens, while nobody does, and after a failure.
const READ: Duration = Duration::from_millis(40);
const READ_IDLE: Duration = Duration::from_secs(1);
const READ_AGAIN: Duration = Duration::from_millis(250);
/// Changes read at once; more are not told one by one.
const ROWS: i64 = 5_000;
/// How long one read may take, and how long reading may fail before the streams end: a page
/// has to know that it is not told any more, within three seconds of the last news.
const READ_TIMEOUT: Duration = Duration::from_secs(1);
const FAILING: Duration = Duration::from_millis(1_500);
/// How often it reads who is at which ticket, while somebody listens.
const READ_PRESENT: Duration = Duration::from_millis(200);
/// How often sessions are looked at again, and old changes deleted.
const CHECK: Duration = Duration::from_secs(30);
const SWEEP: Duration = Duration::from_secs(10);
const SWEPT_AT_ONCE: i64 = 5_000;
/// Rounds of sweeping in a row: more than a server can write in between.
const SWEEPS: usize = 100;

/// Reads and tells until `stop` ends. Acts as the system: it shows nothing but ids, and only
/// to streams that were allowed.
pub(super) async fn run(shared: &Shared, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut position = None;
    let (mut read, mut checked, mut swept) = (Instant::now(), Instant::now(), Instant::now());
    let mut looked = Instant::now();
    loop {
        let pause = match noted(timeout(READ_TIMEOUT, step(shared, position)).await) {
            Some(reached) => {
                (position, read) = (Some(reached), Instant::now());
                if shared.streams.is_empty() { READ_IDLE } else { READ }
            }
            None => {
                if read.elapsed() > FAILING {
                    shared.streams.end_all();
                }
                READ_AGAIN
            }
        };
        if position.is_some() && pause == READ && looked.elapsed() > READ_PRESENT {
            looked = Instant::now();
            noted(timeout(READ_TIMEOUT, present::read(shared)).await);
        }
        if checked.elapsed() > CHECK {
            checked = Instant::now();
            noted(timeout(READ_TIMEOUT, shared.check_sessions(None)).await);
        }
        if swept.elapsed() > SWEEP {
            swept = Instant::now();
            noted(timeout(READ_TIMEOUT, sweep(shared)).await);
        }
        tokio::select! {
            () = &mut stop => break,
            () = sleep(pause) => {}
            () = shared.came.notified(), if pause == READ_IDLE => {}
        }
    }
    shared.streams.end_all();
}

/// Reads once and tells what was found; answers how far it came.
async fn step(shared: &Shared, from: Option<LivePosition>) -> Result<LivePosition, StoreError> {
    let Some(from) = from else {
        let now = shared.store.live_position().await?;
        shared.streams.tell(now, News::default());
        return Ok(now);
    };
    let found = shared.store.changes(from, ROWS).await?;
    // People first: whoever was locked out is told nothing more.
    let people = found.rows.iter().filter_map(|change| change.topic.sessions_of());
    for person in people.collect::<BTreeSet<UserId>>() {
        shared.check_sessions(Some(person)).await?;
    }
    if found.cut {
        shared.check_sessions(None).await?;
        shared.streams.tell_everything(found.upto);
    } else {
        let mut news = News::default();
        for change in found.rows {
            news.entry((change.workspace, change.topic)).or_default().push(change.hint);
        }
        shared.streams.tell(found.upto, news);
    }
    Ok(found.upto)
}

async fn sweep(shared: &Shared) -> Result<(), StoreError> {
    shared.store.sweep_present().await?;
    for _ in 0..SWEEPS {
        let changes = shared.store.sweep_changes(KEPT.as_secs_f64(), SWEPT_AT_ONCE).await?;
        let batches = shared.store.sweep_batches(KEPT.as_secs_f64(), SWEPT_AT_ONCE).await?;
        if changes + batches == 0 {
            break;
        }
    }
    Ok(())
}

fn noted<T>(done: Result<Result<T, StoreError>, tokio::time::error::Elapsed>) -> Option<T> {
    match done {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(error)) => tracing::warn!(%error, "changes cannot be read"),
        Err(_) => tracing::warn!("reading changes took too long"),
    }
    None
}
