//! Giving the open tickets of somebody who leaves to somebody else.

use crate::{Ctx, Result, tickets};
use rapport_domain::ticket::{AssigneeFilter, BulkChange, InboxQuery, StatusFilter};
use rapport_domain::{AppError, Permission, UserId};

/// Rounds of as many tickets as are changed at once: far more than one person has.
const ROUNDS: usize = 200;

/// Who gets the open tickets of somebody who leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOver {
    /// They stay theirs until somebody takes them.
    Keep,
    /// Nobody: they wait for whoever takes them.
    Nobody,
    To(UserId),
}

impl HandOver {
    /// Reads what a form says; nothing at all keeps them.
    pub fn read(word: &str) -> Result<Self> {
        match word {
            "" | "keep" => Ok(Self::Keep),
            "nobody" => Ok(Self::Nobody),
            id => id.parse().map(Self::To).map_err(|_| unknown()),
        }
    }
}

fn unknown() -> AppError {
    AppError::invalid("hand_over", "Choose somebody of the list to take the tickets.")
}

/// Refuses whoever may hand nothing over, and whoever can take no ticket: somebody is locked out
/// after this, and then nothing may be half done.
pub(super) async fn check(ctx: &Ctx, from: UserId, hand: HandOver) -> Result<()> {
    if hand != HandOver::Keep && !ctx.permissions().contains(Permission::TicketsWrite) {
        let text = "Only who may change tickets can hand them over: let them keep theirs.";
        return Err(AppError::invalid("hand_over", text));
    }
    let HandOver::To(to) = hand else { return Ok(()) };
    let able = ctx.store.assignable(ctx.workspace).await?.people.iter().any(|p| p.id == to);
    if able && to != from { Ok(()) } else { Err(unknown()) }
}

/// Hands over what is open, each ticket by itself as if it had been assigned by hand; answers how
/// many. What somebody changes at the same moment stays as they leave it.
pub(super) async fn run(ctx: &Ctx, from: UserId, hand: HandOver) -> Result<u32> {
    ctx.require(Permission::PeopleManage)?;
    let to = match hand {
        HandOver::Keep => return Ok(0),
        HandOver::Nobody => None,
        HandOver::To(to) => Some(to),
    };
    let open = InboxQuery {
        status: StatusFilter::Unclosed,
        assignee: AssigneeFilter::User(from),
        ..InboxQuery::default()
    };
    let mut handed = 0;
    for _ in 0..ROUNDS {
        let ids = tickets::of_view(ctx, &open).await?;
        if ids.is_empty() {
            break;
        }
        let done = tickets::change_many(ctx, &ids, &BulkChange::Assign(to)).await?.done;
        handed += done;
        if done == 0 {
            break;
        }
    }
    Ok(handed)
}
