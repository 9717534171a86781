//! What bytes of text say, whatever their label claims.

mod label;
mod switched;
mod units;

pub(crate) use label::{is_known, of_page};
pub(crate) use switched::{base64, is_switched};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};
use label::Charset;
use std::borrow::Cow;
use switched::{switched, to_japanese};

/// Bytes that the guess is made from.
const LOOK_BYTES: usize = 32 * 1024;

/// Text in the charset that it declares, if it can be; else in UTF-8, else in the one that its
/// letters speak for. Nothing is lost but what no charset could read.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    let label = declared.map(str::trim).filter(|label| !label.is_empty());
    if let Some(text) = units::marked(bytes) {
        return Cow::Owned(text);
    }
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
    let charset = label.and_then(label::find);
    // Letters of one byte each hardly ever make UTF-8 by chance; those of two bytes do. And what
    // has no zero in it is no UTF-16 that anybody sends, but ASCII under a wrong name.
    let wide = match charset {
        Some(Charset::Web(encoding)) => encoding != UTF_8 && !encoding.is_single_byte(),
        Some(Charset::Units(_)) => bytes.contains(&0),
        Some(Charset::Page(_)) | None => false,
    };
    if !wide
        && !to_japanese(bytes)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    let text = match charset {
        Some(Charset::Web(encoding)) => read(bytes, encoding),
        Some(Charset::Page(page)) => page.decode_string_checked(bytes).map(Cow::Owned),
        Some(Charset::Units(units)) => units::read(bytes, units).map(Cow::Owned),
        None => None,
    };
    if let Some(text) = text {
        return text;
    }
    let text = std::str::from_utf8(bytes).map(Cow::Borrowed);
    text.unwrap_or_else(|_| guess(bytes).decode_without_bom_handling(bytes).0)
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
            (b"\x1b$B$\"\x1b(B", None, "あ"),
            (b"\x1b$B$\"\x1b(B", Some("us-ascii"), "あ"),
            (b"\x1b$)C\n\x0eGQ19\x0f OK", Some("ISO-2022-KR"), "\n한국 OK"),
            (b"~{Dc:C~}, OK", Some("hz-gb-2312"), "你好, OK"),
            (b"Gr+APwA3w-e, 5 +IKw- + 1 +- 2!", Some("unicode-1-1-utf-7"), "Grüße, 5 € + 1 + 2!"),
            (b"+AOQ", Some("utf-7"), "ä"),
            (b"\xff\xfeH\0\xe4\0", Some("utf-8"), "Hä"),
            (b"\xef\xbb\xbfHi", None, "Hi"),
            (b"Gr\xfc\xdfe", Some("x-user-defined"), "Grüße"),
            (b"Gr\xfc\xdfe", Some("unknown-8bit"), "Grüße"),
            (b"Gr\xfc\xdfe", Some("ANSI_X3.110-1983"), "Grüße"),
            (b"Gr\x81\xe1e", Some("cp850"), "Grüße"),
            (b"Gr\x81\xe1e \xd5", Some("IBM00858"), "Grüße €"),
            (b"\x9c5 for \xab", Some("IBM437"), "£5 for ½"),
            (b"Gr\x81\xe1e", Some("CP-437"), "Grüße"),
            (b"\x8f\xe0\xa8\xa2\xa5\xe2", Some("cp866"), "Привет"),
            (b"\x8f\xe0\xa8\xa2\xa5\xe2", Some("dos-866"), "Привет"),
            (b"za\xbe\xa2\x88\x86", Some("cp852"), "zażółć"),
            (b"Gr\x9f\xa7e", Some("x-mac-roman"), "Grüße"),
            (b"Gr\x9f\xa7e", Some("apple-roman"), "Grüße"),
            (b"caf\xe9 \x80", Some("cp-1252"), "café €"),
            (b"caf\xe9 \x80", Some("windows1252"), "café €"),
            (b"caf\xe9", Some("iso8859_1"), "café"),
            (b"caf\xe9", Some("latin-1"), "café"),
            (b"caf\xe9", Some("8859-1"), "café"),
            (b"\xbe\xc8\xb3\xe7", Some("ks_c_5601_1987"), "안녕"),
            (b"\xbe\xc8\xb3\xe7", Some("cp949"), "안녕"),
            (b"\x93\xfa\x96{", Some("cp932"), "日本"),
            // A letter that GBK alone has, under the older name.
            (b"\x96\x7c", Some("GB2312"), "東"),
            ("Größe".as_bytes(), Some("utf8mb4"), "Größe"),
            ("Größe".as_bytes(), Some("UTF_8"), "Größe"),
            (b"H\0\0\0\xe4\0\0\0", Some("utf-32le"), "Hä"),
            (b"\0\0\0H\0\0\0\xe4", Some("utf-32"), "Hä"),
            (b"\0\0\xfe\xff\0\x01\xf6\x00", None, "😀"),
            (b"\xff\xfe\0\0H\0\0\0", Some("utf-32"), "H"),
            (b"\0H\0i", Some("utf-16"), "Hi"),
            (b"H\0i\0", Some("utf-16"), "Hi"),
            (b"<p>Hello</p>", Some("utf-16"), "<p>Hello</p>"),
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
