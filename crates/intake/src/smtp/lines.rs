//! Lines of a client, read within limits.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// How long a client may take for a line.
const LINE_TIME: Duration = Duration::from_secs(120);

/// A line as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in the buffer, with its end.
    Whole,
    /// It was longer than allowed; its beginning is in the buffer, the rest was read away.
    TooLong,
    /// The client hung up.
    End,
}

/// Reads a line to its LF into the emptied `buffer`, of at most `max` bytes.
pub(super) async fn read_line(
    reader: &mut (impl AsyncBufRead + Unpin),
    buffer: &mut Vec<u8>,
    max: usize,
) -> io::Result<Line> {
    let read = read_whole(reader, buffer, max);
    tokio::time::timeout(LINE_TIME, read).await.map_err(|_| io::ErrorKind::TimedOut)?
}

async fn read_whole(
    reader: &mut (impl AsyncBufRead + Unpin),
    buffer: &mut Vec<u8>,
    max: usize,
) -> io::Result<Line> {
    buffer.clear();
    let mut too_long = false;
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok(Line::End);
        }
        let end = available.iter().position(|b| *b == b'\n');
        let taken = end.map_or(available.len(), |n| n + 1);
        let room = max.saturating_sub(buffer.len());
        buffer.extend_from_slice(&available[..taken.min(room)]);
        too_long |= taken > room;
        reader.consume(taken);
        if end.is_some() {
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_have_a_limit_and_the_next_one_is_found() {
        let mut input = &b"EHLO x\r\n0123456789\r\nQUIT\r\nhalf"[..];
        let mut buffer = Vec::new();
        assert_eq!(read_line(&mut input, &mut buffer, 8).await.unwrap(), Line::Whole);
        assert_eq!(buffer, b"EHLO x\r\n");
        assert_eq!(read_line(&mut input, &mut buffer, 8).await.unwrap(), Line::TooLong);
        assert_eq!(buffer.len(), 8);
        assert_eq!(read_line(&mut input, &mut buffer, 8).await.unwrap(), Line::Whole);
        assert_eq!(buffer, b"QUIT\r\n");
        assert_eq!(read_line(&mut input, &mut buffer, 8).await.unwrap(), Line::End);
    }
}
