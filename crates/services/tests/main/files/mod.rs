//! Files: where their bytes lie, and how they come and go.

mod keeping;
mod uploads;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use rapport_domain::AttachmentId;
use rapport_domain::message::{Attachment, Desk, MessageMode};
use rapport_services::files::{self, NewUpload};
use rapport_services::{Ctx, Result};
use std::ops::Range;

/// One pixel.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// A mail with a text and a file.
pub fn mail_with_file(subject: &str, data: &str) -> Vec<u8> {
    format!(
        "From: alex@customer.example\r\nTo: support@acme.example\r\nSubject: {subject}\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nSee the file.\r\n--b\r\n\
        Content-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n{data}\r\n--b--\r\n"
    )
    .into_bytes()
}

pub async fn read(ctx: &Ctx, id: AttachmentId, range: Option<Range<u64>>) -> Result<Vec<u8>> {
    let mut bytes = files::open(ctx, id).await?.bytes(range).await?;
    let mut all = Vec::new();
    while let Some(chunk) = bytes.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(all)
}

pub async fn upload(ctx: &Ctx, number: i64, mode: MessageMode, data: &[u8]) -> Result<Attachment> {
    let new = NewUpload {
        desk: Desk::Ticket(number),
        mode,
        file_name: "../chart.png",
        declared: Some("image/png"),
    };
    let chunks: Vec<_> = data.chunks(1_000_000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    files::upload(ctx, new, stream::iter(chunks)).await
}
