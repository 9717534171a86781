//! `winmail.dat`: how Outlook packs a mail for other Outlooks (MS-OXTNEF). Text and files come out;
//! everything else in it is for calendars and forms.

mod props;
mod rtf;

use crate::attachment::{Attachment, clean_file_name, essence};
use crate::charset;
use props::{Value, properties};

const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
/// Files of one packet that are read.
const FILES_MAX: usize = 100;
/// Attributes of one packet that are read.
const ATTRIBUTES_MAX: usize = 2_000;

/// What a packet holds.
#[derive(Debug, Default)]
pub(crate) struct Packet {
    pub text: Option<String>,
    pub html: Option<String>,
    pub files: Vec<Attachment>,
}

#[derive(Default)]
struct File {
    title: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    id: Option<String>,
    data: Vec<u8>,
}

/// Whether bytes are such a packet, whatever they are called.
pub(crate) fn is_packet(data: &[u8]) -> bool {
    data.starts_with(&SIGNATURE)
}

/// Opens a packet as far as it can be read.
pub(crate) fn open(data: &[u8]) -> Packet {
    let mut packet = Packet::default();
    let mut files: Vec<File> = Vec::new();
    let mut charset = None;
    let mut rest = data.get(6..).unwrap_or_default();
    for _ in 0..ATTRIBUTES_MAX {
        let Some((id, inside, after)) = attribute(rest) else { break };
        rest = after;
        match id {
            0x0006_9007 => charset = inside.get(..4).map(|b| charset::of_page(number(b))),
            0x0002_800c => {
                packet.text = Some(charset::decode(inside, charset.as_deref()).into_owned())
            }
            0x0006_9003 => body(inside, charset.as_deref(), &mut packet),
            0x0006_9002 if files.len() < FILES_MAX => files.push(File::default()),
            0x0001_8010 => {
                if let Some(file) = files.last_mut() {
                    file.title = Some(charset::decode(inside, charset.as_deref()).into_owned());
                }
            }
            0x0006_800f => {
                if let Some(file) = files.last_mut() {
                    file.data = inside.to_vec();
                }
            }
            0x0006_9005 => {
                if let Some(file) = files.last_mut() {
                    described(inside, charset.as_deref(), file);
                }
            }
            _ => {}
        }
    }
    let end = |text: String| text.trim_end_matches('\0').replace("\r\n", "\n");
    packet.text = packet.text.map(end).filter(|t| !t.trim().is_empty());
    packet.files = files.into_iter().filter_map(attachment).collect();
    packet
}

/// The attribute that bytes begin with, and what follows it.
fn attribute(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let id = number(bytes.get(1..5)?);
    let length = usize::try_from(number(bytes.get(5..9)?)).ok()?;
    let (inside, rest) = bytes.get(9..)?.split_at_checked(length)?;
    // A checksum follows.
    Some((id, inside, rest.get(2..).unwrap_or_default()))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn body(inside: &[u8], charset: Option<&str>, packet: &mut Packet) {
    for (id, value) in properties(inside) {
        match id {
            0x1000 => packet.text = packet.text.take().or_else(|| value.text(charset)),
            0x1013 => packet.html = value.text(charset),
            0x1009 => {
                let Value::Bytes(packed) = value else { continue };
                match rtf::unpack(packed).map(|rtf| rtf::read(&rtf, charset)) {
                    Some(rtf::Words::Html(html)) => packet.html = packet.html.take().or(Some(html)),
                    Some(rtf::Words::Text(text)) => packet.text = packet.text.take().or(Some(text)),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

fn described(inside: &[u8], charset: Option<&str>, file: &mut File) {
    for (id, value) in properties(inside) {
        match id {
            0x3707 => file.name = value.text(charset),
            0x370e => file.kind = value.text(charset),
            0x3712 => file.id = value.text(charset),
            0x3701 if file.data.is_empty() => {
                if let Value::Bytes(data) = value {
                    file.data = data.to_vec();
                }
            }
            _ => {}
        }
    }
}

fn attachment(file: File) -> Option<Attachment> {
    let end = |text: String| text.trim_end_matches('\0').to_string();
    let name =
        file.name.or(file.title).map(end).map(|n| clean_file_name(&n)).filter(|n| !n.is_empty());
    let kind = file.kind.map(end).and_then(|k| essence(&k));
    (!file.data.is_empty()).then(|| Attachment {
        file_name: name.unwrap_or_else(|| "attachment".into()),
        content_type: kind.unwrap_or_else(|| "application/octet-stream".into()),
        content_id: file.id.map(end).filter(|id| !id.is_empty() && id.len() <= 250),
        data: file.data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(attributes: &[(u32, &[u8])]) -> Vec<u8> {
        let mut all = [&SIGNATURE[..], &[1, 0]].concat();
        for (id, inside) in attributes {
            all.push(1);
            all.extend_from_slice(&id.to_le_bytes());
            all.extend_from_slice(&(inside.len() as u32).to_le_bytes());
            all.extend_from_slice(inside);
            all.extend_from_slice(&[0, 0]);
        }
        all
    }

    fn property(kind: u16, id: u16, data: &[u8]) -> Vec<u8> {
        let mut all = [kind.to_le_bytes(), id.to_le_bytes()].concat();
        all.extend_from_slice(&1u32.to_le_bytes());
        all.extend_from_slice(&(data.len() as u32).to_le_bytes());
        all.extend_from_slice(data);
        all.resize(all.len().next_multiple_of(4), 0);
        all
    }

    #[test]
    fn text_and_files_come_out() {
        let long: Vec<u8> =
            "Angebot März.pdf\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let props = [&1u32.to_le_bytes()[..], &property(0x1f, 0x3707, &long)].concat();
        let packet = open(&packed(&[
            (0x0006_9007, &1252u32.to_le_bytes()),
            (0x0002_800c, b"Sch\xf6ne Gr\xfc\xdfe\0"),
            (0x0006_9002, b"rend"),
            (0x0001_8010, b"ANGEBO~1.PDF\0"),
            (0x0006_800f, b"%PDF"),
            (0x0006_9005, &props),
        ]));
        assert_eq!(packet.text.as_deref(), Some("Schöne Grüße"));
        assert_eq!(packet.files.len(), 1);
        assert_eq!(packet.files[0].file_name, "Angebot März.pdf");
        assert_eq!(packet.files[0].data, b"%PDF");
    }

    #[test]
    fn words_may_be_in_html_or_rich_text() {
        let rtf = rtf::pack_plain(b"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}Hi \\'e9{\\*\\htmltag72 </p>}\\htmlrtf junk\\htmlrtf0 }");
        let props = [&1u32.to_le_bytes()[..], &property(0x102, 0x1009, &rtf)].concat();
        let packet = open(&packed(&[(0x0006_9003, &props)]));
        assert_eq!(packet.html.as_deref(), Some("<p>Hi é</p>"));
        let rtf = rtf::pack_plain(
            b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 One\\par Two \\u8364?\\par}",
        );
        let props = [&1u32.to_le_bytes()[..], &property(0x102, 0x1009, &rtf)].concat();
        let packet = open(&packed(&[(0x0006_9003, &props)]));
        assert_eq!(packet.text.as_deref(), Some("One\nTwo €"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_far_as_they_go(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            open(&[&SIGNATURE[..], &bytes].concat());
            open(&packed(&[(0x0006_9003, &bytes), (0x0006_9002, b""), (0x0006_9005, &bytes)]));
        }
    }
}
