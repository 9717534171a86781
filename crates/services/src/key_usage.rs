//! How much each API key is used a day: added up in memory and written now and then, so that a busy
//! key costs no write a request. A crash forgets the last seconds. Acts as the system.

use crate::{Result, ctx};
use chrono::NaiveDate;
use rapport_domain::{ApiKeyId, WorkspaceId};
use rapport_store::Store;
use rapport_store::api_keys::{ApiKey, KeyUse};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// How often what was added up is written.
const EVERY: Duration = Duration::from_secs(5);

type Counts = HashMap<(WorkspaceId, ApiKeyId, NaiveDate), i64>;

/// Requests that are not written yet. Only valid keys come here, of which there are few. Cheap to clone;
/// what writes them ends with the last clone.
#[derive(Debug, Clone, Default)]
pub struct KeyUsage(Arc<Mutex<Counts>>);

impl KeyUsage {
    /// Starts to write into `store`. Call it inside the runtime.
    pub fn start(store: Store) -> Self {
        let usage = Self::default();
        let counts = Arc::downgrade(&usage.0);
        tokio::spawn(async move {
            loop {
                sleep(EVERY).await;
                let Some(counts) = counts.upgrade() else { break };
                if let Err(error) = Self(counts).flush(&store).await {
                    tracing::warn!(%error, "the use of API keys was not written; it is tried again");
                }
            }
        });
        usage
    }

    /// One more request.
    pub fn count(&self, key: &ApiKey) {
        self.add((key.workspace, key.id, ctx::now().date_naive()), 1);
    }

    fn add(&self, key: (WorkspaceId, ApiKeyId, NaiveDate), n: i64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default() += n;
    }

    /// Writes what there is; what cannot be written stays.
    pub async fn flush(&self, store: &Store) -> Result<()> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let uses: Vec<_> = counts
            .iter()
            .map(|((workspace, key, day), n)| KeyUse {
                workspace: *workspace,
                key: *key,
                day: *day,
                requests: *n,
            })
            .collect();
        let written = store.add_key_usage(&uses).await;
        if written.is_err() {
            counts.into_iter().for_each(|(key, n)| self.add(key, n));
        }
        Ok(written?)
    }
}
