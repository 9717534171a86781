//! A stored file as an answer: as it comes, whole or in part.
//!
//! It is a stranger's: sandboxed, never sniffed, never kept by a cache, and shown in the browser
//! only where its type cannot hold a script.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use rapport_domain::message::Look;
use rapport_domain::{AppError, address};
use rapport_services::files::Opened;
use std::ops::Range;

/// Shows nothing, runs nothing, loads nothing.
pub const SANDBOX: &str = "sandbox; default-src 'none'";
/// A browser's PDF viewer is a program of its own that a sandbox keeps from starting. It shows
/// the file in a place without our origin; what the file wants to load from anywhere it does not.
const VIEWER: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; \
    frame-ancestors 'self'";

/// The headers of everything that is not ours.
pub fn headers(
    kind: &str,
    policy: &'static str,
    disposition: &str,
) -> [(HeaderName, HeaderValue); 6] {
    let value = |text: &str| {
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
    };
    [
        (header::CONTENT_TYPE, value(kind)),
        (header::CONTENT_DISPOSITION, value(disposition)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ]
}

/// Answers with a file; a `Range` of one part is kept, which PDF viewers ask for.
pub async fn send(file: Opened, request: &HeaderMap) -> Result<Response, AppError> {
    let about = file.about();
    let size = u64::try_from(about.size_bytes).unwrap_or(0);
    let (kind, policy, inline) = match about.look() {
        Look::Picture => (about.content_type.as_str(), SANDBOX, true),
        Look::Pdf => ("application/pdf", VIEWER, true),
        Look::Text => ("text/plain; charset=utf-8", SANDBOX, true),
        Look::Download => ("application/octet-stream", SANDBOX, false),
    };
    let mut fixed =
        HeaderMap::from_iter(headers(kind, policy, &disposition(inline, &about.file_name)));
    fixed.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let (status, range) = match wanted(request, size) {
        Wanted::Whole => (StatusCode::OK, None),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Wanted::Nothing => {
            let all = format!("bytes */{size}");
            let range = [(header::CONTENT_RANGE, all)];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let mut length = size;
    if let Some(Range { start, end }) = &range {
        length = end - start;
        let part = format!("bytes {start}-{}/{size}", end - 1);
        fixed.insert(header::CONTENT_RANGE, part.parse().map_err(rapport_services::internal)?);
    }
    fixed.insert(header::CONTENT_LENGTH, length.into());
    // A layer may ask once more after the end, which a stream of a store need not bear.
    let bytes = file.bytes(range).await?.fuse();
    Ok((status, fixed, Body::from_stream(bytes)).into_response())
}

#[derive(Debug, PartialEq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    /// There are no such bytes.
    Nothing,
}

fn wanted(request: &HeaderMap, size: u64) -> Wanted {
    // There are no validators, so a part of "the same file" cannot be promised.
    let range = request.get(header::RANGE).filter(|_| !request.contains_key(header::IF_RANGE));
    let Some(range) = range.and_then(|r| r.to_str().ok()) else { return Wanted::Whole };
    let Ok(parsed) = http_range_header::parse_range_header(range) else { return Wanted::Whole };
    match parsed.validate(size).as_deref() {
        Ok([one]) => Wanted::Part(*one.start()..one.end() + 1),
        // Several parts at once are nobody's need.
        Ok(_) => Wanted::Whole,
        Err(_) => Wanted::Nothing,
    }
}

/// `Content-Disposition` by RFC 6266: a plain name for old programs, the real one beside it.
pub fn disposition(inline: bool, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    // A slash ends no header, and no program takes it for a folder of its own.
    let exact = address::encode(&name.replace('/', "_"));
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_leave_its_header() {
        let line = disposition(false, "Grüße \"x\"\r\nSet-Cookie: a=b.pdf");
        assert!(!line.contains(['\r', '\n']), "{line}");
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(
            line.starts_with("attachment; filename=\"Gr__e _x___Set-Cookie_ a_b.pdf\""),
            "{line}"
        );
        assert!(
            line.ends_with("Gr%C3%BC%C3%9Fe%20%22x%22%0D%0ASet-Cookie%3A%20a%3Db.pdf"),
            "{line}"
        );
        assert!(HeaderValue::from_str(&line).is_ok());
    }

    #[test]
    fn a_range_is_kept_or_refused() {
        for (range, given) in [
            ("bytes=0-1", Wanted::Part(0..2)),
            ("bytes=5-", Wanted::Part(5..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]);
            assert_eq!(wanted(&headers, 10), given, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::Whole);
    }
}
