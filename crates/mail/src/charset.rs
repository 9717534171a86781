//! What bytes of text say, whatever their label claims.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes that the guess is made from.
const LOOK_BYTES: usize = 32 * 1024;

/// Text in the charset that it declares, if it can be; else in UTF-8, else in the one that its
/// letters speak for. Nothing is lost but what no charset could read.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    let label = declared.map(str::trim).filter(|label| !label.is_empty());
    let encoding = label.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    // Letters of one byte each hardly ever make UTF-8 by chance; those of two bytes do.
    let wide = encoding.is_some_and(|e| e != UTF_8 && !e.is_single_byte());
    if !wide && let Ok(text) = std::str::from_utf8(bytes) {
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
    Encoding::for_label_no_replacement(label.trim().as_bytes()).is_some()
}

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
