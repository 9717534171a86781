//! What a file is, by its content: what its sender calls it proves nothing.

use rapport_domain::message::PICTURES;

const UNKNOWN: &str = "application/octet-stream";

/// The media type of a file that begins like this. A sender's own word counts only where the
/// content has no mark of its own, and never makes it a picture or a PDF.
pub(super) fn content_type(head: &[u8], declared: Option<&str>, name: &str) -> String {
    let declared = declared.and_then(rapport_mail::essence).filter(|d| d != UNKNOWN);
    let found = infer::get(head).map(|kind| kind.mime_type());
    let mime = declared.as_deref();
    match (found, mime) {
        // Offices and programs pack their files; the name of the package says less than theirs.
        (Some("application/zip" | "application/x-ole-storage"), Some(mime)) if is_package(mime) => {
            mime.into()
        }
        (Some(found), _) => found.into(),
        (None, Some(mime)) if is_text_type(mime) => {
            if is_text(head) {
                mime.into()
            } else {
                UNKNOWN.into()
            }
        }
        (None, Some(mime)) if has_a_mark(mime) => UNKNOWN.into(),
        (None, Some(mime)) => mime.into(),
        (None, None) => by_name(name).filter(|_| is_text(head)).unwrap_or(UNKNOWN).into(),
    }
}

fn is_package(mime: &str) -> bool {
    mime.starts_with("application/") && !has_a_mark(mime)
}

/// Types whose content would have told.
fn has_a_mark(mime: &str) -> bool {
    PICTURES.contains(&mime) || mime == "application/pdf"
}

fn is_text_type(mime: &str) -> bool {
    mime.starts_with("text/") || mime == "application/json"
}

fn by_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "txt" | "log" | "md" => Some("text/plain"),
        "csv" => Some("text/csv"),
        "json" => Some("application/json"),
        _ => None,
    }
}

/// Readable text in UTF-8, or in an older encoding that has ASCII in it; the end may be cut.
fn is_text(head: &[u8]) -> bool {
    let odd = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    !head.iter().any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn the_content_says_what_a_file_is() {
        for (head, declared, name, kind) in [
            (PNG, Some("text/plain"), "a.txt", "image/png"),
            (b"%PDF-1.7", None, "a", "application/pdf"),
            (b"<!DOCTYPE html><script>", Some("image/png"), "a.png", "text/html"),
            (b"<?xml version='1.0'?><svg", Some("image/png"), "a.png", "text/xml"),
            (b"<svg onload=x>", Some("image/svg+xml"), "a.svg", "image/svg+xml"),
            (b"<svg onload=x>", Some("image/png"), "a.png", UNKNOWN),
            (b"no pdf", Some("application/pdf"), "a.pdf", UNKNOWN),
            (b"a,b\n", Some("text/csv; charset=utf-8"), "a.csv", "text/csv"),
            (b"a,b\n", None, "a.CSV", "text/csv"),
            (b"a\0b", Some("text/plain"), "a.txt", UNKNOWN),
            (b"a\0b", None, "a.log", UNKNOWN),
            (b"ABC", Some("application/octet-stream"), "data.bin", UNKNOWN),
            (
                b"PK\x03\x04zip",
                Some("application/vnd.apple.pages"),
                "a",
                "application/vnd.apple.pages",
            ),
            (b"PK\x03\x04zip", Some("image/png"), "a.png", "application/zip"),
            (b"", Some("image/svg+xml; x"), "a", "image/svg+xml"),
            (b"Gr\xfc\xdfe", Some("text/plain"), "a", "text/plain"),
        ] as [(&[u8], _, _, _); 16]
        {
            assert_eq!(content_type(head, declared, name), kind, "{declared:?} {name}");
        }
    }
}
