//! Charsets in which bytes of ASCII stand for other letters.

use super::label;
use data_encoding::BASE64_NOPAD;
use encoding_rs::{EUC_KR, Encoding, GBK, UTF_16BE};
use std::sync::LazyLock;

/// Whether bytes that look like ASCII stand for other letters: the charset says so, or they switch
/// to Japanese.
pub(crate) fn is_switched(bytes: &[u8], declared: Option<&str>) -> bool {
    let label = declared.unwrap_or_default().trim().to_ascii_lowercase();
    UTF_7.contains(&label.as_str())
        || HZ.contains(&label.as_str())
        || label == "iso-2022-kr"
        || label::is_units(&label)
        || to_japanese(bytes)
}

const UTF_7: [&str; 4] = ["utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"];
const HZ: [&str; 2] = ["hz-gb-2312", "hz"];

pub(super) fn to_japanese(bytes: &[u8]) -> bool {
    bytes.contains(&0x1b) && bytes.windows(3).any(|w| w == b"\x1b$B" || w == b"\x1b$@")
}

/// Text in a charset whose bytes all are ASCII.
pub(super) fn switched(bytes: &[u8], label: &str) -> Option<String> {
    let lower = label.to_ascii_lowercase();
    if UTF_7.contains(&lower.as_str()) {
        return Some(utf_7(bytes));
    }
    // Between shifts two bytes each stand for a letter, without their high bits.
    if lower == "iso-2022-kr" {
        let designated = bytes.strip_prefix(b"\x1b$)C").unwrap_or(bytes);
        return Some(shifted(designated, b"\x0e", b"\x0f", EUC_KR));
    }
    HZ.contains(&lower.as_str()).then(|| shifted(bytes, b"~{", b"~}", GBK))
}

fn shifted(bytes: &[u8], open: &[u8], close: &[u8], encoding: &'static Encoding) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut rest, mut high) = (bytes, false);
    while let Some((first, after)) = rest.split_first() {
        let mark = if high { close } else { open };
        match rest.strip_prefix(mark) {
            Some(after) => (rest, high) = (after, !high),
            None => {
                out.push(if high && *first > b' ' { first | 0x80 } else { *first });
                rest = after;
            }
        }
    }
    encoding.decode_without_bom_handling(&out).0.into_owned()
}

/// RFC 2152: between `+` and what is no base64 stands UTF-16.
fn utf_7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|b| *b == b'+') {
        out.push_str(&String::from_utf8_lossy(&rest[..plus]));
        rest = &rest[plus + 1..];
        let code = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        let end = rest.iter().position(|b| !code(b)).unwrap_or(rest.len());
        match base64(&rest[..end]).filter(|_| end > 0) {
            Some(units) => {
                let whole = &units[..units.len() & !1];
                out.push_str(&UTF_16BE.decode_without_bom_handling(whole).0);
            }
            None => out.push('+'),
        }
        rest = rest[end..].strip_prefix(b"-").unwrap_or(&rest[end..]);
    }
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

/// Base64 that may have lost its filling; `None` for what is none.
pub(crate) fn base64(code: &[u8]) -> Option<Vec<u8>> {
    let kept: Vec<u8> =
        code.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
    // One letter more than whole bytes need says nothing.
    let whole = if kept.len() % 4 == 1 { kept.len() - 1 } else { kept.len() };
    LENIENT.decode(&kept[..whole]).ok()
}

static LENIENT: LazyLock<data_encoding::Encoding> = LazyLock::new(|| {
    let mut lenient = BASE64_NOPAD.specification();
    lenient.check_trailing_bits = false;
    lenient.encoding().unwrap_or(BASE64_NOPAD)
});
