//! The streams of this server: who follows what, and the channel to each.
//!
//! A channel holds a few events. A reader who does not keep up is dropped, never buffered: it
//! comes again, says where it was, and gets what it missed.

use super::Event;
use super::present::Board;
use super::room::Room;
use crate::Result;
use rapport_domain::live::{EVERYTHING, HINTS_MAX, LivePosition, Topic};
use rapport_domain::{AppError, UserId, WorkspaceId};
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
    rooms: Vec<Room>,
    user: UserId,
    /// What is stored of its session's token.
    session: Arc<[u8]>,
    tell: mpsc::Sender<Arc<Event>>,
}

/// What is told at once: the hints of each room.
pub(super) type News = HashMap<Room, Vec<String>>;

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
        topics: &[Topic],
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
        let id = inner.last;
        let (tell, told) = mpsc::channel(WAITING);
        // There is room in a new channel.
        let all = inner.present.all(workspace, topics);
        let all = all.map(|all| Arc::new(Event::present(upto, &all)));
        let _ = all.map(|all| tell.try_send(all));
        let rooms: Vec<Room> = topics.iter().map(|topic| (workspace, topic.clone())).collect();
        for room in &rooms {
            inner.rooms.entry(room.clone()).or_default().push(id);
        }
        inner.streams.insert(id, One { rooms, user, session: session.into(), tell });
        Ok((id, told))
    }

    pub fn remove(&self, id: u64) {
        self.lock().remove(id);
    }

    /// Hands `news` to all who follow its rooms, one event each, then says that all were told up
    /// to `upto`.
    pub fn tell(&self, upto: LivePosition, news: News) {
        let mut inner = self.lock();
        let news: Vec<_> = news.into_iter().collect();
        // Which of the news each stream hears, by their places.
        let mut heard: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, (room, _)) in news.iter().enumerate() {
            for id in inner.rooms.get(room).into_iter().flatten() {
                heard.entry(*id).or_default().push(at);
            }
        }
        let event = |places: &Vec<usize>| {
            let mut hints: Vec<_> = places.iter().flat_map(|at| news[*at].1.clone()).collect();
            hints.sort_unstable();
            hints.dedup();
            if hints.len() > HINTS_MAX {
                hints = vec![EVERYTHING.to_string()];
            }
            Arc::new(Event::hints(upto, hints.into()))
        };
        let mut events: HashMap<Vec<usize>, Arc<Event>> = HashMap::new();
        let mut full = Vec::new();
        for (id, places) in heard {
            let event = events.entry(places).or_insert_with_key(event);
            full.extend(inner.unable(&[id], event));
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
        let everybody = Topic::everybody();
        let rooms: Vec<Room> =
            self.lock().rooms.keys().filter(|room| room.1 == everybody).cloned().collect();
        let news = rooms.into_iter().map(|room| (room, vec![EVERYTHING.to_string()]));
        self.tell(upto, news.collect());
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

    /// Drops the sender: the reader hears what waits, and then the end.
    fn remove(&mut self, id: u64) {
        let Some(one) = self.streams.remove(&id) else { return };
        for room in &one.rooms {
            let Some(ids) = self.rooms.get_mut(room) else { continue };
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.rooms.remove(room);
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
