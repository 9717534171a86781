//! The name of a file in the three ways that programs write one: plain, in encoded words
//! (RFC 2047), and in parameters of pieces and escapes (RFC 2231).

use crate::charset;
use crate::headers::decode_header;
use mail_parser::{HeaderName, Message, MessagePart, MimeHeaders};
use std::borrow::Cow;

/// Pieces of one name.
const PIECES_MAX: usize = 50;

/// What a part calls its file.
pub(crate) fn named(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let raw = |name: HeaderName<'_>| {
        let header = part.headers.iter().find(|h| h.name == name)?;
        message.raw_message.get(header.offset_start as usize..header.offset_end as usize)
    };
    let escaped = raw(HeaderName::ContentDisposition)
        .and_then(|value| escaped(value, "filename"))
        .or_else(|| raw(HeaderName::ContentType).and_then(|value| escaped(value, "name")));
    escaped.or_else(|| part.attachment_name().map(|name| unescaped(&decode_header(name))))
}

/// A name that was escaped as addresses are, where that makes letters of it.
fn unescaped(name: &str) -> String {
    let plain = percent_encoding::percent_decode_str(name).decode_utf8();
    match plain {
        Ok(Cow::Owned(plain)) if name.is_ascii() && !plain.is_ascii() => plain,
        _ => name.to_string(),
    }
}

/// The value of `filename*=utf-8''…` or of its pieces `filename*0*=…`, decoded as a whole: a piece
/// may end inside a letter, and the charset may not be the one that it says.
fn escaped(header: &[u8], name: &str) -> Option<String> {
    let mut pieces: Vec<(usize, bool, Vec<u8>)> = Vec::new();
    for (key, value) in parameters(header).take(PIECES_MAX) {
        let key = String::from_utf8_lossy(key).to_ascii_lowercase();
        let Some(rest) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('*')) else {
            continue;
        };
        let number = rest.strip_suffix('*').unwrap_or(rest);
        let is_escaped = rest.is_empty() || rest.ends_with('*');
        pieces.push((number.parse().unwrap_or(0), is_escaped, value));
    }
    pieces.sort_by_key(|(number, ..)| *number);
    let (_, true, first) = pieces.first()? else { return None };
    let mut parts = first.splitn(3, |b| *b == b'\'');
    let label = match (parts.next(), parts.next(), parts.next()) {
        (Some(label), Some(_), Some(rest)) => {
            let label = String::from_utf8_lossy(label).into_owned();
            let rest = rest.to_vec();
            pieces[0].2 = rest;
            Some(label)
        }
        _ => None,
    };
    let read = |(_, escaped, value): &(usize, bool, Vec<u8>)| match escaped {
        true => percent_encoding::percent_decode(value).collect::<Vec<u8>>(),
        false => value.clone(),
    };
    let bytes: Vec<u8> = pieces.iter().flat_map(read).collect();
    Some(charset::decode(&bytes, label.as_deref()).into_owned()).filter(|n| !n.trim().is_empty())
}

/// The parameters of a header's value, without quotes.
fn parameters(header: &[u8]) -> impl Iterator<Item = (&[u8], Vec<u8>)> {
    let mut quoted = false;
    let parts = header.split(move |b| {
        quoted ^= *b == b'"';
        *b == b';' && !quoted
    });
    parts.filter_map(|part| {
        let at = part.iter().position(|b| *b == b'=')?;
        let value = part[at + 1..].trim_ascii();
        let value = value.iter().copied().filter(|b| *b != b'"').collect();
        Some((part[..at].trim_ascii(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    fn of(disposition: &[u8]) -> Option<String> {
        let raw =
            [b"Content-Type: application/pdf\r\nContent-Disposition: ", disposition, b"\r\n\r\nx"]
                .concat();
        let mail = MessageParser::default().parse(&raw)?;
        named(&mail, &mail.parts[0])
    }

    #[test]
    fn each_way_to_write_a_name_is_read() {
        for (written, name) in [
            (&b"attachment; filename*=UTF-8''R%C3%A9sum%C3%A9%20%E2%82%AC.pdf"[..], "Résumé €.pdf"),
            (b"attachment; filename*=UTF-8''R%E9sum%E9.pdf", "Résumé.pdf"),
            (b"attachment; filename*=iso-8859-1'fr'R%C3%A9sum%C3%A9.pdf", "Résumé.pdf"),
            (b"attachment; filename*=R%C3%A9sum%C3%A9.pdf", "Résumé.pdf"),
            (b"attachment; filename*=GB2312''%B1%A8%BC%DB.pdf", "报价.pdf"),
            (
                b"attachment;\r\n filename*1*=%A9%20of;\r\n filename*0*=utf-8''R%C3%A9sum%C3;\r\n filename*2=\" A;b.pdf\"",
                "Résumé of A;b.pdf",
            ),
            (b"attachment; filename*0=\"long \"; filename*1=\"name.pdf\"", "long name.pdf"),
            (b"attachment; filename=\"=?utf-8?Q?R=C3=A9sum=C3=A9.pdf?=\"", "Résumé.pdf"),
            (b"attachment; filename=\"R%C3%A9sum%C3%A9.pdf\"", "Résumé.pdf"),
            (b"attachment; filename=\"100%25.pdf\"", "100%25.pdf"),
            (b"attachment; filename=\"a;b.pdf\"", "a;b.pdf"),
        ] {
            assert_eq!(of(written).as_deref(), Some(name), "{}", String::from_utf8_lossy(written));
        }
        assert_eq!(of(b"attachment"), None);
    }

    proptest! {
        #[test]
        fn any_parameters_end_as_a_name_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            escaped(&[b"a; filename*", &bytes[..]].concat(), "filename");
        }
    }
}
