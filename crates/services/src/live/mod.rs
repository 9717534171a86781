//! Telling open pages what changed.
//!
//! One reader a server ([`tail`]) reads the rows that each change leaves, and hands their hints to
//! the streams that follow their topics ([`streams`]); what either means, the page knows. A page then fetches through the same services as
//! ever: nothing here shows anything of a ticket or customer. Who looks at a ticket is told too
//! ([`present`]).

mod present;
mod room;
mod streams;
mod tail;

pub use present::be_at;

use crate::auth::hash_token;
use crate::{Ctx, Result};
use rapport_domain::live::{EVERYTHING, HINTS_MAX, LivePosition, TOPICS_MAX, Topic};
use rapport_domain::{AppError, Permission, UserId, WorkspaceId};
use rapport_store::{Store, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use streams::Streams;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

/// Silence is broken so often: a page knows by it that it is not cut off.
pub const BEAT: Duration = Duration::from_secs(5);
/// How long changes are kept for readers that were away, and how old a reader's position may
/// be for them all to be still there.
const KEPT: Duration = Duration::from_secs(600);
const RESUME_S: i64 = 480;

/// The streams of this server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// A connection of its own: neither busy pages nor many streams wait for each other.
    store: Store,
    streams: Streams,
    /// Somebody came: the tail reads quickly again.
    came: Notify,
}

/// One stream; it ends when this is dropped.
#[derive(Debug)]
pub struct Stream {
    id: u64,
    live: Live,
    // Shared by all who hear the same, for each channel keeps room for many.
    events: mpsc::Receiver<Arc<Event>>,
    /// What happened while the reader was away; the stream says at once that it is there.
    first: Option<Event>,
}

/// What a stream says next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where to go on after this one.
    pub upto: LivePosition,
    /// What changed.
    pub hints: Arc<[String]>,
    /// Who is at which ticket, where that changed; see [`rapport_domain::presence`].
    pub present: Option<Arc<str>>,
}

impl Event {
    /// Says only that the stream is alive.
    fn beat(upto: LivePosition) -> Self {
        Self::hints(upto, [].into())
    }

    fn hints(upto: LivePosition, hints: Arc<[String]>) -> Self {
        Self { upto, hints, present: None }
    }

    fn present(upto: LivePosition, text: &str) -> Self {
        Self { upto, hints: [].into(), present: Some(text.into()) }
    }
}

impl Live {
    /// Of a server whose own `store` has a connection for it. [`Live::run`] makes it work.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Shared { store, streams: Streams::default(), came: Notify::new() }))
    }

    /// How far everybody was told: where a page that is made now goes on. `None` while nothing
    /// can be told.
    pub fn position(&self) -> Option<LivePosition> {
        self.0.streams.position()
    }

    /// Reads and tells until `stop` ends; then all streams end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tail::run(&self.0, stop).await;
    }

    /// Starts a stream of `topics` for the person in `ctx`, whose session is `token`: checked again
    /// every half minute, and when it ends. `from` is where an earlier stream stopped, or when the page
    /// was made; what happened since comes first. Refused with 429 when the person has
    /// too many, and with 503 while nothing can be told.
    pub async fn follow(
        &self,
        ctx: &Ctx,
        token: &str,
        mut topics: Vec<Topic>,
        from: Option<LivePosition>,
    ) -> Result<Stream> {
        ctx.require(Permission::WorkspaceRead)?;
        let user = ctx.user().ok_or(AppError::Unauthenticated)?;
        topics.truncate(TOPICS_MAX);
        topics.extend([Topic::person(user), Topic::everybody()]);
        topics.sort_unstable();
        topics.dedup();
        let session = hash_token(token);
        let (id, events) = self.0.streams.add(ctx.workspace, user, session, &topics)?;
        let mut stream = Stream { id, live: self.clone(), events, first: None };
        self.0.came.notify_one();
        // Read after the stream was added: between the two nothing gets lost.
        stream.first = match from {
            Some(from) => Some(self.missed(ctx.workspace, &topics, from).await?),
            None => self.position().map(Event::beat),
        };
        Ok(stream)
    }

    async fn missed(
        &self,
        workspace: WorkspaceId,
        topics: &[Topic],
        from: LivePosition,
    ) -> Result<Event> {
        let now = self.0.store.live_position().await?;
        // A position from the future is another database's.
        let known = from.xid <= now.xid && now.at_s - from.at_s < RESUME_S;
        if !known {
            return Ok(Event::hints(now, [EVERYTHING.to_string()].into()));
        }
        let limit = i64::try_from(HINTS_MAX).unwrap_or(0);
        let found = self.0.store.changes_of(workspace, topics, from, limit).await?;
        let mut hints: Vec<_> = found.rows.into_iter().map(|change| change.hint).collect();
        hints.sort_unstable();
        hints.dedup();
        if found.cut {
            hints = vec![EVERYTHING.to_string()];
        }
        Ok(Event::hints(found.upto, hints.into()))
    }
}

impl Stream {
    /// The next event, at the latest after [`BEAT`]; `None` once the stream is over.
    pub async fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if let Ok(events) = timeout(BEAT, self.events.recv()).await {
            return events.map(Arc::unwrap_or_clone);
        }
        // First where all are, then whether something came: what was told up to there is in the
        // channel by now, and must not be passed over by the beat's position.
        let upto = self.live.position()?;
        match self.events.try_recv() {
            Ok(events) => Some(Arc::unwrap_or_clone(events)),
            Err(mpsc::error::TryRecvError::Empty) => Some(Event::beat(upto)),
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.live.0.streams.remove(self.id);
    }
}

impl Shared {
    /// Ends the streams of people who logged out or were locked out.
    async fn check_sessions(&self, of: Option<UserId>) -> std::result::Result<(), StoreError> {
        const AT_ONCE: usize = 1_000;
        for hashes in self.streams.sessions(of).chunks(AT_ONCE) {
            let good: HashSet<_> = self.store.good_sessions(hashes).await?.into_iter().collect();
            let gone = hashes.iter().filter(|h| !good.contains(*h)).cloned().collect();
            self.streams.end_sessions(&gone);
        }
        Ok(())
    }
}
