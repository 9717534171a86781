//! Notes on customers and accounts.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::note::{Note, NoteAbout, NoteTarget};
use rapport_domain::{AccountId, Cursor, CustomerId, NoteId, Page, UserId, Uuid, WorkspaceId};

/// A note as its row has it; the info pane's query makes JSON of the same columns.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct NoteRow {
    id: Uuid,
    customer_id: Option<Uuid>,
    account_id: Option<Uuid>,
    author_id: Option<Uuid>,
    author_name: String,
    body: String,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        Self {
            id: NoteId(row.id),
            about: if row.account_id.is_some() { NoteAbout::Account } else { NoteAbout::Customer },
            customer: row.customer_id.map(CustomerId),
            account: row.account_id.map(AccountId),
            author: row.author_id.map(UserId),
            author_name: row.author_name,
            body: row.body,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A note to insert.
#[derive(Debug)]
pub struct NewNoteRow<'a> {
    pub id: NoteId,
    pub target: NoteTarget,
    pub author: Option<UserId>,
    pub author_name: &'a str,
    pub body: &'a str,
    pub at: DateTime<Utc>,
}

/// The target as its two columns.
fn columns(target: NoteTarget) -> (Option<Uuid>, Option<Uuid>) {
    match target {
        NoteTarget::Customer(customer) => (Some(customer.0), None),
        NoteTarget::Account(account) => (None, Some(account.0)),
    }
}

impl Store {
    /// The notes of a customer or account, newest first.
    pub async fn notes(
        &self,
        workspace: WorkspaceId,
        target: NoteTarget,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<Note>> {
        let (customer, account) = columns(target);
        let (at, id) = (after.map(|c| c.at), after.map(|c| c.id));
        // One index each: a condition on both columns at once would use neither.
        let rows = match customer {
            Some(customer) => {
                sqlx::query_as!(
                    NoteRow,
                    "select id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at
                    from notes
                    where workspace_id = $1 and customer_id = $2
                        and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
                    order by created_at desc, id desc limit $5",
                    workspace.0,
                    customer,
                    at,
                    id,
                    i64::from(limit) + 1,
                )
                .fetch_all(self.pool())
                .await?
            }
            None => {
                sqlx::query_as!(
                    NoteRow,
                    "select id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at
                    from notes
                    where workspace_id = $1 and account_id = $2
                        and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
                    order by created_at desc, id desc limit $5",
                    workspace.0,
                    account,
                    at,
                    id,
                    i64::from(limit) + 1,
                )
                .fetch_all(self.pool())
                .await?
            }
        };
        let notes = rows.into_iter().map(Note::from).collect();
        Ok(Page::from_rows(notes, limit, |note: &Note| Cursor::new(note.created_at, note.id.0)))
    }

    /// Whether there is such a customer or account.
    pub async fn note_target_exists(
        &self,
        workspace: WorkspaceId,
        target: NoteTarget,
    ) -> Result<bool> {
        let (customer, account) = columns(target);
        Ok(sqlx::query_scalar!(
            r#"select exists (select 1 from customers where workspace_id = $1 and id = $2)
                or exists (select 1 from accounts where workspace_id = $1 and id = $3) as "found!""#,
            workspace.0,
            customer,
            account,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// One note.
    pub async fn note(&self, workspace: WorkspaceId, id: NoteId) -> Result<Note> {
        let row = sqlx::query_as!(
            NoteRow,
            "select id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at
            from notes where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
        )
        .fetch_one(self.pool())
        .await?;
        Ok(row.into())
    }
}

/// Inserts a note; a target of another workspace is not found.
pub async fn insert(tx: &mut Tx, workspace: WorkspaceId, note: &NewNoteRow<'_>) -> Result<Note> {
    let (customer, account) = columns(note.target);
    let row = sqlx::query_as!(
        NoteRow,
        "insert into notes
            (workspace_id, id, customer_id, account_id, author_id, author_name, body, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        returning id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at",
        workspace.0,
        note.id.0,
        customer,
        account,
        note.author.map(|u| u.0),
        note.author_name,
        note.body,
        note.at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

/// Takes a note for changing, so that two changes wait for each other.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, id: NoteId) -> Result<Note> {
    let row = sqlx::query_as!(
        NoteRow,
        "select id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at
        from notes where workspace_id = $1 and id = $2 for update",
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

/// Stores a new body and counts the version up.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: NoteId,
    body: &str,
    at: DateTime<Utc>,
) -> Result<Note> {
    let row = sqlx::query_as!(
        NoteRow,
        "update notes set body = $3, version = version + 1, updated_at = $4
        where workspace_id = $1 and id = $2
        returning id, customer_id, account_id, author_id, author_name, body, version, created_at, updated_at",
        workspace.0,
        id.0,
        body,
        at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

/// Removes a note.
pub async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: NoteId) -> Result<()> {
    sqlx::query!("delete from notes where workspace_id = $1 and id = $2", workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
