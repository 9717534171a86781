//! Compares the file store with the rows. It acts as the system: whoever runs the server asks.

use futures_util::{StreamExt, TryStreamExt, stream};
use rapport_domain::{AttachmentId, Uuid, WorkspaceId};
use rapport_store::files::rows::Known;
use rapport_store::{Store, StoreError};
use sha2::{Digest, Sha256};

/// Rows, or files, that are compared together, and files that are asked for at once.
const BATCH: usize = 500;
const AT_ONCE: usize = 8;
/// Ids of each kind that are named.
const NAMED_MAX: usize = 100;

/// What was found. A file that is on its way, or about to be removed, is neither.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub rows: usize,
    pub files: usize,
    /// Rows whose file is missing.
    pub lost: Named,
    /// Files that are not what their row says.
    pub damaged: Named,
    /// Files without a row.
    pub without_row: Named,
}

/// Files of a kind: how many, and the first hundred.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub count: usize,
    pub first: Vec<(WorkspaceId, AttachmentId)>,
}

impl Named {
    fn add(&mut self, workspace: WorkspaceId, id: AttachmentId) {
        self.count += 1;
        if self.first.len() < NAMED_MAX {
            self.first.push((workspace, id));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Lost,
    Damaged,
}

/// Looks for files without a row, rows without a file, and files of another size; with `deep`
/// it reads every file and compares its hash. Changes nothing.
pub async fn verify(store: &Store, deep: bool) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let mut after = (WorkspaceId(Uuid::nil()), AttachmentId(Uuid::nil()));
    loop {
        let rows = store.known_files(after, BATCH as i64).await?;
        let Some(last) = rows.last() else { break };
        after = (last.workspace, last.id);
        report.rows += rows.len();
        let states = stream::iter(&rows).map(|row| state(store, row, deep)).buffered(AT_ONCE);
        let states: Vec<State> = states.try_collect().await?;
        for (row, state) in rows.iter().zip(states) {
            match state {
                State::Whole => {}
                State::Lost => report.lost.add(row.workspace, row.id),
                State::Damaged => report.damaged.add(row.workspace, row.id),
            }
        }
    }
    let mut found = store.files().list().try_chunks(BATCH);
    while let Some(batch) = found.next().await {
        let batch = batch.map_err(|error| error.1)?;
        report.files += batch.len();
        let ids: Vec<_> = batch.iter().map(|f| (f.workspace, f.id)).collect();
        for (workspace, id) in store.unknown_files(&ids).await? {
            report.without_row.add(workspace, id);
        }
    }
    Ok(report)
}

async fn state(store: &Store, row: &Known, deep: bool) -> Result<State, StoreError> {
    let files = store.files();
    let Some(size) = files.size(row.workspace, row.id).await? else { return Ok(State::Lost) };
    if i64::try_from(size) != Ok(row.size_bytes) {
        return Ok(State::Damaged);
    }
    if !deep {
        return Ok(State::Whole);
    }
    let mut bytes = files.open(row.workspace, row.id, None).await?;
    let mut hash = Sha256::new();
    while let Some(chunk) = bytes.next().await {
        hash.update(chunk?);
    }
    let same = row.sha256.as_deref() == Some(&hash.finalize()[..]);
    Ok(if same { State::Whole } else { State::Damaged })
}
