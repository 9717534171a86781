//! Lists of customers: rows, orders, positions.

use super::CustomerKind;
use crate::account::AccountRef;
use crate::error::AppError;
use crate::ids::{AccountId, CustomerId};
use crate::page::{Cursor, read_hex, write_hex};
use crate::{limits, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// The orders of the customer list.
    CustomerSort {
        Activity => "activity", "Last activity";
        Name => "name", "Name";
        Created => "created", "Created";
    }
}

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CustomerRow {
    pub id: CustomerId,
    pub kind: CustomerKind,
    pub name: String,
    pub avatar_url: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub external_id: Option<String>,
    pub account: Option<AccountRef>,
    pub open_tickets: i32,
    pub total_tickets: i32,
    pub last_activity_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// One page of the customer list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CustomerPage {
    pub items: Vec<CustomerRow>,
    /// Where the next page starts; its form depends on the order.
    pub next: Option<String>,
    /// The account that the list is limited to.
    pub account: Option<AccountRef>,
}

/// A position in the customer list: a time or a name, and the id that tells equals apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCursor {
    Time(Cursor),
    /// The name in lower case, as the database folds it.
    Name(String, CustomerId),
}

impl ListCursor {
    pub fn time(at: DateTime<Utc>, id: CustomerId) -> Self {
        Self::Time(Cursor::new(at, id.0))
    }

    /// Reads the `after` of a list in this order.
    pub fn parse(sort: CustomerSort, text: &str) -> Result<Self, AppError> {
        let bad = || AppError::invalid("after", "This is not a position in this list.");
        if sort != CustomerSort::Name {
            return text.parse().map(Self::Time).map_err(|_| bad());
        }
        let (id, hex) = text.split_once('-').ok_or_else(bad)?;
        let id = id.parse().map_err(|_| bad())?;
        let name = read_hex(hex, limits::NAME_CHARS);
        Ok(Self::Name(name.ok_or_else(bad)?, id))
    }
}

impl std::fmt::Display for ListCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time(cursor) => cursor.fmt(f),
            Self::Name(name, id) => {
                write!(f, "{id}-")?;
                write_hex(name, f)
            }
        }
    }
}

/// What the customer list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "utoipa", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerQuery {
    /// Name, e-mail, phone, external id or account, or a part of one.
    pub q: Option<String>,
    /// Only customers of this account.
    pub account: Option<AccountId>,
    pub sort: Option<CustomerSort>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Rows on a page: 50 unless asked otherwise, at most 200.
    pub limit: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_by_name_round_trips(name in "[^\0]{0,200}", id: u128) {
            let cursor = ListCursor::Name(name, CustomerId(Uuid::from_u128(id)));
            prop_assert_eq!(ListCursor::parse(CustomerSort::Name, &cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_position_or_an_error(s in "\\PC{0,60}", sort in prop::sample::select(CustomerSort::ALL)) {
            if let Ok(cursor) = ListCursor::parse(sort, &s) {
                prop_assert_eq!(cursor.to_string().to_lowercase(), s.to_lowercase());
            }
        }
    }
}
