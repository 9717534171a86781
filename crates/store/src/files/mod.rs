//! The bytes of attachments, outside of the database: in a directory, or in a bucket of S3.
//!
//! A file lies under its workspace and the id of its row, and never changes. It is written
//! before its row commits, so that no row points to nothing; [`rows`] keeps the list of those
//! whose row never came.

mod raw;
pub mod rows;
mod writing;

pub use writing::{Stored, Writing};

use crate::{Result, StoreError};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use rapport_domain::{AttachmentId, Uuid, WorkspaceId};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long one call may take: a part of a file, or its next bytes.
const CALL: Duration = Duration::from_secs(30);
/// What stands behind the id of a file that was made from another.
const THUMB: &str = ".thumb";

/// Bytes as they come.
pub type Bytestream = BoxStream<'static, Result<Bytes>>;

/// Where files lie; cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(Arc<dyn ObjectStore>);

/// What lies in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub workspace: WorkspaceId,
    pub id: AttachmentId,
    pub size: u64,
}

impl Files {
    /// The place that a setting names: a directory, made where it is missing, or
    /// `s3://bucket/prefix`, whose region, endpoint and keys come from the usual `AWS_…`
    /// variables.
    pub fn at(place: &str) -> Result<Self> {
        if let Some(place) = place.strip_prefix("s3://") {
            let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
            let s3 = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
            return Ok(Self(Arc::new(PrefixStore::new(s3, prefix))));
        }
        std::fs::create_dir_all(place)?;
        // What was acknowledged outlives a power failure.
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(place)?.with_fsync(true))))
    }

    /// Files that are gone with the process, for tests.
    pub fn in_memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Stores a file. It may be stored again, with the same bytes.
    pub async fn put(&self, workspace: WorkspaceId, id: AttachmentId, bytes: Bytes) -> Result<()> {
        within(self.0.put(&path(workspace, id), bytes.into())).await.map(drop).map_err(nowhere)
    }

    /// Starts a file whose bytes come bit by bit.
    pub fn write(&self, workspace: WorkspaceId, id: AttachmentId) -> Writing {
        Writing::new(self.0.clone(), path(workspace, id))
    }

    /// A whole file; `NotFound` when it is not there.
    pub async fn read(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<Bytes> {
        self.whole(&path(workspace, id)).await
    }

    /// A file, or a part of it, as it comes.
    pub async fn open(
        &self,
        workspace: WorkspaceId,
        id: AttachmentId,
        range: Option<Range<u64>>,
    ) -> Result<Bytestream> {
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        let found = within(self.0.get_opts(&path(workspace, id), options)).await?;
        Ok(patient(found.into_stream()))
    }

    /// The thumbnail that was made of a file, if one was.
    pub async fn thumb(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<Option<Bytes>> {
        match self.whole(&thumb_path(workspace, id)).await {
            Err(StoreError::NotFound) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Keeps the thumbnail of a file.
    pub async fn put_thumb(
        &self,
        workspace: WorkspaceId,
        id: AttachmentId,
        bytes: Bytes,
    ) -> Result<()> {
        let path = thumb_path(workspace, id);
        within(self.0.put(&path, bytes.into())).await.map(drop).map_err(nowhere)
    }

    /// Removes a file and what was made of it; nothing happens where there is none.
    pub async fn remove(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<()> {
        for path in [thumb_path(workspace, id), path(workspace, id)] {
            match within(self.0.delete(&path)).await {
                Ok(()) | Err(StoreError::NotFound) => {}
                failed => return failed,
            }
        }
        Ok(())
    }

    /// The size of a file; `None` when it is not there.
    pub async fn size(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<Option<u64>> {
        match within(self.0.head(&path(workspace, id))).await {
            Err(StoreError::NotFound) => Ok(None),
            found => Ok(Some(found?.size)),
        }
    }

    /// Everything that lies here, in no order, without what was made of it.
    pub fn list(&self) -> BoxStream<'static, Result<Found>> {
        let all = patient(self.0.list(None));
        all.try_filter_map(async |object| Ok(found(&object.location, object.size))).boxed()
    }

    async fn whole(&self, path: &Path) -> Result<Bytes> {
        let found = within(self.0.get(path)).await?;
        within(found.bytes()).await
    }
}

/// Two digits between workspace and id, so that no directory holds everything.
fn path(workspace: WorkspaceId, id: AttachmentId) -> Path {
    Path::from(key(workspace, id))
}

fn thumb_path(workspace: WorkspaceId, id: AttachmentId) -> Path {
    Path::from(key(workspace, id) + THUMB)
}

fn key(workspace: WorkspaceId, id: AttachmentId) -> String {
    let (workspace, id) = (workspace.0.simple(), id.0.simple().to_string());
    format!("{workspace}/{}/{id}", &id[30..])
}

fn found(path: &Path, size: u64) -> Option<Found> {
    let mut parts = path.as_ref().split('/');
    let workspace = Uuid::try_parse(parts.next()?).ok()?;
    let id = Uuid::try_parse(parts.nth(1)?).ok()?;
    Some(Found { workspace: WorkspaceId(workspace), id: AttachmentId(id), size })
}

async fn within<T>(call: impl Future<Output = object_store::Result<T>>) -> Result<T> {
    timeout(CALL, call).await.map_err(|_| late())?.map_err(StoreError::from)
}

/// A stream that ends with an error when nothing comes any more.
fn patient<T: Send + 'static>(
    stream: BoxStream<'static, object_store::Result<T>>,
) -> BoxStream<'static, Result<T>> {
    stream::unfold(Some(stream), async |state| {
        let mut stream = state?;
        match timeout(CALL, stream.next()).await {
            Ok(next) => Some((next?.map_err(StoreError::from), Some(stream))),
            Err(_) => Some((Err(late()), None)),
        }
    })
    .boxed()
}

/// Where nothing can be put, the store itself is missing: a bucket that was never made.
fn nowhere(error: StoreError) -> StoreError {
    match error {
        StoreError::NotFound => StoreError::Files("there is no such file store".into()),
        other => other,
    }
}

fn late() -> StoreError {
    StoreError::Files("the file store did not answer in time".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_its_file() {
        let (workspace, id) =
            (WorkspaceId(Uuid::from_u128(1)), AttachmentId(Uuid::from_u128(0xab)));
        let at = path(workspace, id);
        assert!(at.as_ref().contains("/ab/"), "{at}");
        assert_eq!(found(&at, 7), Some(Found { workspace, id, size: 7 }));
        assert_eq!(found(&thumb_path(workspace, id), 7), None);
        assert_eq!(found(&Path::from("lost+found/x"), 7), None);
    }
}
