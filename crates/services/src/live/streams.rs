//! The streams of this server: who follows what, and the channel to each.
//!
//! A channel holds a few events. A reader who does not keep up is dropped, never buffered: it
//! comes again, says where it was, and gets what it missed.

use super::Event;
use super::present::Board;
use crate::Result;
use rapport_domain::live::{HINTS_MAX, Hint, LivePosition, Topic};
use rapport_domain::{AppError, UserId, Uuid, WorkspaceId};
use rapport_store::presence::PresentRow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Events that wait for a reader.
const WAITING: usize = 8;
/// Streams of one person, and of a server.
const OF_A_PERSON: usize = 20;
const OF_A_SERVER: usize = 20_000;
/// When to come again after a refusal.
const RETRY_S: u32 = 30;

pub(super) type Room = (WorkspaceId, Topic);

#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// How far all were told; `None` while nothing can be told.
    position: Option<LivePosition>,
    last: u64,
    streams: HashMap<u64, One>,
    rooms: HashMap<Room, Vec<u64>>,
    people: HashMap<UserId, usize>,
    present: Board,
}

#[derive(Debug)]
struct One {
    room: Room,
    user: UserId,
    /// What is stored of its session's token.
    session: Arc<[u8]>,
    tell: mpsc::Sender<Arc<Event>>,
}

/// What is told at once, by room; what all customers' pages of a workspace hear; and for whom
/// more or less waits, all zeros being everybody.
#[derive(Debug, Default)]
pub(super) struct News {
    pub rooms: HashMap<Room, Vec<Hint>>,
    pub everywhere: HashMap<WorkspaceId, Vec<Hint>>,
    pub waiting: HashSet<(WorkspaceId, UserId)>,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing below panics half way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn position(&self) -> Option<LivePosition> {
        self.lock().position
    }

    pub fn is_empty(&self) -> bool {
        self.lock().streams.is_empty()
    }

    pub fn add(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        session: Vec<u8>,
        topic: Topic,
    ) -> Result<(u64, mpsc::Receiver<Arc<Event>>)> {
        let mut inner = self.lock();
        let Some(upto) = inner.position.filter(|_| inner.streams.len() < OF_A_SERVER) else {
            return Err(AppError::Unavailable);
        };
        let of_person = inner.people.entry(user).or_default();
        if *of_person >= OF_A_PERSON {
            return Err(AppError::RateLimited { retry_after_s: RETRY_S });
        }
        *of_person += 1;
        inner.last += 1;
        let (id, room) = (inner.last, (workspace, topic));
        let (tell, told) = mpsc::channel(WAITING);
        // There is room in a new channel.
        let all = inner.present.all(room).map(|all| Arc::new(Event::present(upto, &all)));
        let _ = all.map(|all| tell.try_send(all));
        inner.streams.insert(id, One { room, user, session: session.into(), tell });
        inner.rooms.entry(room).or_default().push(id);
        Ok((id, told))
    }

    pub fn remove(&self, id: u64) {
        self.lock().remove(id);
    }

    /// Hands `news` to all whom it concerns, then says that all were told up to `upto`.
    pub fn tell(&self, upto: LivePosition, mut news: News) {
        let mut inner = self.lock();
        let mut full = inner.tell_people(&news.waiting);
        for (workspace, shared) in &news.everywhere {
            let hear = |(of, topic): &&Room| of == workspace && matches!(topic, Topic::Customer(_));
            for room in inner.rooms.keys().filter(hear) {
                news.rooms.entry(*room).or_default().extend(shared);
            }
        }
        for (room, mut hints) in news.rooms {
            let Some(ids) = inner.rooms.get(&room) else { continue };
            hints.sort_unstable();
            hints.dedup();
            if hints.len() > HINTS_MAX {
                hints = vec![Hint::Everything];
            }
            let event = Arc::new(Event::hints(upto, hints.into()));
            full.extend(inner.unable(ids, &event));
        }
        for id in full {
            inner.remove(id);
        }
        inner.position = Some(upto);
    }

    /// Tells those who follow what changed in who is where.
    pub fn tell_present(&self, rows: Vec<PresentRow>) {
        let mut inner = self.lock();
        let Some(upto) = inner.position else { return };
        let mut full = Vec::new();
        for (room, text) in inner.present.update(rows) {
            let Some(ids) = inner.rooms.get(&room) else { continue };
            full.extend(inner.unable(ids, &Arc::new(Event::present(upto, &text))));
        }
        for id in full {
            inner.remove(id);
        }
    }

    /// Says that more happened than was read.
    pub fn tell_everything(&self, upto: LivePosition) {
        let rooms: Vec<Room> = self.lock().rooms.keys().copied().collect();
        let rooms = rooms.into_iter().map(|room| (room, vec![Hint::Everything])).collect();
        self.tell(upto, News { rooms, ..News::default() });
    }

    /// The sessions behind the streams, each once: of all, or of one person.
    pub fn sessions(&self, of: Option<UserId>) -> Vec<Vec<u8>> {
        let inner = self.lock();
        let asked = inner.streams.values().filter(|one| of.is_none_or(|user| one.user == user));
        let found: HashSet<_> = asked.map(|one| one.session.clone()).collect();
        found.into_iter().map(|session| session.to_vec()).collect()
    }

    /// Ends the streams of these sessions.
    pub fn end_sessions(&self, gone: &HashSet<Vec<u8>>) {
        if gone.is_empty() {
            return;
        }
        let mut inner = self.lock();
        let ended = inner.streams.iter().filter(|(_, one)| gone.contains(&one.session[..]));
        for id in ended.map(|(id, _)| *id).collect::<Vec<_>>() {
            inner.remove(id);
        }
    }

    /// Ends all streams, and lets none begin until something is told again.
    pub fn end_all(&self) {
        *self.lock() = Inner::default();
    }
}

impl Inner {
    /// Hands an event to these streams; answers whose channel is full.
    fn unable(&self, ids: &[u64], event: &Arc<Event>) -> Vec<u64> {
        let told = |id: &&u64| {
            self.streams.get(id).is_some_and(|one| one.tell.try_send(event.clone()).is_ok())
        };
        ids.iter().filter(|id| !told(id)).copied().collect()
    }

    /// Tells people that more or less waits for them; answers whose channel is full. Other news
    /// follow, so whoever breaks off in between goes on from before both.
    fn tell_people(&self, waiting: &HashSet<(WorkspaceId, UserId)>) -> Vec<u64> {
        let Some(upto) = self.position.filter(|_| !waiting.is_empty()) else { return Vec::new() };
        let event = Arc::new(Event::hints(upto, [Hint::Waiting].into()));
        let everybody = UserId(Uuid::nil());
        let hear =
            |one: &One| [one.user, everybody].iter().any(|u| waiting.contains(&(one.room.0, *u)));
        let theirs = self.streams.iter().filter(|(_, one)| hear(one));
        theirs
            .filter(|(_, one)| one.tell.try_send(event.clone()).is_err())
            .map(|(id, _)| *id)
            .collect()
    }

    /// Drops the sender: the reader hears what waits, and then the end.
    fn remove(&mut self, id: u64) {
        let Some(one) = self.streams.remove(&id) else { return };
        if let Some(ids) = self.rooms.get_mut(&one.room) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.rooms.remove(&one.room);
            }
        }
        if let Some(count) = self.people.get_mut(&one.user) {
            *count -= 1;
            if *count == 0 {
                self.people.remove(&one.user);
            }
        }
    }
}
