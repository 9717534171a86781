//! Properties as MAPI writes them one after the other.

use super::number;
use crate::charset;

/// Properties of one list that are read.
const PROPERTIES_MAX: usize = 2_000;

/// A property's value, as far as anybody here wants it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Bytes(&'a [u8]),
    /// Letters in the packet's own code page.
    Narrow(&'a [u8]),
    /// UTF-16.
    Wide(&'a [u8]),
    Other,
}

impl Value<'_> {
    pub fn text(self, charset: Option<&str>) -> Option<String> {
        let text = match self {
            Self::Bytes(bytes) | Self::Narrow(bytes) => {
                charset::decode(bytes, charset).into_owned()
            }
            Self::Wide(bytes) => {
                let units = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]));
                String::from_utf16_lossy(&units.collect::<Vec<_>>())
            }
            Self::Other => return None,
        };
        Some(text.trim_end_matches('\0').replace("\r\n", "\n")).filter(|t| !t.is_empty())
    }
}

/// The properties of a list, each by its id; what cannot be read ends it.
pub(super) fn properties(bytes: &[u8]) -> Vec<(u32, Value<'_>)> {
    let mut found = Vec::new();
    let Some((count, mut rest)) = bytes.split_at_checked(4) else { return found };
    let count = usize::try_from(number(count)).unwrap_or(0).min(PROPERTIES_MAX);
    for _ in 0..count {
        let Some((id, value, after)) = property(rest) else { break };
        found.push((id, value));
        rest = after;
    }
    found
}

fn property(bytes: &[u8]) -> Option<(u32, Value<'_>, &[u8])> {
    let (head, mut rest) = bytes.split_at_checked(4)?;
    let (kind, id) = (number(&head[..2]), number(&head[2..]));
    if id >= 0x8000 {
        // Its name: a number, or letters.
        let (name, after) = rest.split_at_checked(24)?;
        rest = after;
        if number(&name[16..20]) == 1 {
            let length = usize::try_from(number(&name[20..24])).ok()?;
            rest = rest.get(length.checked_next_multiple_of(4)?..)?;
        }
    }
    let many = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let fixed = match kind {
        0x02 | 0x03 | 0x04 | 0x0a | 0x0b => Some(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
        0x48 => Some(16),
        0x00 | 0x01 => Some(0),
        _ => None,
    };
    let count = if many || fixed.is_none() {
        let (count, after) = rest.split_at_checked(4)?;
        rest = after;
        usize::try_from(number(count)).ok().filter(|n| *n <= PROPERTIES_MAX)?
    } else {
        1
    };
    if let Some(size) = fixed {
        return Some((id, Value::Other, rest.get(size * count..)?));
    }
    let mut value = Value::Other;
    for n in 0..count {
        let (length, after) = rest.split_at_checked(4)?;
        let length = usize::try_from(number(length)).ok()?;
        let data = after.get(..length)?;
        // The last one may be without its filling.
        let end = length.checked_next_multiple_of(4)?.min(after.len());
        rest = &after[end..];
        if n == 0 {
            value = match kind {
                0x1e => Value::Narrow(data),
                0x1f => Value::Wide(data),
                // Behind the id of the interface that an object has.
                0x0d => Value::Bytes(data.get(16..).unwrap_or_default()),
                _ => Value::Bytes(data),
            };
        }
    }
    Some((id, value, rest))
}
