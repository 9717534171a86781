//! Who is at which ticket, as this server read it last, and what of it streams are told.
//!
//! Unlike all else the stream carries the names themselves: they are worth nothing a few seconds
//! later, and asking for them again at each key that somebody types would cost more than they do.

use super::room::Room;
use super::{Live, Shared};
use crate::{Ctx, Result};
use rapport_domain::live::Topic;
use rapport_domain::presence::{self, ALL, Doing, Present};
use rapport_domain::{AppError, CustomerId, Permission, TicketId, WorkspaceId};
use rapport_store::StoreError;
use rapport_store::presence::{PresentRow, Tab};
use std::collections::HashMap;

/// Tabs that a server knows of at once: more are not told.
const TABS: i64 = 5_000;
/// Tickets told to a stream that begins.
const TICKETS: usize = 500;

/// Notes that a tab of the person in `ctx` is at a ticket, or with `None` that it left it.
pub async fn be_at(ctx: &Ctx, tab: i64, ticket: TicketId, doing: Option<Doing>) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Unauthenticated)?;
    let tab = Tab { workspace: ctx.workspace, user, tab, ticket };
    match doing {
        Some(doing) => ctx.store.set_present(tab, ctx.actor_name(), doing).await?,
        None => ctx.store.forget_present(tab).await?,
    }
    Ok(())
}

/// Reads who is where, and tells those who follow.
pub(super) async fn read(shared: &Shared) -> std::result::Result<(), StoreError> {
    let rows = shared.store.present(TABS).await?;
    shared.streams.tell_present(rows);
    Ok(())
}

impl Live {
    /// Reads now, for tests that would wait.
    pub async fn read_present(&self) -> Result<()> {
        Ok(read(&self.0).await?)
    }
}

#[derive(Debug, Default)]
pub(super) struct Board(HashMap<(WorkspaceId, TicketId), Here>);

#[derive(Debug, PartialEq, Eq)]
struct Here {
    customer: CustomerId,
    people: Vec<Present>,
}

impl Board {
    /// Takes in what was read, in the order of tickets; answers what each room is told.
    pub fn update(&mut self, rows: Vec<PresentRow>) -> HashMap<Room, String> {
        let mut now: HashMap<_, Here> = HashMap::new();
        for PresentRow { workspace, ticket, customer, person } in rows {
            let empty = || Here { customer, people: Vec::new() };
            now.entry((workspace, ticket)).or_insert_with(empty).people.push(person);
        }
        let mut told: HashMap<Room, String> = HashMap::new();
        let mut tell = |workspace, customer, ticket, people: &[Present]| {
            for topic in [Topic::inbox(), page_of(customer)] {
                let text = told.entry((workspace, topic)).or_default();
                presence::write_lines(text, ticket, people);
            }
        };
        for (at, before) in &self.0 {
            // Gone, or with another customer by now.
            if now.get(at).is_none_or(|here| here.customer != before.customer) {
                tell(at.0, before.customer, at.1, &[]);
            }
        }
        for (at, here) in &now {
            if self.0.get(at) != Some(here) {
                tell(at.0, here.customer, at.1, &here.people);
            }
        }
        self.0 = now;
        told
    }

    /// What a stream of these topics is told when it begins: also that nobody is there. Nothing
    /// where none of them shows who is at a ticket.
    pub fn all(&self, workspace: WorkspaceId, topics: &[Topic]) -> Option<String> {
        let inbox = topics.contains(&Topic::inbox());
        if !inbox && !topics.iter().any(|topic| topic.as_str().starts_with(CUSTOMER)) {
            return None;
        }
        let follows = |customer| inbox || topics.contains(&page_of(customer));
        let mut text = ALL.to_string();
        let theirs = self.0.iter().filter(|(at, here)| at.0 == workspace && follows(here.customer));
        for (at, here) in theirs.take(TICKETS) {
            presence::write_lines(&mut text, at.1, &here.people);
        }
        Some(text)
    }
}

const CUSTOMER: &str = "customer";

fn page_of(customer: CustomerId) -> Topic {
    Topic::about(CUSTOMER, customer.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::{UserId, Uuid};

    fn row(workspace: u128, ticket: u128, customer: u128, name: &str) -> PresentRow {
        let person =
            Present { user: UserId(Uuid::from_u128(1)), name: name.into(), doing: Doing::Looking };
        PresentRow {
            workspace: WorkspaceId(Uuid::from_u128(workspace)),
            ticket: TicketId(Uuid::from_u128(ticket)),
            customer: CustomerId(Uuid::from_u128(customer)),
            person,
        }
    }

    #[test]
    fn only_differences_are_told_and_only_where_they_belong() {
        let mut board = Board::default();
        let told = board.update(vec![row(1, 5, 7, "Sam")]);
        let (home, abroad) = (WorkspaceId(Uuid::from_u128(1)), WorkspaceId(Uuid::from_u128(2)));
        let page = (home, page_of(CustomerId(Uuid::from_u128(7))));
        assert_eq!(told.len(), 2);
        assert!(told[&(home, Topic::inbox())].ends_with("looking Sam"));
        assert_eq!(told[&page], told[&(home, Topic::inbox())]);
        assert_eq!(board.update(vec![row(1, 5, 7, "Sam")]), HashMap::new());
        assert!(
            board.all(home, std::slice::from_ref(&page.1)).is_some_and(|all| all.contains("Sam"))
        );
        for other in [Topic::inbox(), page.1.clone()] {
            assert_eq!(board.all(abroad, &[other]).as_deref(), Some(ALL));
        }
        assert_eq!(board.all(home, &[Topic::everybody()]), None);
        // The ticket goes to another customer: the old page hears that nobody is left there.
        let told = board.update(vec![row(1, 5, 8, "Sam")]);
        assert!(!told[&page].contains("Sam"));
        let told = board.update(Vec::new());
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(!told[&(home, Topic::inbox())].contains("Sam"));
    }
}
