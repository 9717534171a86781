//! How a mail is built, told in one pass before the parser sees it.
//!
//! The parser follows whatever nesting a stranger declares, looks for each boundary to the end
//! of the mail, and frees nested messages one inside the other. So what is nested or divided
//! beyond reason is cut off here, and the mail is shown as far as it goes.

use crate::repair;
use mail_parser::{GetHeader, HeaderName, MessageParser};
use std::borrow::Cow;
use std::ops::Range;

/// Multiparts and messages inside each other.
pub const DEPTH_MAX: usize = 20;
/// Parts of one mail: its 100 files, and the texts and containers around them.
pub const PARTS_MAX: usize = 500;
/// Multiparts of one mail: each may cost the parser a walk to the end.
const MULTIPARTS_MAX: usize = 60;
/// Bytes of a boundary (RFC 2046 allows 70).
const BOUNDARY_BYTES: usize = 200;

/// What the parser gets to see of a mail.
#[derive(Debug)]
pub(crate) struct Shaped<'a> {
    pub mail: Cow<'a, [u8]>,
    /// Something was left out.
    pub cut: bool,
    /// Steps that the pass took, at most a small multiple of the bytes.
    #[cfg_attr(not(test), expect(dead_code, reason = "the bound that tests hold it to"))]
    pub steps: usize,
}

struct Walk<'a> {
    raw: &'a [u8],
    /// The open multiparts' boundaries; `None` is a message inside the mail.
    open: Vec<Option<Vec<u8>>>,
    parts: usize,
    multiparts: usize,
    steps: usize,
    /// Where encoded messages are declared: they would be read inside the reading.
    encoded: Vec<usize>,
    /// Header blocks that the parser would misread, and how it reads them well.
    repaired: Vec<(Range<usize>, Vec<u8>)>,
}

/// Cuts a mail to what [`DEPTH_MAX`] and [`PARTS_MAX`] allow.
pub(crate) fn shape(raw: &[u8]) -> Shaped<'_> {
    let mut walk = Walk {
        raw,
        open: Vec::new(),
        parts: 0,
        multiparts: 0,
        steps: 0,
        encoded: Vec::new(),
        repaired: Vec::new(),
    };
    let end = walk.run();
    let mut mail = Cow::Borrowed(&raw[..end]);
    for at in walk.encoded {
        // As long as "message", and read as a file of no known kind.
        if let Some(word) = mail.to_mut().get_mut(at..at + NESTED.len()) {
            word.copy_from_slice(PLAIN);
        }
    }
    let mut repaired = walk.repaired.into_iter().filter(|(range, _)| range.end <= end).peekable();
    if repaired.peek().is_some() {
        let mut whole = Vec::with_capacity(mail.len());
        let mut copied = 0;
        for (range, block) in repaired {
            whole.extend_from_slice(&mail[copied..range.start]);
            whole.extend_from_slice(&block);
            copied = range.end;
        }
        whole.extend_from_slice(&mail[copied..]);
        mail = Cow::Owned(whole);
    }
    Shaped { mail, cut: end < raw.len(), steps: walk.steps }
}

/// The type of a message inside a message, and what [`shape`] calls an encoded one.
const NESTED: &[u8] = b"message";
const PLAIN: &[u8] = b"encoded";

/// The media type that a file had before [`shape`] renamed it.
pub(crate) fn original_type(content_type: String) -> String {
    match content_type.strip_prefix("encoded/") {
        Some(subtype) => format!("message/{subtype}"),
        None => content_type,
    }
}

impl Walk<'_> {
    /// Where the mail has to end: its length when all of it is within the limits.
    fn run(&mut self) -> usize {
        let mut at = 0;
        loop {
            // A part begins: its headers, then what they say it is.
            let start = at;
            self.parts += 1;
            at = self.headers_end(start);
            let nested = self.begin(start, at);
            if self.parts > PARTS_MAX
                || self.open.len() > DEPTH_MAX
                || self.multiparts > MULTIPARTS_MAX
            {
                return start;
            }
            if nested {
                continue;
            }
            match self.next_part(at) {
                Some(next) => at = next,
                None => return self.raw.len(),
            }
        }
    }

    /// Where the empty line after the headers ends.
    fn headers_end(&mut self, start: usize) -> usize {
        let mut at = start;
        for line in self.raw[start..].split_inclusive(|b| *b == b'\n') {
            at += line.len();
            if matches!(line, b"\n" | b"\r\n") {
                break;
            }
        }
        self.steps += at - start;
        at
    }

    /// Notes what the headers open; true when a message's own headers follow at once.
    fn begin(&mut self, start: usize, end: usize) -> bool {
        let block = &self.raw[start..end];
        let words = repair::headers(block);
        let mime = repair::mime(words.as_deref().unwrap_or(block));
        if let Some(repaired) = mime.or(words) {
            self.repaired.push((start..end, repaired));
        }
        let parser = MessageParser::new().with_mime_headers();
        let Some(part) = parser.parse_headers(block) else { return false };
        let headers = &part.parts[0].headers;
        let kind = headers.header_value(&HeaderName::ContentType).and_then(|v| v.as_content_type());
        let Some(kind) = kind else { return false };
        if kind.ctype() == "multipart" {
            let boundary = kind.attribute("boundary").unwrap_or_default().as_bytes();
            if !boundary.is_empty() {
                self.multiparts += 1;
                let boundary = &boundary[..boundary.len().min(BOUNDARY_BYTES)];
                self.open.push(Some(boundary.to_vec()));
            }
            return false;
        }
        if kind.ctype() != "message" || !matches!(kind.subtype(), Some("rfc822" | "global")) {
            return false;
        }
        let encoding = headers.header_value(&HeaderName::ContentTransferEncoding);
        let encoding = encoding.and_then(|v| v.as_text()).unwrap_or_default();
        if !["base64", "quoted-printable"].iter().any(|e| encoding.eq_ignore_ascii_case(e)) {
            self.open.push(None);
            return true;
        }
        let words = block.windows(NESTED.len()).enumerate();
        let declared =
            words.filter(|(_, w)| w.eq_ignore_ascii_case(NESTED)).map(|(n, _)| start + n);
        self.encoded.extend(declared);
        false
    }

    /// Behind the next boundary of an open multipart that more of it follows.
    fn next_part(&mut self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let dashes = self.raw[at..].windows(2).position(|w| w == b"--")?;
            self.steps += dashes + 1;
            at += dashes + 2;
            let rest = &self.raw[at..];
            let matches = |b: &Option<Vec<u8>>| b.as_ref().is_some_and(|b| rest.starts_with(b));
            self.steps += self.open.len();
            let Some(level) = self.open.iter().rposition(matches) else {
                // "---x" holds "--x" too.
                at -= 1;
                continue;
            };
            let length = self.open[level].as_ref().map_or(0, Vec::len);
            at += length;
            if self.raw[at..].starts_with(b"--") {
                self.open.truncate(level);
                continue;
            }
            self.open.truncate(level + 1);
            let line = self.raw[at..].iter().position(|b| *b == b'\n')?;
            self.steps += line;
            return Some(at + line + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nested(levels: usize) -> Vec<u8> {
        let mut raw = b"From: a@b.example\r\n".to_vec();
        for n in 0..levels {
            let head = format!("Content-Type: multipart/mixed; boundary=b{n}.\r\n\r\n--b{n}.\r\n");
            raw.extend_from_slice(head.as_bytes());
        }
        raw.extend_from_slice(b"\r\nend");
        raw
    }

    #[test]
    fn an_ordinary_mail_stays_whole() {
        let raw = nested(DEPTH_MAX);
        let shaped = shape(&raw);
        assert!(!shaped.cut && shaped.mail == raw);
        assert!(!shape(b"").cut && !shape(b"--").cut && !shape(b"\n--\n--\n").cut);
    }

    #[test]
    fn deep_multiparts_and_messages_are_cut() {
        for raw in [nested(10_000), b"Content-Type: message/rfc822\n\n".repeat(100_000)] {
            let shaped = shape(&raw);
            assert!(shaped.cut && shaped.mail.len() < 2_000, "{}", shaped.mail.len());
            assert!(shaped.steps < 10_000, "{}", shaped.steps);
        }
    }

    #[test]
    fn the_pass_is_linear_whatever_is_declared() {
        let many = [
            b"Content-Type: multipart/mixed; boundary=x\n\n".to_vec(),
            b"--x\n\n.\n".repeat(100_000),
        ]
        .concat();
        let shaped = shape(&many);
        assert!(shaped.cut && shaped.mail.len() < 10_000);
        // Boundaries that never come, and dashes that are none.
        let lost = b"--x\nContent-Type: multipart/mixed; boundary=lost\n\n.\n".repeat(10_000);
        let lost = [b"Content-Type: multipart/mixed; boundary=x\n\n".to_vec(), lost].concat();
        assert!(shape(&lost).cut);
        let dashes = [nested(DEPTH_MAX), b"-".repeat(1_000_000)].concat();
        let shaped = shape(&dashes);
        assert!(shaped.steps <= dashes.len() * (DEPTH_MAX + 2), "{}", shaped.steps);
    }

    #[test]
    fn an_encoded_message_is_a_file() {
        let raw =
            b"Content-Type: Message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYQ==";
        let shaped = shape(raw);
        assert!(shaped.mail.starts_with(b"Content-Type: encoded/rfc822"));
        assert_eq!(original_type("encoded/rfc822".into()), "message/rfc822");
    }

    proptest! {
        #[test]
        fn whatever_is_declared_the_pass_is_linear_and_ends_within_limits(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "Content-Type: multipart/mixed; boundary=a\n\n",
                "Content-Type: multipart/mixed; boundary=\"--\"\n\n",
                "Content-Type: message/rfc822\n\n",
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n",
                "--a\n", "--a--\n", "----\n", "------\n", "\n", "text\n", "-", "\r\n\r\n",
            ]), 0..400)
        ) {
            let raw = pieces.concat().into_bytes();
            let shaped = shape(&raw);
            prop_assert!(shaped.steps <= (raw.len() + 1) * (DEPTH_MAX + 4));
            prop_assert_eq!(shaped.cut, shaped.mail.len() < raw.len());
            // What is left is within the limits itself.
            prop_assert!(!shape(&shaped.mail).cut);
        }
    }
}
