//! Taking in events: a bounded queue, a few writers that commit many requests at once, and an
//! answer only after the commit.

mod browser;
mod count;
mod identify;
mod item;
mod link;
mod log;
mod retention;
mod segment;
mod write;

pub use browser::{Claims, demo_token, new_secret, reveal_secret, sign_token};
pub use count::due as count_due;
pub(crate) use item::{Done, Incoming, Item, Label};
pub(crate) use link::LinkEvents;
pub use log::{log, log_days, retry, set_log_days};
pub use rapport_store::event_log::LogRows;
pub(crate) use retention::TidyEvents;
pub use retention::tidy;
pub use retention::{Retention, retention, set_retention};
pub use segment::{Batch, take_segment};

use crate::{Ctx, Result, ctx};
use rapport_domain::limits::INGEST_QUEUE_EVENTS;
use rapport_domain::timeline::EventResult;
use rapport_domain::{AppError, WorkspaceId};
use rapport_store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

/// Commits at once. Four saturate a disk; each takes one connection of the ingest pool, which
/// has room for what identifies people beside them.
const WRITERS: usize = 4;
/// Requests that wait at once.
const REQUESTS: usize = 4_096;
/// How long a writer waits for company before it commits, and with how many events it does not.
const LINGER: Duration = Duration::from_millis(2);
const WORTH_EVENTS: usize = 100;
/// Events with which it takes no further request along: other writers work beside it.
const ENOUGH_EVENTS: usize = 250;
/// A failure that takes so long is the database's, not the request's.
const GONE: Duration = Duration::from_secs(2);
/// How long a request waits for its commit.
const PATIENCE: Duration = Duration::from_secs(15);

/// The way in for events; cheap to clone. Its writers end when the last clone is gone.
#[derive(Debug, Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Request>,
    /// One permit an event, so that the queue is bounded by what it holds in memory.
    room: Arc<Semaphore>,
    /// Connections that no page uses.
    pub(crate) store: Store,
}

#[derive(Debug)]
struct Request {
    workspace: WorkspaceId,
    items: Vec<Item>,
    answer: oneshot::Sender<Result<Vec<EventResult>>>,
}

impl Ingest {
    /// Starts the writers on `store`, whose connections should be theirs alone. Call it inside
    /// the runtime.
    pub fn start(store: Store) -> Self {
        let (queue, waiting) = mpsc::channel(REQUESTS);
        let waiting = Arc::new(Mutex::new(waiting));
        let written = Arc::new(Notify::new());
        for _ in 0..WRITERS {
            tokio::spawn(work(store.clone(), waiting.clone(), written.clone()));
        }
        let room = Arc::new(Semaphore::new(INGEST_QUEUE_EVENTS));
        tokio::spawn(count::run(store.clone(), Arc::downgrade(&room), written));
        Self { queue, room, store }
    }

    /// Queues what one request holds and answers what became of each, after the commit.
    /// [`AppError::Unavailable`] when the queue is full: nothing of the request is stored then.
    pub(crate) async fn submit(&self, ctx: &Ctx, items: Vec<Item>) -> Result<Vec<EventResult>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let full = || {
            tracing::warn!("the event queue is full");
            AppError::Unavailable
        };
        let permits = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(permits).map_err(|_| full())?;
        let (answer, answered) = oneshot::channel();
        let request = Request { workspace: ctx.workspace, items, answer };
        self.queue.try_send(request).map_err(|_| full())?;
        let answered = timeout(PATIENCE, answered).await;
        drop(room);
        answered.map_err(|_| AppError::Unavailable)?.map_err(|_| AppError::Unavailable)?
    }
}

/// One writer: takes what waits, lets a little more arrive, and commits it.
async fn work(store: Store, waiting: Arc<Mutex<mpsc::Receiver<Request>>>, written: Arc<Notify>) {
    loop {
        let mut requests = Vec::new();
        {
            // One writer gathers at a time; the others commit meanwhile.
            let mut waiting = waiting.lock().await;
            let Some(first) = waiting.recv().await else { return };
            requests.push(first);
            take_along(&mut waiting, &mut requests);
            if events(&requests) < WORTH_EVENTS {
                sleep(LINGER).await;
                take_along(&mut waiting, &mut requests);
            }
        }
        commit(&store, requests).await;
        written.notify_one();
    }
}

fn take_along(waiting: &mut mpsc::Receiver<Request>, requests: &mut Vec<Request>) {
    while events(requests) < ENOUGH_EVENTS {
        let Ok(request) = waiting.try_recv() else { return };
        requests.push(request);
    }
}

fn events(requests: &[Request]) -> usize {
    requests.iter().map(|r| r.items.len()).sum()
}

/// Commits requests together, one transaction a workspace. When that fails, each by itself:
/// what one holds must not cost another its commit.
async fn commit(store: &Store, requests: Vec<Request>) {
    let mut groups: Vec<(WorkspaceId, Vec<Request>)> = Vec::new();
    for request in requests {
        match groups.iter_mut().find(|(workspace, _)| *workspace == request.workspace) {
            Some((_, group)) => group.push(request),
            None => groups.push((request.workspace, vec![request])),
        }
    }
    for (workspace, mut group) in groups {
        let mut items: Vec<&mut Item> = group.iter_mut().flat_map(|r| &mut r.items).collect();
        match write::write(store, workspace, ctx::now(), &mut items).await {
            Ok(results) => {
                let mut results = results.into_iter();
                for request in group {
                    let own = results.by_ref().take(request.items.len()).collect();
                    // Nobody waits any more: it is stored all the same.
                    let _ = request.answer.send(Ok(own));
                }
            }
            Err(error) => {
                tracing::warn!(%error, requests = group.len(), "a group of events was not stored");
                one_by_one(store, workspace, group).await;
            }
        }
    }
}

/// Writes each request by itself. When the database does not answer, nobody behind waits for
/// it once more.
async fn one_by_one(store: &Store, workspace: WorkspaceId, group: Vec<Request>) {
    let mut gone = false;
    for mut request in group {
        let result = if gone {
            Err(AppError::Unavailable)
        } else {
            let mut items: Vec<&mut Item> = request.items.iter_mut().collect();
            let began = Instant::now();
            let result = write::write(store, workspace, ctx::now(), &mut items).await;
            gone = result.is_err() && began.elapsed() > GONE;
            result
        };
        let _ = request.answer.send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::item::Label;
    use sqlx::postgres::PgPoolOptions;

    fn item() -> Item {
        Item::ignored(Label::default(), "nothing")
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_has_room_again() {
        // Nothing listens there: whatever is queued fails, and nothing here may wait for it.
        let pool = PgPoolOptions::new()
            .acquire_timeout(Duration::from_millis(200))
            .connect_lazy("postgres://nobody@127.0.0.1:1/none");
        let store = Store::from_pool(pool.expect("an address"));
        let ctx = Ctx::for_system(store.clone(), WorkspaceId::generate(), "Test");
        let ingest = Ingest::start(store);
        let all = u32::try_from(INGEST_QUEUE_EVENTS).expect("fits");
        let taken = ingest.room.clone().try_acquire_many_owned(all).expect("an empty queue");
        let began = Instant::now();
        assert_eq!(ingest.submit(&ctx, vec![item()]).await, Err(AppError::Unavailable));
        assert!(began.elapsed() < Duration::from_millis(100), "it waited");
        drop(taken);
        // The database's failure is the answer, and the room is given back.
        assert_eq!(ingest.submit(&ctx, vec![item()]).await, Err(AppError::Unavailable));
        assert_eq!(ingest.room.available_permits(), INGEST_QUEUE_EVENTS);
    }
}
