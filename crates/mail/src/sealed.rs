//! Mail in a sealed envelope: S/MIME and PGP. What is signed is opened and shown; the signature is
//! checked by nobody, and what is encrypted says so.

use crate::kind::unfolded;
use mail_parser::{Message, MimeHeaders, PartType};
use rapport_domain::message::Seal;

/// The object identifier of signed data, 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// Elements inside each other.
const DEPTH_MAX: usize = 16;

/// What seals a mail as a whole.
pub(crate) fn seal(message: &Message<'_>) -> Option<Seal> {
    let part = message.parts.first()?;
    let kind = part.content_type()?;
    let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
    let protocol = kind.attribute("protocol").unwrap_or_default().to_ascii_lowercase();
    match (kind.ctype().to_ascii_lowercase().as_str(), subtype.as_str()) {
        ("multipart", "encrypted") => Some(Seal::EncryptedPgp),
        ("multipart", "signed") if protocol.contains("pgp") => Some(Seal::SignedPgp),
        ("multipart", "signed") => Some(Seal::SignedSmime),
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => {
            Some(if signed(message).is_some() { Seal::SignedSmime } else { Seal::EncryptedSmime })
        }
        _ => None,
    }
}

/// What PGP marks in the text itself, and the text that people wrote.
pub(crate) fn armored(text: &str) -> Option<(Seal, String)> {
    let start = text.trim_start();
    if start.starts_with("-----BEGIN PGP MESSAGE-----") {
        return Some((Seal::EncryptedPgp, Seal::EncryptedPgp.label().to_string()));
    }
    let inside = start.strip_prefix("-----BEGIN PGP SIGNED MESSAGE-----")?;
    // Behind the armor's own headers.
    let (_, words) = inside.trim_start_matches([' ', '\r']).split_once("\n\n")?;
    let (words, after) = words.split_once("-----BEGIN PGP SIGNATURE-----")?;
    let rest = after.split_once("-----END PGP SIGNATURE-----").map_or("", |(_, rest)| rest);
    let plain: Vec<&str> = words.lines().map(|l| l.strip_prefix("- ").unwrap_or(l)).collect();
    Some((Seal::SignedPgp, format!("{}\n{}", plain.join("\n"), rest.trim())))
}

/// The mail inside of an opaque signature, under the headers of the one around it.
pub(crate) fn opened(message: &Message<'_>) -> Option<Vec<u8>> {
    let inside = signed(message)?;
    let mut mail = Vec::with_capacity(inside.len() + 4_000);
    for header in message.headers() {
        let name = header.name();
        if !name.to_ascii_lowercase().starts_with("content-") {
            let line = format!("{name}: {}\r\n", unfolded(message, header));
            mail.extend_from_slice(line.as_bytes());
        }
    }
    mail.extend_from_slice(&inside);
    Some(mail)
}

fn signed(message: &Message<'_>) -> Option<Vec<u8>> {
    let part = message.parts.first()?;
    let kind = part.content_type()?;
    let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
    if !kind.ctype().eq_ignore_ascii_case("application") || !subtype.ends_with("pkcs7-mime") {
        return None;
    }
    match &part.body {
        PartType::Binary(data) | PartType::InlineBinary(data) => content(data),
        _ => None,
    }
}

/// One element of BER: its tag, what is inside, and what follows.
struct Element<'a> {
    tag: u8,
    inside: &'a [u8],
    rest: &'a [u8],
}

fn element(bytes: &[u8], depth: usize) -> Option<Element<'_>> {
    let (&tag, after) = bytes.split_first()?;
    let (&first, after) = after.split_first()?;
    // Tags of several bytes stand nowhere in what is read here.
    if tag & 0x1f == 0x1f || depth > DEPTH_MAX {
        return None;
    }
    if first == 0x80 {
        // Of no given length: up to the end that belongs to it.
        let mut rest = after;
        while !rest.starts_with(&[0, 0]) {
            rest = element(rest, depth + 1)?.rest;
        }
        let inside = &after[..after.len() - rest.len()];
        return Some(Element { tag, inside, rest: &rest[2..] });
    }
    let (length, after) = if first < 0x80 {
        (usize::from(first), after)
    } else {
        let bytes = usize::from(first & 0x7f);
        let (number, after) = after.split_at_checked(bytes).filter(|_| bytes <= 4)?;
        (number.iter().fold(0, |n, b| n << 8 | usize::from(*b)), after)
    };
    let (inside, rest) = after.split_at_checked(length)?;
    Some(Element { tag, inside, rest })
}

/// The content that a signature is around (RFC 5652): the mail itself.
fn content(ber: &[u8]) -> Option<Vec<u8>> {
    let enter = |bytes, tag| element(bytes, 0).filter(|e: &Element<'_>| e.tag == tag);
    let info = enter(ber, 0x30)?.inside;
    let kind = enter(info, 0x06)?;
    if kind.inside != SIGNED_DATA {
        return None;
    }
    let signed = enter(enter(kind.rest, 0xa0)?.inside, 0x30)?.inside;
    let version = enter(signed, 0x02)?;
    let digests = enter(version.rest, 0x31)?;
    let encapsulated = enter(digests.rest, 0x30)?.inside;
    let kind = enter(encapsulated, 0x06)?;
    let octets = element(enter(kind.rest, 0xa0)?.inside, 0)?;
    match octets.tag {
        0x04 => Some(octets.inside.to_vec()),
        0x24 => {
            let mut all = Vec::with_capacity(octets.inside.len());
            let mut rest = octets.inside;
            while let Some(piece) = element(rest, 0).filter(|p| p.tag == 0x04) {
                all.extend_from_slice(piece.inside);
                rest = piece.rest;
            }
            Some(all)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, inside: &[u8]) -> Vec<u8> {
        let mut all = vec![tag, 0x82, (inside.len() >> 8) as u8, inside.len() as u8];
        all.extend_from_slice(inside);
        all
    }

    /// Of no given length, as programs write that do not know how much follows.
    fn open(tag: u8, inside: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], inside, &[0, 0]].concat()
    }

    fn wrapped(octets: &[u8], around: fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let data = [tlv(0x06, &[0x2a, 1]), around(0xa0, octets)].concat();
        let signed =
            [tlv(0x02, &[1]), tlv(0x31, &[]), around(0x30, &data), tlv(0x31, &[])].concat();
        let info = [tlv(0x06, &SIGNED_DATA), around(0xa0, &around(0x30, &signed))].concat();
        around(0x30, &info)
    }

    #[test]
    fn a_signed_mail_is_opened_however_it_is_encoded() {
        let mail = b"Content-Type: text/plain\r\n\r\nHello";
        assert_eq!(content(&wrapped(&tlv(0x04, mail), tlv)).as_deref(), Some(&mail[..]));
        let pieces = [tlv(0x04, &mail[..10]), tlv(0x04, &mail[10..])].concat();
        assert_eq!(content(&wrapped(&open(0x24, &pieces), open)).as_deref(), Some(&mail[..]));
        for bad in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", &[0x30, 0x80].repeat(10_000)] {
            assert_eq!(content(bad), None);
        }
    }

    #[test]
    fn armor_is_taken_off() {
        let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- \nAda\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
        let (seal, plain) = armored(text).expect("signed");
        assert_eq!((seal, plain.trim()), (Seal::SignedPgp, "Hello\n-- \nAda"));
        assert!(
            armored("-----BEGIN PGP MESSAGE-----\n\nabc")
                .is_some_and(|(s, _)| s == Seal::EncryptedPgp)
        );
        assert_eq!(armored("Hello"), None);
    }
}
