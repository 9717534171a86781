//! One received event on its way to the timeline and the log.

use rapport_domain::identity::{IdentifierKind, Key, email_in};
use rapport_domain::timeline::{
    Aside, CustomerRef, EventAccount, EventOutcome, EventResult, EventState, SeenAt, aside_text,
};
use rapport_domain::{AppError, CustomerId, EventId, FieldError};
use rapport_store::event_log::NewLogRow;
use rapport_store::timeline::NewEvent;

/// What is to be done with one event.
#[derive(Debug)]
pub(crate) enum Item {
    /// Put it on somebody's timeline.
    Event(Box<Incoming>),
    /// What it asked for was done, or refused: only the log has to know.
    Settled { log: Box<NewLogRow>, result: EventResult, seen: Option<Box<SeenAt>> },
}

/// An event within all limits whose customer or account has to be found.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub whose: CustomerRef,
    /// The account whose own event it is; then it names no customer.
    pub account: Option<EventAccount>,
    /// The ticket it is about, which says whose it is when nothing else does.
    pub ticket: Option<i64>,
    /// `track`, `page` … or `event`.
    pub kind: &'static str,
    /// What the browser that sent it said of itself.
    pub seen: Option<SeenAt>,
    /// What was set aside of it, for the sender to know.
    pub warnings: Vec<FieldError>,
    /// Its stream is filled in when that is found.
    pub event: NewEvent,
}

/// What an event changed, and what of it could not be read.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// `None` where it was an account alone.
    pub customer: Option<CustomerId>,
    pub aside: Vec<Aside>,
}

/// What the log shows of an event that has no place on a timeline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    pub source: String,
    pub kind: &'static str,
    pub name: String,
    pub dedupe_key: Option<String>,
}

impl Item {
    /// The event that is to be put on a timeline, if that is what it is.
    pub fn incoming(&self) -> Option<&Incoming> {
        match self {
            Self::Event(incoming) => Some(incoming),
            Self::Settled { .. } => None,
        }
    }

    /// An event that is refused.
    pub fn refused(label: Label, error: AppError) -> Self {
        let result = EventResult::rejected(error);
        let reason = result.errors.first().map(|e| e.message.clone()).unwrap_or_default();
        let log = Box::new(label.row(EventState::Error, reason, None));
        Self::Settled { log, result, seen: None }
    }

    /// An event that says nothing to us.
    pub fn ignored(label: Label, reason: &str) -> Self {
        let result = EventResult::ignored(reason);
        let log = Box::new(label.row(EventState::Ignored, reason.into(), None));
        Self::Settled { log, result, seen: None }
    }

    /// An event that changed a customer or an account and leaves nothing else behind.
    pub fn done(label: Label, done: Done, seen: Option<SeenAt>) -> Self {
        let warnings: Vec<FieldError> = done.aside.iter().map(Aside::warning).collect();
        let log = label.row(EventState::Linked, aside_text(&warnings), done.customer);
        let (status, id) = (EventOutcome::Created, Some(log.id));
        let result = EventResult { status, id, errors: Vec::new(), warnings };
        Self::Settled { log: Box::new(log), result, seen: seen.map(Box::new) }
    }
}

impl Label {
    fn row(self, state: EventState, reason: String, customer: Option<CustomerId>) -> NewLogRow {
        NewLogRow {
            id: EventId::generate(),
            state,
            reason,
            source: self.source,
            kind: self.kind,
            name: self.name,
            dedupe_key: self.dedupe_key,
            customer,
            occurred_at: None,
            whose: None,
            event: None,
        }
    }
}

impl Incoming {
    /// The row of the log in this state.
    pub fn row(&self, id: EventId, state: EventState, reason: &str) -> NewLogRow {
        NewLogRow {
            id,
            state,
            reason: reason.into(),
            source: self.event.source.clone(),
            kind: self.kind,
            name: self.event.name.clone(),
            dedupe_key: self.event.dedupe_key.clone(),
            customer: None,
            occurred_at: Some(self.event.occurred_at),
            whose: None,
            event: None,
        }
    }

    /// The browser that nobody is known by yet makes a visitor; other identifiers wait.
    pub fn makes_visitor(&self) -> Option<Key> {
        self.whose.anonymous_id.as_ref().and_then(|_| self.whose.key())
    }

    /// The e-mail that the external id is: it counts as that too.
    pub fn email(&self) -> Option<CustomerRef> {
        let value = email_in(self.whose.external_id.as_deref()?)?;
        Some(CustomerRef::by(Key { kind: IdentifierKind::Email, value }))
    }

    /// What it waits for while nobody is known by it.
    pub fn waits_for(&self) -> Option<Key> {
        self.email().and_then(|whose| whose.key()).or_else(|| self.whose.key())
    }
}
