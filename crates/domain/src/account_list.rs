//! The list of accounts: rows, orders, positions.

use crate::account::AccountOwner;
use crate::error::AppError;
use crate::ids::AccountId;
use crate::page::{Cursor, read_hex, write_hex};
use crate::{limits, vocabulary};
use chrono::{DateTime, NaiveDate, Utc};

vocabulary! {
    /// The orders of the list of accounts.
    AccountSort {
        Name => "name", "Name";
        Created => "created", "Newest";
        Renewal => "renewal", "Renewal";
    }
}

/// Where counting an account's customers and open tickets ends: a list says "99+" beyond.
pub const COUNTED: i64 = 100;

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    pub name: String,
    /// The first of its e-mail domains.
    pub domain: Option<String>,
    pub plan: Option<String>,
    /// Monthly revenue as people read it.
    pub mrr: Option<String>,
    pub renewal_date: Option<NaiveDate>,
    pub owner: Option<AccountOwner>,
    /// Its customers, counted to [`COUNTED`].
    pub customers: i64,
    /// Their open tickets, of as many customers as that.
    pub open_tickets: i64,
    /// When the last of them did something.
    pub last_activity_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// What the list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountQuery {
    /// A part of a name, an external id, or an e-mail domain.
    pub q: Option<String>,
    pub sort: Option<AccountSort>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A page of the list, and where the next one starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountList {
    pub items: Vec<AccountRow>,
    pub next: Option<String>,
}

/// A position in the list: what it is in order by, and the id that tells equals apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountPosition {
    /// The name in lower case, as the database folds it.
    Name(String, AccountId),
    Created(Cursor),
    /// `None` stands behind every day.
    Renewal(Option<NaiveDate>, AccountId),
}

impl AccountPosition {
    /// The place of `row`, whose name the database folded to `name`.
    pub fn of(sort: AccountSort, row: &AccountRow, name: &str) -> Self {
        match sort {
            AccountSort::Name => Self::Name(name.into(), row.id),
            AccountSort::Created => Self::Created(Cursor::new(row.created_at, row.id.0)),
            AccountSort::Renewal => Self::Renewal(row.renewal_date, row.id),
        }
    }

    /// Reads the `after` of a list in this order.
    pub fn parse(sort: AccountSort, text: &str) -> Result<Self, AppError> {
        let bad = || AppError::invalid("after", "This is not a position in this list.");
        if sort == AccountSort::Created {
            return text.parse().map(Self::Created).map_err(|_| bad());
        }
        let (id, value) = text.split_once('-').ok_or_else(bad)?;
        let id = id.parse().map_err(|_| bad())?;
        if sort == AccountSort::Name {
            let name = read_hex(value, limits::NAME_CHARS).ok_or_else(bad)?;
            return Ok(Self::Name(name, id));
        }
        match value {
            "never" => Ok(Self::Renewal(None, id)),
            day => day.parse().map(|day| Self::Renewal(Some(day), id)).map_err(|_| bad()),
        }
    }
}

impl std::fmt::Display for AccountPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name, id) => {
                write!(f, "{id}-")?;
                write_hex(name, f)
            }
            Self::Created(cursor) => cursor.fmt(f),
            Self::Renewal(Some(day), id) => write!(f, "{id}-{day}"),
            Self::Renewal(None, id) => write!(f, "{id}-never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_round_trips(name in "[^\0]{0,200}", id: u128, day in prop::option::of(0i32..3_000_000)) {
            let id = AccountId(Uuid::from_u128(id));
            let day = day.and_then(NaiveDate::from_num_days_from_ce_opt);
            for (sort, place) in [
                (AccountSort::Name, AccountPosition::Name(name, id)),
                (AccountSort::Renewal, AccountPosition::Renewal(day, id)),
            ] {
                prop_assert_eq!(AccountPosition::parse(sort, &place.to_string()), Ok(place));
            }
        }

        #[test]
        fn any_text_is_a_position_or_an_error(s in "\\PC{0,60}", sort in prop::sample::select(AccountSort::ALL)) {
            let _ = AccountPosition::parse(sort, &s);
        }
    }
}
