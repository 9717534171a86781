//! Keyset pages: a cursor names the last row seen, so page 10,000 costs what page 1 costs.

use crate::ids::{self, BadId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// One page of a list and the way on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from `limit + 1` fetched rows: the extra row only says that more follow.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }
}

/// A position in a list ordered by (time, id). Opaque text outside: 13 base32
/// digits of microseconds since 1970, then the id's 26.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

impl Cursor {
    pub fn new(at: DateTime<Utc>, id: impl Into<Uuid>) -> Self {
        Self { at, id: id.into() }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = Uuid::from_u128(self.at.timestamp_micros() as u64 as u128);
        write!(f, "{}{}", &ids::encode(micros)[13..], ids::encode(self.id))
    }
}

impl FromStr for Cursor {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        if s.len() != 39 || !s.is_ascii() {
            return Err(BadId);
        }
        let micros = ids::decode(&format!("{:0>26}", &s[..13]))?.as_u128();
        let micros = u64::try_from(micros).map_err(|_| BadId)? as i64;
        let at = DateTime::from_timestamp_micros(micros).ok_or(BadId)?;
        // Postgres ends at the year 294276; a made-up cursor must not become an error there.
        if !(-200_000..200_000).contains(&chrono::Datelike::year(&at)) {
            return Err(BadId);
        }
        Ok(Self { at, id: ids::decode(&s[13..])? })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Writes a name that is part of a position: hexadecimal, so that it needs no escaping in an address.
pub(crate) fn write_hex(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    name.bytes().try_for_each(|b| write!(f, "{b:02x}"))
}

/// Reads what [`write_hex`] wrote of a name of so many characters; `None` where it is no such thing.
pub(crate) fn read_hex(hex: &str, chars: usize) -> Option<String> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    // Four bytes a character, two digits a byte.
    if !hex.len().is_multiple_of(2) || hex.len() > chars * 8 || hex.contains('+') {
        return None;
    }
    let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
    // Postgres keeps no NUL.
    String::from_utf8(bytes?).ok().filter(|name| !name.contains('\0'))
}

#[cfg(feature = "utoipa")]
impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "utoipa")]
impl utoipa::ToSchema for Cursor {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cursor_round_trips(micros in -6_000_000_000_000_000_000i64..6_000_000_000_000_000_000, id: u128) {
            let cursor = Cursor {
                at: DateTime::from_timestamp_micros(micros).expect("in range"),
                id: Uuid::from_u128(id),
            };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(s in ".{0,45}") {
            let _ = s.parse::<Cursor>();
        }
    }

    #[test]
    fn the_extra_row_only_says_that_more_follow() {
        let at = DateTime::UNIX_EPOCH;
        let cursor = |n: &u128| Cursor::new(at, Uuid::from_u128(*n));
        let page = Page::from_rows(vec![1, 2, 3], 2, cursor);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next, Some(Cursor::new(at, Uuid::from_u128(2))));
        assert_eq!(Page::from_rows(vec![1, 2], 2, cursor).next, None);
    }
}
