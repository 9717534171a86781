//! Rich text as Outlook packs it: compressed (MS-OXRTFCP), and often with HTML inside (MS-OXRTFEX).

use super::number;
use crate::charset;

/// What every packed text begins from: its dictionary.
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4_096;
/// Bytes of the text at the most, whatever it says of itself.
const RTF_BYTES: usize = 8 * 1024 * 1024;
const COMPRESSED: u32 = 0x7546_5a4c;
const PLAIN: u32 = 0x414c_454d;

/// What rich text says.
pub(super) enum Words {
    Html(String),
    Text(String),
}

/// The rich text of a packed one.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (head, data) = packed.split_at_checked(16)?;
    let size = usize::try_from(number(&head[4..8])).ok()?.min(RTF_BYTES);
    match number(&head[8..12]) {
        PLAIN => Some(data[..data.len().min(size)].to_vec()),
        COMPRESSED => Some(decompress(data, size)),
        _ => None,
    }
}

fn decompress(data: &[u8], size: usize) -> Vec<u8> {
    let mut window = [b' '; WINDOW];
    window[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut at = DICTIONARY.len();
    let mut out = Vec::new();
    let mut bytes = data.iter().copied();
    let mut put = |byte: u8, window: &mut [u8; WINDOW], out: &mut Vec<u8>| {
        out.push(byte);
        window[at] = byte;
        at = (at + 1) % WINDOW;
        at
    };
    let mut end = DICTIONARY.len();
    while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { return out };
                end = put(byte, &mut window, &mut out);
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { return out };
            let reference = usize::from(high) << 8 | usize::from(low);
            let (from, length) = (reference >> 4, (reference & 15) + 2);
            if from == end {
                return out;
            }
            for n in 0..length {
                let byte = window[(from + n) % WINDOW];
                end = put(byte, &mut window, &mut out);
            }
        }
    }
    out
}

/// A group's state: what of it is left out.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Fonts, colours and the like.
    skipped: bool,
    /// HTML as it was, not what it looks like.
    tag: bool,
    /// Between `\htmlrtf` and `\htmlrtf0`.
    look: bool,
}

/// Groups inside each other.
const DEPTH_MAX: usize = 200;

/// The words of rich text, or the HTML that it was made from.
pub(super) fn read(rtf: &[u8], charset: Option<&str>) -> Words {
    let head = &rtf[..rtf.len().min(400)];
    let html = head.windows(9).any(|w| w == b"\\fromhtml");
    let mut reader = Reader { html, charset, out: String::new(), pending: Vec::new() };
    let mut groups = vec![Group::default()];
    let mut at = 0;
    // Letters that stand for one that was written already.
    let mut skip = 0usize;
    while let Some(&byte) = rtf.get(at) {
        at += 1;
        match byte {
            b'{' => {
                let group = groups.last().copied().unwrap_or_default();
                if groups.len() > DEPTH_MAX {
                    break;
                }
                groups.push(group);
            }
            b'}' => {
                if groups.len() > 1 {
                    groups.pop();
                }
            }
            b'\\' => {
                let group = groups.last_mut();
                let Some(group) = group else { break };
                at = control(rtf, at, group, &mut reader, &mut skip);
            }
            b'\r' | b'\n' => {}
            _ if skip > 0 => skip -= 1,
            _ => reader.byte(byte, groups.last().copied().unwrap_or_default()),
        }
    }
    reader.flush();
    if html { Words::Html(reader.out) } else { Words::Text(reader.out.trim().to_string()) }
}

struct Reader<'a> {
    html: bool,
    charset: Option<&'a str>,
    out: String,
    pending: Vec<u8>,
}

impl Reader<'_> {
    fn shown(&self, group: Group) -> bool {
        let looks = self.html && group.look && !group.tag;
        !(group.skipped || looks)
    }

    fn byte(&mut self, byte: u8, group: Group) {
        if self.shown(group) {
            self.pending.push(byte);
        }
    }

    fn text(&mut self, text: &str, group: Group) {
        if self.shown(group) {
            self.flush();
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let charset = self.charset.or(Some("windows-1252"));
            self.out.push_str(&charset::decode(&self.pending, charset));
            self.pending.clear();
        }
    }
}

/// Follows one control word; where the text goes on.
fn control(
    rtf: &[u8],
    at: usize,
    group: &mut Group,
    reader: &mut Reader<'_>,
    skip: &mut usize,
) -> usize {
    let Some(&first) = rtf.get(at) else { return at };
    if !first.is_ascii_alphabetic() {
        let next = at + 1;
        match first {
            b'\'' => {
                let hex = rtf.get(next..next + 2).and_then(|h| std::str::from_utf8(h).ok());
                if let Some(byte) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
                    if *skip > 0 {
                        *skip -= 1;
                    } else {
                        reader.byte(byte, *group);
                    }
                }
                return next + 2;
            }
            b'*' => {
                // A group that readers skip who do not know it; HTML stands in one that we know.
                let tag = rtf[next..].starts_with(b"\\htmltag");
                (group.skipped, group.tag) = (!tag, tag);
            }
            b'~' => reader.text("\u{a0}", *group),
            b'{' | b'}' | b'\\' => reader.byte(first, *group),
            _ => {}
        }
        return next;
    }
    let letters = rtf[at..].iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &rtf[at..at + letters];
    let mut next = at + letters;
    let digits =
        rtf[next..].iter().take(11).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let value =
        std::str::from_utf8(&rtf[next..next + digits]).ok().and_then(|d| d.parse::<i64>().ok());
    next += digits;
    if rtf.get(next) == Some(&b' ') {
        next += 1;
    }
    match word {
        b"par" | b"line" | b"sect" | b"row" => reader.text("\n", *group),
        b"tab" | b"cell" => reader.text("\t", *group),
        b"htmlrtf" => group.look = value != Some(0),
        b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" => {
            group.skipped = true
        }
        b"u" => {
            let unit = value.map(|v| if v < 0 { v + 65_536 } else { v });
            let letter = unit.and_then(|u| u32::try_from(u).ok()).and_then(char::from_u32);
            reader.text(
                letter.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]),
                *group,
            );
            *skip = 1;
        }
        b"bin" => {
            next += usize::try_from(value.unwrap_or(0))
                .unwrap_or(0)
                .min(rtf.len() - next.min(rtf.len()))
        }
        b"emdash" => reader.text("—", *group),
        b"endash" => reader.text("–", *group),
        b"lquote" => reader.text("‘", *group),
        b"rquote" => reader.text("’", *group),
        b"ldblquote" => reader.text("“", *group),
        b"rdblquote" => reader.text("”", *group),
        b"bullet" => reader.text("•", *group),
        _ => {}
    }
    next
}

/// Rich text in its uncompressed packing, for tests.
#[cfg(test)]
pub(super) fn pack_plain(rtf: &[u8]) -> Vec<u8> {
    let size = rtf.len() as u32;
    let head = [size + 12, size, PLAIN, 0].map(u32::to_le_bytes).concat();
    [head, rtf.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_text_is_unpacked() {
        // The example of the specification.
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0,
            0x0a, 0, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68,
            0x65, 0x6c, 0x09, 0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        let text = unpack(&packed).expect("unpacked");
        assert_eq!(text, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert!(unpack(&packed[..10]).is_none());
        let huge =
            [&[0xff; 8][..], &COMPRESSED.to_le_bytes(), &[0; 4], &[0xff, 0x10, 0x0f].repeat(10)]
                .concat();
        assert!(unpack(&huge).is_some_and(|out| out.len() < 1_000));
    }
}
