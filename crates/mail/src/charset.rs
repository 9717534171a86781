//! What bytes of text say, whatever their label claims.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    EUC_KR, Encoding, GBK, ISO_2022_JP, UTF_8, UTF_16BE, WINDOWS_1252, X_USER_DEFINED,
};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Bytes that the guess is made from.
const LOOK_BYTES: usize = 32 * 1024;

/// Text in the charset that it declares, if it can be; else in UTF-8, else in the one that its
/// letters speak for. Nothing is lost but what no charset could read.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    let label = declared.map(str::trim).filter(|label| !label.is_empty());
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let marked = &bytes[mark..];
        return encoding.decode_without_bom_handling(marked).0;
    }
    if let Some(text) = label.and_then(|label| switched(bytes, label)) {
        return Cow::Owned(text);
    }
    if to_japanese(bytes)
        && let Some(text) = read(bytes, ISO_2022_JP)
    {
        return text;
    }
    let encoding = label.and_then(known);
    // Letters of one byte each hardly ever make UTF-8 by chance; those of two bytes do.
    let wide = encoding.is_some_and(|e| e != UTF_8 && !e.is_single_byte());
    if !wide
        && !to_japanese(bytes)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    if let Some(text) = encoding.and_then(|e| read(bytes, e)) {
        return text;
    }
    let text = std::str::from_utf8(bytes).map(Cow::Borrowed);
    text.unwrap_or_else(|_| guess(bytes).decode_without_bom_handling(bytes).0)
}

/// Whether a decoder exists for what a mail calls its charset.
pub(crate) fn is_known(label: &str) -> bool {
    known(label.trim()).is_some()
}

fn known(label: &str) -> Option<&'static Encoding> {
    // Programs that did not know wrote the last one.
    Encoding::for_label_no_replacement(label.as_bytes()).filter(|e| *e != X_USER_DEFINED)
}

/// Whether bytes that look like ASCII stand for other letters: the charset says so, or they switch
/// to Japanese.
pub(crate) fn is_switched(bytes: &[u8], declared: Option<&str>) -> bool {
    let label = declared.unwrap_or_default().trim().to_ascii_lowercase();
    UTF_7.contains(&label.as_str())
        || HZ.contains(&label.as_str())
        || label == "iso-2022-kr"
        || to_japanese(bytes)
}

const UTF_7: [&str; 4] = ["utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"];
const HZ: [&str; 2] = ["hz-gb-2312", "hz"];

fn to_japanese(bytes: &[u8]) -> bool {
    bytes.contains(&0x1b) && bytes.windows(3).any(|w| w == b"\x1b$B" || w == b"\x1b$@")
}

/// Text in a charset whose bytes all are ASCII.
fn switched(bytes: &[u8], label: &str) -> Option<String> {
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
    let mut lenient = data_encoding::BASE64_NOPAD.specification();
    lenient.check_trailing_bits = false;
    lenient.encoding().unwrap_or(data_encoding::BASE64_NOPAD)
});

fn read<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // UTF-8 that was cut, or has a broken letter, is UTF-8 still.
    let lossy = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK_BYTES)]);
    let broken = lossy.matches(char::REPLACEMENT_CHARACTER).count();
    let whole = lossy.chars().filter(|c| !c.is_ascii()).count() - broken;
    if whole > 4 * broken {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let begin = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0).saturating_sub(256);
    let look = &bytes[begin..bytes.len().min(begin + LOOK_BYTES)];
    if !detector.feed(look, true) {
        return WINDOWS_1252;
    }
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_lies_is_not_believed() {
        for (bytes, declared, text) in [
            (&b"caf\xe9"[..], Some("utf-8"), "café"),
            (b"caf\xe9 \x80", Some("us-ascii"), "café €"),
            ("Größe".as_bytes(), Some("iso-8859-1"), "Größe"),
            ("Größe".as_bytes(), None, "Größe"),
            (b"Gr\xf6\xdfe", Some("x-unknown"), "Größe"),
            (b"caf\xe9", Some("ISO-8859-1"), "café"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет"),
            (b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好"),
            (b"\x1b$B$\"\x1b(B", None, "あ"),
            (b"\x1b$B$\"\x1b(B", Some("us-ascii"), "あ"),
            (b"\x1b$)C\n\x0eGQ19\x0f OK", Some("ISO-2022-KR"), "\n한국 OK"),
            (b"~{Dc:C~}, OK", Some("hz-gb-2312"), "你好, OK"),
            (b"Gr+APwA3w-e, 5 +IKw- + 1 +- 2!", Some("unicode-1-1-utf-7"), "Grüße, 5 € + 1 + 2!"),
            (b"+AOQ", Some("utf-7"), "ä"),
            (b"\xff\xfeH\0\xe4\0", Some("utf-8"), "Hä"),
            (b"\xef\xbb\xbfHi", None, "Hi"),
            (b"Gr\xfc\xdfe", Some("x-user-defined"), "Grüße"),
        ] {
            assert_eq!(decode(bytes, declared), text, "{declared:?}");
        }
        let russian = b"\xc7\xe4\xf0\xe0\xe2\xf1\xf2\xe2\xf3\xe9\xf2\xe5, \xe3\xe4\xe5 \xec\xee\xe9 \xe7\xe0\xea\xe0\xe7?";
        assert_eq!(decode(russian, Some("utf-8")), "Здравствуйте, где мой заказ?");
    }

    #[test]
    fn one_broken_letter_does_not_spoil_the_rest() {
        let mut bytes = "Größe und Länge, überall schön".as_bytes().to_vec();
        bytes.push(0xc3);
        assert!(decode(&bytes, Some("utf-8")).starts_with("Größe und Länge, überall schön"));
    }
}
