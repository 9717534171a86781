//! Files that old programs write into the text itself: uuencode, yEnc, BinHex.
//!
//! A block that is not whole stays text, so that nothing of it is lost.

use crate::attachment::{Attachment, clean_file_name};
use rapport_domain::limits;

/// What stands above a file in BinHex.
const BINHEX: &str = "(This file must be converted with BinHex";

/// Bytes of text without the files in it, and the files. `None` where there are none.
pub(crate) fn taken_out(text: &[u8]) -> Option<(Vec<u8>, Vec<Attachment>)> {
    let begins = |line: &[u8]| {
        [b"begin ", &b"=ybegin "[..], BINHEX.as_bytes()].iter().any(|b| line.starts_with(b))
    };
    if !text.split(|b| *b == b'\n').any(begins) {
        return None;
    }
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let mut files = Vec::new();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let found = if files.len() < limits::EMAIL_ATTACHMENTS_MAX {
            uuencoded(&lines[at..]).or_else(|| yenc(&lines[at..])).or_else(|| binhex(&lines[at..]))
        } else {
            None
        };
        match found {
            Some((file, length)) => {
                files.push(file);
                at += length;
            }
            None => {
                kept.extend_from_slice(lines[at]);
                at += 1;
            }
        }
    }
    (!files.is_empty()).then_some((kept, files))
}

/// Bytes that are uuencoded as a whole: an encoding of parts that RFC 2045 does not have.
pub(crate) fn uudecoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    (0..lines.len().min(20)).find_map(|n| uuencoded(&lines[n..])).map(|(file, _)| file.data)
}

fn ended(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn file(name: &[u8], data: Vec<u8>) -> Attachment {
    let name = clean_file_name(String::from_utf8_lossy(name).trim().trim_matches('"'));
    Attachment {
        file_name: if name.is_empty() { "attachment".into() } else { name },
        content_type: "application/octet-stream".into(),
        content_id: None,
        data,
    }
}

/// `begin 644 name`, lines of up to 45 bytes, `end`: the file and how many lines it takes.
fn uuencoded(lines: &[&[u8]]) -> Option<(Attachment, usize)> {
    let head = ended(lines.first()?).strip_prefix(b"begin ")?;
    let mode = head.iter().take_while(|b| (b'0'..=b'7').contains(b)).count();
    let name = head.get(mode..)?.strip_prefix(b" ").filter(|name| !name.trim_ascii().is_empty())?;
    if !(3..=4).contains(&mode) {
        return None;
    }
    let mut data = Vec::new();
    for (n, line) in lines.iter().enumerate().skip(1) {
        let line = ended(line);
        // An empty line is one of no bytes whose sign a program took for a space too many.
        if line.trim_ascii() == b"end" {
            return Some((file(name, data), n + 1)).filter(|_| n > 1);
        }
        uu_line(line, &mut data)?;
    }
    None
}

fn uu_line(line: &[u8], data: &mut Vec<u8>) -> Option<()> {
    let six = |b: u8| (b' '..=b'`').contains(&b).then(|| b.wrapping_sub(b' ') & 63);
    let Some((first, code)) = line.split_first() else { return Some(()) };
    let length = usize::from(six(*first)?);
    // Spaces at the end get lost; some programs write a sign more.
    let needed = length.div_ceil(3) * 4;
    if code.len() > needed + 2 || length > 0 && code.is_empty() {
        return None;
    }
    let mut units = code.iter().copied().chain(std::iter::repeat(b' ')).take(needed).map(six);
    let mut bytes = Vec::with_capacity(needed);
    while let Some(a) = units.next() {
        let (a, b, c, d) = (a?, units.next()??, units.next()??, units.next()??);
        bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    data.extend_from_slice(bytes.get(..length)?);
    Some(())
}

/// `=ybegin line=128 size=123 name=…`, bytes moved by 42, `=yend size=123`.
fn yenc(lines: &[&[u8]]) -> Option<(Attachment, usize)> {
    let head = ended(lines.first()?).strip_prefix(b"=ybegin ")?;
    let value = |name: &[u8]| {
        let at = head.windows(name.len()).position(|w| w == name)? + name.len();
        Some(&head[at..])
    };
    let digits: String = value(b"size=")?
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .map(|b| char::from(*b))
        .collect();
    let size: usize = digits.parse().ok()?;
    let name = value(b"name=")?;
    let mut data = Vec::new();
    for (n, line) in lines.iter().enumerate().skip(1) {
        let line = ended(line);
        if line.starts_with(b"=yend") {
            // One of several parts, or one that a charset changed, is no file.
            return (data.len() == size).then(|| (file(name, data), n + 1));
        }
        if line.starts_with(b"=ypart") {
            continue;
        }
        if line.starts_with(b"=ybegin ") {
            return None;
        }
        let mut bytes = line.iter();
        while let Some(byte) = bytes.next() {
            let byte = match byte {
                b'=' => bytes.next()?.wrapping_sub(64),
                byte => *byte,
            };
            data.push(byte.wrapping_sub(42));
        }
    }
    None
}

/// What only an old Macintosh opens is kept as the file that it is, from its line to the colon.
fn binhex(lines: &[&[u8]]) -> Option<(Attachment, usize)> {
    if !lines.first()?.starts_with(BINHEX.as_bytes()) {
        return None;
    }
    let begin = lines.iter().take(5).position(|line| line.starts_with(b":"))?;
    let body = lines[begin..]
        .iter()
        .take_while(|line| !line.starts_with(BINHEX.as_bytes()))
        .position(|line| ended(line).trim_ascii_end().ends_with(b":"));
    let length = begin + body? + 1;
    // A lone colon opens it and closes nothing.
    (lines[begin..length].concat().trim_ascii().len() > 2).then(|| {
        let mut found = file(b"attachment.hqx", lines[..length].concat());
        found.content_type = "application/mac-binhex40".into();
        (found, length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(data: &[u8]) -> String {
        let six = |b: u8| if b == 0 { '`' } else { char::from(b + b' ') };
        let mut out = String::from("begin 644 notes.txt\r\n");
        for line in data.chunks(45) {
            out.push(six(line.len() as u8));
            for three in line.chunks(3) {
                let byte = |n: usize| three.get(n).copied().unwrap_or(0);
                let (a, b, c) = (byte(0), byte(1), byte(2));
                out.extend(
                    [a >> 2, (a << 4 | b >> 4) & 63, (b << 2 | c >> 6) & 63, c & 63].map(six),
                );
            }
            out.push_str("\r\n");
        }
        out + "`\r\nend\r\n"
    }

    #[test]
    fn a_file_in_the_text_is_a_file() {
        let text = format!("See below.\r\n\r\n{}\r\nBye", encoded(b"Hello there, this is it."));
        let (kept, files) = taken_out(text.as_bytes()).expect("a file");
        assert_eq!(kept, b"See below.\r\n\r\n\r\nBye");
        assert_eq!(
            (files[0].file_name.as_str(), &files[0].data[..]),
            ("notes.txt", &b"Hello there, this is it."[..])
        );
        // Without the spaces that a program took from the ends of lines.
        let spaced = "begin 644 a b.bin\n#    \n \nend\n";
        let (_, files) = taken_out(spaced.as_bytes()).expect("a file");
        assert_eq!((files[0].file_name.as_str(), files[0].data.len()), ("a b.bin", 3));
        let cut = "begin 644 a.bin\n#(\n\nend\n";
        assert_eq!(taken_out(cut.as_bytes()).expect("a file").1[0].data, [0x20, 0, 0]);
    }

    #[test]
    fn what_is_no_whole_file_stays() {
        for text in [
            "begin 644 notes.txt\nThis is how it looks, and nobody ended it.",
            "begin 644 notes.txt\nHello there\nend\n",
            "begin 644\n`\nend\n",
            "begin with me\nend\n",
            "begin 644 x\nend\n",
            "=ybegin line=128 size=4 name=a\nkl\n=yend size=4\n",
            "(This file must be converted with BinHex 4.0)\n\nnothing",
        ] {
            assert_eq!(taken_out(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn yenc_and_binhex_are_known_too() {
        let mut text = b"Hi\r\n=ybegin line=128 size=4 name=a.bin\r\n".to_vec();
        text.extend([b'a'.wrapping_add(42), 0xff, b'=', 0x3d_u8.wrapping_add(64), 42]);
        text.extend(b"\r\n=yend size=4\r\nBye");
        let (kept, files) = taken_out(&text).expect("a file");
        assert_eq!(kept, b"Hi\r\nBye");
        assert_eq!(
            (files[0].file_name.as_str(), &files[0].data[..]),
            ("a.bin", &[b'a', 0xd5, 0x13, 0][..])
        );
        let text =
            b"Hi\n(This file must be converted with BinHex 4.0)\n\n:$f*TEQKPH#jdH@jcH3\n!!:\nBye";
        let (kept, files) = taken_out(text).expect("a file");
        assert_eq!(
            (kept.as_slice(), files[0].file_name.as_str()),
            (&b"Hi\nBye"[..], "attachment.hqx")
        );
    }

    proptest! {
        #[test]
        fn any_file_comes_back(data in prop::collection::vec(any::<u8>(), 1..400)) {
            let text = encoded(&data);
            let (kept, files) = taken_out(text.as_bytes()).expect("a file");
            prop_assert!(kept.is_empty());
            prop_assert_eq!(&files[0].data, &data);
        }

        #[test]
        fn no_text_is_a_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "begin 644 a\n", "end\n", "`\n", "M'2\n", "=ybegin size=3 name=x\n", "=yend\n", "ab=\n",
            "(This file must be converted with BinHex 4.0)\n", ":", ":\n", "é\n",
        ]), 0..20)) {
            let text = pieces.concat();
            if let Some((kept, files)) = taken_out(text.as_bytes()) {
                prop_assert!(kept.len() < text.len() && !files.is_empty());
            }
        }
    }
}
