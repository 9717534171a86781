//! Files: what a message carries, and what waits for the message it was chosen for.

use super::MessageMode;
use crate::{AppError, AttachmentId};
use serde::{Deserialize, Serialize};

/// Types that are shown as pictures, and of which there are thumbnails.
pub const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Bytes of a picture that is read to make a thumbnail of it.
const THUMB_BYTES: i64 = 20 * 1024 * 1024;

/// A file that came with a message. Its type is what its content says, not what a sender
/// claimed; its content is at `/files/attachments/{id}`, and for API keys at
/// `/api/v1/attachments/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Attachment {
    pub id: AttachmentId,
    pub file_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    /// Where a secret key gets its content; in answers of the REST API alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How a file can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In the page, by its thumbnail at `/files/attachments/{id}/thumb`.
    Picture,
    /// In the browser's own viewer.
    Pdf,
    /// As text, whatever kind of text it is.
    Text,
    /// Not here: it is downloaded.
    Download,
}

impl Attachment {
    /// How it can be looked at. What may hold a script (HTML, SVG, XML) is downloaded.
    pub fn look(&self) -> Look {
        match self.content_type.as_str() {
            kind if PICTURES.contains(&kind) && self.size_bytes <= THUMB_BYTES => Look::Picture,
            "application/pdf" => Look::Pdf,
            "text/plain" | "text/csv" | "application/json" => Look::Text,
            _ => Look::Download,
        }
    }

    /// Where its content is, for people who are logged in.
    pub fn href(&self) -> String {
        format!("/files/attachments/{}", self.id)
    }

    /// Where its thumbnail is, if it is a picture.
    pub fn thumb(&self) -> Option<String> {
        (self.look() == Look::Picture).then(|| format!("/files/attachments/{}/thumb", self.id))
    }
}

crate::vocabulary! {
    /// Why a file was not taken. The label is what the person reads.
    UploadRefusal {
        Empty => "empty", "This file is empty.";
        TooMany => "too_many", "A message has at most 20 files.";
        TooLarge => "too_large", "The files of a message may have 25 MB together.";
        TooLargeForMail => "too_large_for_mail", "The files of an e-mail may have 18 MB together: on their way they grow by a third.";
        Elsewhere => "elsewhere", "Too many of your files wait for messages in other tickets. Send them, or take some off.";
    }
}

impl From<UploadRefusal> for AppError {
    fn from(refusal: UploadRefusal) -> Self {
        Self::invalid("file", refusal.label())
    }
}

impl UploadRefusal {
    /// The refusal that an error is, if it is one.
    pub fn of(error: &AppError) -> Option<Self> {
        let text = error.field("file")?;
        Self::ALL.iter().copied().find(|refusal| refusal.label() == text)
    }
}

/// A file that somebody chose for a message which is not written yet. Each person has their own,
/// in each ticket, for answers and for notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub mode: MessageMode,
    pub file: Attachment,
}

/// What storing a file for a message answers, as JSON for the page's script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uploaded {
    pub id: AttachmentId,
    pub name: String,
    /// By its content.
    #[serde(rename = "type")]
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// The address of its thumbnail, if it is a picture.
    pub thumb: Option<String>,
}

impl From<Attachment> for Uploaded {
    fn from(file: Attachment) -> Self {
        let thumb = file.thumb();
        Self {
            id: file.id,
            name: file.file_name,
            content_type: file.content_type,
            size: file.size_bytes,
            thumb,
        }
    }
}

/// A size as people read it: `812 B`, `18 KB`, `2.4 MB`.
pub fn size_text(bytes: i64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    fn file(content_type: &str, size_bytes: i64) -> Attachment {
        let id = AttachmentId(Uuid::from_u128(7));
        Attachment {
            id,
            file_name: "a [b](c).png".into(),
            content_type: content_type.into(),
            size_bytes,
            url: None,
        }
    }

    #[test]
    fn what_may_hold_a_script_is_downloaded() {
        for kind in ["text/html", "image/svg+xml", "text/xml", "application/xhtml+xml", "text/css"]
        {
            assert_eq!(file(kind, 1).look(), Look::Download, "{kind}");
        }
        assert_eq!(file("image/png", 1).look(), Look::Picture);
        assert_eq!(file("image/png", THUMB_BYTES + 1).thumb(), None);
        assert_eq!(file("application/pdf", 1).look(), Look::Pdf);
        assert_eq!(file("text/csv", 1).look(), Look::Text);
    }

    #[test]
    fn what_people_read_of_a_limit_is_the_limit() {
        use crate::limits;
        let mb = |bytes: usize| format!("{} MB", bytes / 1024 / 1024);
        assert!(UploadRefusal::TooLarge.label().contains(&mb(limits::UPLOADS_BYTES)));
        assert!(UploadRefusal::TooLargeForMail.label().contains(&mb(limits::UPLOADS_MAIL_BYTES)));
        assert!(UploadRefusal::TooMany.label().contains(&limits::UPLOADS_MAX.to_string()));
        let error = AppError::from(UploadRefusal::Empty);
        assert_eq!(UploadRefusal::of(&error), Some(UploadRefusal::Empty));
        assert_eq!(UploadRefusal::of(&AppError::NotFound), None);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size_text(812), "812 B");
        assert_eq!(size_text(18_120), "18 KB");
        assert_eq!(size_text(2_410_000), "2.4 MB");
    }
}
