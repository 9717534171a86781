//! Messages and activities as Postgres writes them into JSON: ids are bare UUIDs.

use chrono::{DateTime, Utc};
use rapport_domain::message::{Attachment, HeaderLine, MailFacts, MessageMode, Recipient, Upload};
use rapport_domain::ticket::{Channel, MessageKind, Receipt};
use rapport_domain::{AttachmentId, Cursor, Uuid};
use serde::{Deserialize, Deserializer};

/// A message as it is stored.
#[derive(Debug, Deserialize)]
pub struct MessageRow {
    pub id: Uuid,
    pub kind: MessageKind,
    pub channel: Channel,
    pub author_user_id: Option<Uuid>,
    pub author_name: String,
    pub author_email: Option<String>,
    pub subject: Option<String>,
    /// Markdown where the next says so.
    pub body_text: String,
    pub markdown: bool,
    pub has_html: bool,
    pub has_raw: bool,
    pub forwarded: bool,
    pub headers: Vec<HeaderLine>,
    pub unreadable: bool,
    pub mail: Option<MailFacts>,
    pub receipt: Option<Receipt>,
    pub receipt_at: Option<DateTime<Utc>>,
    pub receipt_error: Option<String>,
    pub attempts: Option<i32>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it left, if its opening would be seen and was not.
    pub unopened_since: Option<DateTime<Utc>>,
    pub recipients: Vec<Recipient>,
    pub sent_at: DateTime<Utc>,
    pub recorded: bool,
    #[serde(deserialize_with = "attachments")]
    pub attachments: Vec<Attachment>,
}

impl MessageRow {
    /// Where this message stands in its thread.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.sent_at, self.id)
    }
}

/// An activity of a ticket.
#[derive(Debug, Deserialize)]
pub struct ActivityRow {
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub name: String,
    pub title: String,
    pub body: Option<String>,
    pub actor_name: Option<String>,
    pub score: Option<i16>,
}

/// A file as Postgres writes it into JSON.
#[derive(Debug, Deserialize)]
pub struct AttachmentRow {
    id: Uuid,
    file_name: String,
    content_type: String,
    size_bytes: i64,
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        let AttachmentRow { id, file_name, content_type, size_bytes } = row;
        Self { id: AttachmentId(id), file_name, content_type, size_bytes, url: None }
    }
}

/// A file that waits for its message.
#[derive(Debug, Deserialize)]
pub struct UploadRow {
    mode: MessageMode,
    #[serde(flatten)]
    file: AttachmentRow,
}

impl From<UploadRow> for Upload {
    fn from(row: UploadRow) -> Self {
        Self { mode: row.mode, file: row.file.into() }
    }
}

fn attachments<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<Attachment>, D::Error> {
    let rows = Vec::<AttachmentRow>::deserialize(json)?;
    Ok(rows.into_iter().map(Attachment::from).collect())
}
