//! The text of a mail, as it comes after DATA.

use super::lines::{Line, read_line};
use rapport_domain::limits;
use std::io;
use std::sync::Arc;
use tokio::io::AsyncBufRead;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a line of a mail: programs write far longer ones than the 1,000 they may.
const TEXT_LINE_BYTES: usize = 1024 * 1024;
/// Servers that a mail may have passed before it is taken to run in circles.
const HOPS_MAX: usize = 100;
/// Bytes of mails that all connections may be sending at once, in steps.
pub(super) const IN_FLIGHT_STEPS: usize = 128;
const STEP_BYTES: usize = 1024 * 1024;

/// How the text of a mail ended.
pub(super) enum Text {
    Whole(Vec<u8>, Vec<OwnedSemaphorePermit>),
    /// Refused, with the answer; the text was read away.
    Refused(&'static str),
    End,
}

/// Reads a mail's text to the line with a dot alone, dots unstuffed.
///
/// Lines end with CRLF and nothing else: where two servers disagree about that, one mail can
/// be made to look like two, the second from anybody (SMTP smuggling).
pub(super) async fn read_text(
    reader: &mut (impl AsyncBufRead + Unpin),
    in_flight: &Arc<Semaphore>,
) -> io::Result<Text> {
    let (mut text, mut line, mut room) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused = None;
    let (mut in_headers, mut hops) = (true, 0);
    loop {
        match read_line(reader, &mut line, TEXT_LINE_BYTES).await? {
            Line::End => return Ok(Text::End),
            Line::TooLong => refused = Some("554 5.6.0 A line of this mail is too long"),
            Line::Whole => {}
        }
        if line == b".\r\n" {
            break;
        }
        if !line.ends_with(b"\r\n") || line[..line.len() - 2].contains(&b'\r') {
            refused = refused.or(Some("554 5.6.0 Lines end with CR and LF, both and together"));
        }
        in_headers &= line != b"\r\n";
        hops += usize::from(in_headers && line.to_ascii_lowercase().starts_with(b"received:"));
        if hops > HOPS_MAX {
            refused = refused.or(Some("554 5.4.6 This mail runs in circles"));
        }
        let content = line.strip_prefix(b".").unwrap_or(&line);
        if text.len() + content.len() > limits::EMAIL_BYTES {
            refused = refused.or(Some("552 5.3.4 A mail may have 25 MB"));
        }
        while refused.is_none() && room.len() * STEP_BYTES < text.len() + content.len() {
            match in_flight.clone().try_acquire_owned() {
                Ok(step) => room.push(step),
                Err(_) => refused = Some("452 4.3.1 Too much mail at once, try again later"),
            }
        }
        if refused.is_none() {
            text.extend_from_slice(content);
        } else {
            (text, room) = (Vec::new(), Vec::new());
        }
    }
    Ok(match refused {
        Some(why) => Text::Refused(why),
        None => Text::Whole(text, room),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(input: &[u8]) -> std::result::Result<Vec<u8>, &'static str> {
        let in_flight = Arc::new(Semaphore::new(IN_FLIGHT_STEPS));
        match read_text(&mut &input[..], &in_flight).await.unwrap() {
            Text::Whole(text, _) => Ok(text),
            Text::Refused(why) => Err(why),
            Text::End => Err("end"),
        }
    }

    #[tokio::test]
    async fn a_dot_alone_ends_a_mail_and_others_are_its_own() {
        assert_eq!(text(b"a\r\n..b\r\n.\r\nrest").await.unwrap(), b"a\r\n.b\r\n");
        assert_eq!(text(b"a\r\n").await, Err("end"));
    }

    #[tokio::test]
    async fn no_other_line_end_ends_a_mail() {
        for smuggled in [
            &b"a\n.\nMAIL FROM:<x>\r\n.\r\n"[..],
            b"a\n.\r\nb\r\n.\r\n",
            b"a\r.\r\nb\r\n.\r\n",
            b"a\r\n.\nb\r\n.\r\n",
        ] {
            let read = text(smuggled).await;
            assert!(read.as_ref().is_err_and(|e| e.starts_with("554")), "{smuggled:?}: {read:?}");
        }
    }

    #[tokio::test]
    async fn all_mails_together_have_a_limit() {
        let in_flight = Arc::new(Semaphore::new(3));
        let two_megabytes =
            [b"0123456789abcdef\r\n".repeat(2 * STEP_BYTES / 18), b".\r\n".to_vec()].concat();
        let first = read_text(&mut &two_megabytes[..], &in_flight).await.unwrap();
        assert!(
            matches!(&first, Text::Whole(text, room) if text.len() > STEP_BYTES && room.len() == 2)
        );
        let second = read_text(&mut &two_megabytes[..], &in_flight).await.unwrap();
        assert!(matches!(second, Text::Refused(why) if why.starts_with("452")));
        drop(first);
        let third = read_text(&mut &two_megabytes[..], &in_flight).await.unwrap();
        assert!(matches!(third, Text::Whole(..)), "room comes back");
        drop(third);
        assert_eq!(in_flight.available_permits(), 3);
    }

    #[tokio::test]
    async fn mail_in_circles_and_endless_mail_is_refused() {
        let hops = [b"Received: x\r\n".repeat(HOPS_MAX + 1), b"\r\nx\r\n.\r\n".to_vec()].concat();
        assert!(text(&hops).await.unwrap_err().starts_with("554 5.4.6"));
        let large =
            [b"0123456789abcdef\r\n".repeat(limits::EMAIL_BYTES / 18 + 1), b".\r\n".to_vec()]
                .concat();
        assert!(text(&large).await.unwrap_err().starts_with("552"));
    }
}
