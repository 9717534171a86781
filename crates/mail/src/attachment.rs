//! Files that came with a mail: their names and types are what a stranger typed.

use crate::{file_name, inline_files};
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use rapport_domain::text;

/// Characters of a file name that are kept, its ending included.
const NAME_CHARS: usize = 150;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe to show and to write into a header; never a path.
    pub file_name: String,
    /// Type and subtype in lower case, without parameters.
    pub content_type: String,
    /// The Content-ID without angle brackets: HTML names inline images by it. One that is named
    /// by its Content-Location has that here.
    pub content_id: Option<String>,
    pub data: Vec<u8>,
}

impl Attachment {
    pub(crate) fn from_part(message: &Message<'_>, part: &MessagePart<'_>) -> Self {
        let declared = part.content_type().map(|t| match t.subtype() {
            Some(subtype) => format!("{}/{subtype}", t.ctype()),
            None => t.ctype().to_string(),
        });
        let fallback = if matches!(part.body, PartType::Message(_)) {
            "message/rfc822"
        } else {
            "application/octet-stream"
        };
        let content_type = declared.and_then(|t| essence(&t)).map(crate::shape::original_type);
        let content_type = content_type.unwrap_or_else(|| fallback.into());
        let nested = content_type == "message/rfc822";
        let name = file_name::named(message, part).map(|name| clean_file_name(&name));
        let name = name.filter(|n| !n.is_empty());
        let subject = match &part.body {
            PartType::Message(inner) => inner.subject().map(clean_subject),
            _ if nested => crate::peek_subject(part.contents()).map(|s| clean_subject(&s)),
            _ => None,
        };
        let plain_name = match (nested, content_type.split_once('/')) {
            (true, _) => match subject.filter(|s| !s.is_empty()) {
                Some(subject) => format!("{}.eml", subject.trim_end_matches('.')),
                None => "message.eml".to_string(),
            },
            (false, Some((_, "plain"))) => "text.txt".to_string(),
            (false, Some((_, "calendar"))) => "invitation.ics".to_string(),
            (false, Some(("text", "vcard" | "x-vcard"))) => "contact.vcf".to_string(),
            (false, Some(("image", kind))) => format!("image.{}", clean_file_name(kind)),
            (false, Some((_, kind @ ("pdf" | "zip" | "csv" | "html" | "rtf" | "json")))) => {
                format!("attachment.{kind}")
            }
            _ => "attachment".to_string(),
        };
        Self {
            file_name: name.unwrap_or(plain_name),
            content_type,
            content_id: part
                .content_id()
                .or(part.content_location())
                .map(|id| text::excerpt(id.trim_matches(['<', '>', ' ']), 250))
                .filter(|id| !id.is_empty()),
            data: uudecoded(part).unwrap_or_else(|| part.contents().to_vec()),
        }
    }
}

/// A file in an encoding that no standard of mail has, but some programs write.
pub(crate) fn uudecoded(part: &MessagePart<'_>) -> Option<Vec<u8>> {
    let encoding = part.content_transfer_encoding()?.to_ascii_lowercase();
    let is = ["x-uuencode", "uuencode", "x-uue", "uue"].contains(&encoding.trim());
    is.then(|| inline_files::uudecoded(part.contents())).flatten()
}

/// A subject as the name of a file: its slashes are no folders.
fn clean_subject(subject: &str) -> String {
    clean_file_name(&subject.replace(['/', '\\', ':'], "-"))
}

/// Type and subtype of a media type, in lower case; `None` when it is not one.
pub fn essence(declared: &str) -> Option<String> {
    let token = |s: &str| {
        let odd = |c: char| !(c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c));
        (!s.is_empty() && s.len() <= 100 && !s.contains(odd)).then(|| s.to_ascii_lowercase())
    };
    let (kind, subtype) = declared.split(';').next()?.trim().split_once('/')?;
    Some(format!("{}/{}", token(kind.trim())?, token(subtype.trim())?))
}

/// A file name without path, control characters and the marks that turn text around
/// (`invoice\u{202E}fdp.exe` would read as `invoiceexe.pdf`).
pub fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control()).collect();
    let kept = text::clean_line(&kept);
    // A leading dot hides a file, and `..` is a way up.
    let kept = kept.trim_start_matches('.').trim();
    let count = kept.chars().count();
    if count <= NAME_CHARS {
        return kept.to_string();
    }
    let ending: String = kept.chars().skip(count - 20).collect();
    let start: String = kept.chars().take(NAME_CHARS - 21).collect();
    format!("{start}…{ending}")
}

/// Marks that programs leave around words: of direction, of no width.
pub(crate) fn is_invisible(c: char) -> bool {
    text::deceives(c) || matches!(c, '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_a_name_and_nothing_else() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\bill.doc", "bill.doc"),
            ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            ("nul\0.txt", "nul.txt"),
            ("..", ""),
            ("  two   words .txt ", "two words .txt"),
        ] {
            assert_eq!(clean_file_name(given), kept, "{given:?}");
        }
        let long = clean_file_name(&format!("{}.tar.gz", "x".repeat(4_000)));
        assert!(long.chars().count() <= NAME_CHARS && long.ends_with(".tar.gz"), "{long}");
    }

    #[test]
    fn a_media_type_is_read_or_refused() {
        assert_eq!(essence("Text/Plain; charset=x").as_deref(), Some("text/plain"));
        assert_eq!(essence("image/svg+xml").as_deref(), Some("image/svg+xml"));
        for bad in ["", "text", "text/", "a b/c", "text/html\r\nX: y", "/"] {
            assert_eq!(essence(bad), None, "{bad:?}");
        }
    }
}
