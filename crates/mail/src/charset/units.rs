//! UTF-16 and UTF-32, in whatever order their bytes stand.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// How many bytes a letter's number has, and whether the highest stands first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    four: bool,
    /// `None` where nobody says.
    high_first: Option<bool>,
}

impl Units {
    pub(super) fn two(high_first: Option<bool>) -> Self {
        Self { four: false, high_first }
    }

    /// By a name without signs between its letters.
    pub(super) fn called(bare: &str) -> Option<Self> {
        let (name, high_first) = match bare {
            _ if bare.ends_with("be") => (&bare[..bare.len() - 2], Some(true)),
            _ if bare.ends_with("le") => (&bare[..bare.len() - 2], Some(false)),
            _ => (bare, None),
        };
        let four = match name {
            "utf32" | "ucs4" | "iso10646ucs4" | "csucs4" => true,
            "utf16" | "ucs2" | "iso10646ucs2" | "csunicode" | "unicode" => false,
            _ => return None,
        };
        Some(Self { four, high_first })
    }
}

/// UTF-32 that a mark tells.
pub(super) fn marked(bytes: &[u8]) -> Option<String> {
    let (high_first, rest) = match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => (true, rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => (false, rest),
        _ => return None,
    };
    four(rest, high_first)
}

/// `None` for what cannot be written so.
pub(super) fn read(bytes: &[u8], units: Units) -> Option<String> {
    let order = |odd: fn(usize) -> bool| {
        bytes.iter().enumerate().filter(|(at, b)| **b == 0 && odd(*at)).count()
    };
    if units.four {
        // The byte that no letter needs stands where the order puts it.
        let high_first = order(|at| at % 4 == 0) >= order(|at| at % 4 == 3);
        return four(bytes, units.high_first.unwrap_or(high_first));
    }
    let high_first = order(|at| at % 2 == 0) > order(|at| at % 2 == 1);
    let encoding = match units.high_first.unwrap_or(high_first) {
        true => UTF_16BE,
        false => UTF_16LE,
    };
    // A byte too many is the end of a line that somebody added.
    let whole = &bytes[..bytes.len() & !1];
    encoding
        .decode_without_bom_handling_and_without_replacement(whole)
        .map(std::borrow::Cow::into_owned)
}

fn four(bytes: &[u8], high_first: bool) -> Option<String> {
    let letters = bytes.chunks_exact(4).map(|four| {
        let number: [u8; 4] = four.try_into().ok()?;
        char::from_u32(if high_first {
            u32::from_be_bytes(number)
        } else {
            u32::from_le_bytes(number)
        })
    });
    letters.collect()
}
