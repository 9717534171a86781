//! Everything that lies in the file store, as a backup takes it: by path, whatever it is.

use super::{Files, nowhere, patient, within};
use crate::{Result, StoreError};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

impl Files {
    /// The path of everything that lies here, in no order.
    pub fn paths(&self) -> BoxStream<'static, Result<String>> {
        let all = patient(self.0.list(None));
        all.map(|object| object.map(|o| o.location.to_string())).boxed()
    }

    /// What lies at a path; `None` when it is gone.
    pub async fn read_path(&self, path: &str) -> Result<Option<Bytes>> {
        match self.whole(&checked(path)?).await {
            Err(StoreError::NotFound) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Puts something where it lay before.
    pub async fn put_path(&self, path: &str, bytes: Bytes) -> Result<()> {
        within(self.0.put(&checked(path)?, bytes.into())).await.map(drop).map_err(nowhere)
    }
}

impl Files {
    /// Removes what lies at a path.
    pub async fn remove_path(&self, path: &str) -> Result<()> {
        within(self.0.delete(&checked(path)?)).await
    }
}

/// A path within the store: what leads out of it is none.
fn checked(path: &str) -> Result<Path> {
    Path::parse(path).map_err(|error| StoreError::Files(error.to_string()))
}
