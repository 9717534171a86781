//! Writing a group of events in one transaction: whose they are, the timeline, the log.

use super::Item;
use super::item::Incoming;
use crate::Result;
use chrono::{DateTime, Utc};
use rapport_domain::identity::Key;
use rapport_domain::timeline::{
    CustomerRef, EventAccount, EventOutcome, EventResult, EventState, SeenAt, Stream,
};
use rapport_domain::{AccountId, AppError, CustomerId, EventId, TicketId, WorkspaceId};
use rapport_store::event_log::{self, NewLogRow};
use rapport_store::sightings;
use rapport_store::timeline::{self, NewEvent, Received};
use rapport_store::{Store, StoreError, Tx};
use std::collections::{HashMap, HashSet};

const WAITS: &str = "No customer matches this yet; it is put on their timeline when they appear.";
const NO_CUSTOMER: &str = "There is no such customer.";
const NO_ACCOUNT: &str = "There is no such account: create it first, then send its events.";

/// Whose a group's events are.
#[derive(Default)]
struct Owners {
    customers: HashMap<CustomerRef, CustomerId>,
    accounts: HashMap<EventAccount, AccountId>,
    tickets: HashMap<i64, (TicketId, CustomerId)>,
}

impl Owners {
    fn of(&self, incoming: &Incoming) -> Option<(Stream, Option<TicketId>)> {
        if let Some(account) = &incoming.account {
            return Some((Stream::Account(*self.accounts.get(account)?), None));
        }
        let ticket = incoming.ticket.and_then(|number| self.tickets.get(&number));
        let by_email = || self.customers.get(&incoming.email()?);
        match (self.customers.get(&incoming.whose).or_else(by_email), ticket) {
            (Some(customer), ticket) => {
                let own = ticket.filter(|(_, whose)| whose == customer);
                Some((Stream::Customer(*customer), own.map(|(id, _)| *id)))
            }
            // A ticket says whose it is only where the event does not.
            (None, Some((id, whose))) if incoming.whose == CustomerRef::default() => {
                Some((Stream::Customer(*whose), Some(*id)))
            }
            (None, _) => None,
        }
    }
}

/// Writes all items or none, and answers one result an item, in their order. What is found out of
/// an event is filled in where it lies: copies of it would cost as much as all the rest.
pub(super) async fn write(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    items: &mut [&mut Item],
) -> Result<Vec<EventResult>> {
    let mut tx = timeline::begin_unfolded(store, workspace).await?;
    let incoming: Vec<&Incoming> = items.iter().filter_map(|item| item.incoming()).collect();
    let owners = find_owners(&mut tx, workspace, now, &incoming).await?;
    let streams: Vec<Option<Stream>> = items.iter_mut().map(|item| place(item, &owners)).collect();
    let events: Vec<&NewEvent> = items
        .iter()
        .zip(&streams)
        .filter(|(_, stream)| stream.is_some())
        .filter_map(|(item, _)| item.incoming().map(|incoming| &incoming.event))
        .collect();
    let appended = timeline::receive(&mut tx, workspace, now, &events).await?;
    let mut placed = appended.iter();
    let mut rows: Vec<NewLogRow> = Vec::new();
    let mut results = Vec::with_capacity(items.len());
    for (item, stream) in items.iter().zip(&streams) {
        let (row, result) = match &**item {
            Item::Settled { log, result, .. } => (Some((**log).clone()), result.clone()),
            Item::Event(i) if stream.is_none() => waits(i, now),
            Item::Event(i) => {
                let appended =
                    placed.next().ok_or_else(|| crate::internal("an event was not placed"))?;
                let status =
                    if appended.new { EventOutcome::Created } else { EventOutcome::Duplicate };
                let (id, warnings) = (Some(appended.id), i.warnings.clone());
                (None, EventResult { status, id, errors: Vec::new(), warnings })
            }
        };
        rows.extend(row);
        results.push(result);
    }
    let seen = items.iter().zip(&streams).filter_map(|(item, stream)| seen(item, *stream));
    sightings::note(&mut tx, workspace, seen).await?;
    let written = event_log::insert(&mut tx, workspace, now, &rows).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(results.into_iter().map(|r| unless_waiting(r, &written)).collect())
}

/// Notes in an event whose it is; `None` for what has no place on a timeline.
fn place(item: &mut Item, owners: &Owners) -> Option<Stream> {
    let Item::Event(incoming) = item else { return None };
    let (stream, ticket) = owners.of(incoming)?;
    let received = Received { kind: incoming.kind.into(), before: None };
    let event = &mut incoming.event;
    (event.stream, event.ticket_id, event.received) = (stream, ticket, Some(received));
    Some(stream)
}

/// Who was seen by this.
fn seen(item: &Item, stream: Option<Stream>) -> Option<(CustomerId, SeenAt)> {
    match (item, stream) {
        (Item::Settled { log, seen, .. }, _) => log.customer.zip(seen.as_deref().cloned()),
        (Item::Event(incoming), Some(Stream::Customer(customer))) => {
            Some((customer, incoming.seen.clone()?))
        }
        (Item::Event(_), _) => None,
    }
}

/// An event that nobody is known for: kept where an identifier may lead to somebody later.
fn waits(incoming: &Incoming, now: DateTime<Utc>) -> (Option<NewLogRow>, EventResult) {
    match incoming.waits_for() {
        Some(key) => {
            let id = EventId::generate();
            let mut row = incoming.row(id, EventState::Unlinked, WAITS);
            row.whose = Some(key);
            let received = Received { kind: incoming.kind.into(), before: Some((id, now)) };
            let event = NewEvent { received: Some(received), ..incoming.event.clone() };
            row.event = serde_json::to_value(&event).ok();
            let result = EventResult {
                status: EventOutcome::Unlinked,
                id: Some(id),
                errors: EventResult::ignored(WAITS).errors,
                warnings: incoming.warnings.clone(),
            };
            (Some(row), result)
        }
        None => {
            let (field, reason) = match incoming.account {
                Some(_) => ("account", NO_ACCOUNT),
                None => ("customer", NO_CUSTOMER),
            };
            let row = incoming.row(EventId::generate(), EventState::Error, reason);
            let error = AppError::invalid(field, reason);
            (Some(row), EventResult::rejected(error))
        }
    }
}

/// What waits already was not written once more.
fn unless_waiting(result: EventResult, written: &HashSet<rapport_domain::Uuid>) -> EventResult {
    let again = result.status == EventOutcome::Unlinked
        && result.id.is_some_and(|id| !written.contains(&id.0));
    if again { EventResult { status: EventOutcome::Duplicate, id: None, ..result } } else { result }
}

async fn find_owners(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    incoming: &[&Incoming],
) -> Result<Owners> {
    let named = incoming.iter().filter(|i| i.whose != CustomerRef::default());
    let refs: HashSet<CustomerRef> =
        named.flat_map(|i| i.email().into_iter().chain([i.whose.clone()])).collect();
    let refs: Vec<CustomerRef> = refs.into_iter().collect();
    let numbers: Vec<i64> = incoming.iter().filter_map(|i| i.ticket).collect();
    let mut owners = Owners {
        customers: timeline::resolve_customers(tx, workspace, &refs).await?,
        ..Owners::default()
    };
    let accounts: HashSet<&EventAccount> =
        incoming.iter().filter_map(|i| i.account.as_ref()).collect();
    if !accounts.is_empty() {
        let named: Vec<EventAccount> = accounts.into_iter().cloned().collect();
        owners.accounts = timeline::resolve_accounts(tx, workspace, &named).await?;
    }
    if !numbers.is_empty() {
        owners.tickets = timeline::resolve_tickets(tx, workspace, &numbers).await?;
    }
    let unknown = |i: &&&Incoming| {
        let email = i.email();
        let knows = |whose: &CustomerRef| owners.customers.contains_key(whose);
        !knows(&i.whose) && !email.as_ref().is_some_and(knows)
    };
    let mut new: Vec<Key> =
        incoming.iter().filter(unknown).filter_map(|i| i.makes_visitor()).collect();
    let mut waiting: Vec<Key> = incoming
        .iter()
        .filter(unknown)
        .filter(|i| i.makes_visitor().is_none())
        .filter_map(|i| i.waits_for())
        .collect();
    for keys in [&mut new, &mut waiting] {
        keys.sort();
        keys.dedup();
    }
    if new.is_empty() && waiting.is_empty() {
        return Ok(owners);
    }
    // Whoever creates a customer that somebody waits for now waits for us, and then finds what
    // waits for them.
    timeline::lock_unknown(tx, workspace, &new, &waiting).await?;
    ask_again(tx, workspace, &mut waiting, &mut owners).await?;
    ask_again(tx, workspace, &mut new, &mut owners).await?;
    if !new.is_empty() {
        owners.customers.extend(timeline::insert_visitors(tx, workspace, &new, now).await?);
    }
    Ok(owners)
}

/// Under the lock: keeps in `keys` those that nobody is known by even now.
async fn ask_again(
    tx: &mut Tx,
    workspace: WorkspaceId,
    keys: &mut Vec<Key>,
    owners: &mut Owners,
) -> Result<()> {
    let refs: Vec<CustomerRef> = keys.iter().cloned().map(CustomerRef::by).collect();
    let found = timeline::resolve_customers(tx, workspace, &refs).await?;
    keys.retain(|key| !found.contains_key(&CustomerRef::by(key.clone())));
    owners.customers.extend(found);
    Ok(())
}
