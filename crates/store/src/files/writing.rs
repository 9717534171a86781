//! A file on its way into the store.

use super::{CALL, late, nowhere};
use crate::Result;
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

/// Bytes of the start that tell what a file is.
const HEAD_BYTES: usize = 8 * 1024;
/// A smaller file goes in one piece, a larger one in pieces of this size.
const PIECE_BYTES: usize = 5 * 1024 * 1024;

/// A file whose bytes come bit by bit. It is there once [`Writing::finish`] has ended.
pub struct Writing {
    writer: BufWriter,
    hash: Sha256,
    size: i64,
    head: Vec<u8>,
}

/// What was written.
#[derive(Debug)]
pub struct Stored {
    pub size: i64,
    pub sha256: [u8; 32],
    /// The first 8 KB.
    pub head: Vec<u8>,
}

impl Writing {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        let writer = BufWriter::with_capacity(store, path, PIECE_BYTES);
        Self { writer, hash: Sha256::new(), size: 0, head: Vec::new() }
    }

    /// Takes the next bytes; answers how many there are so far.
    pub async fn write(&mut self, bytes: Bytes) -> Result<i64> {
        self.hash.update(&bytes);
        self.size = self.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        let room = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        let put = timeout(CALL, self.writer.put(bytes)).await.map_err(|_| late())?;
        put.map_err(|error| nowhere(error.into()))?;
        Ok(self.size)
    }

    /// Waits until everything is safe.
    pub async fn finish(mut self) -> Result<Stored> {
        let ended = timeout(CALL, self.writer.shutdown()).await.map_err(|_| late())?;
        ended?;
        Ok(Stored { size: self.size, sha256: self.hash.finalize().into(), head: self.head })
    }

    /// Takes back what was written so far.
    pub async fn abort(mut self) -> Result<()> {
        Ok(timeout(CALL, self.writer.abort()).await.map_err(|_| late())??)
    }
}
