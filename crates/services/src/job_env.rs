//! What the jobs of all features need.

use crate::http_client::HttpClient;
use crate::secrets::Keyring;
use rapport_queue::Environment;
use rapport_store::Store;

/// What jobs need. They act as the system: each was asked for by somebody with permission.
#[derive(Debug, Clone)]
pub struct JobEnv {
    pub store: Store,
    pub keys: Keyring,
    /// Where this server is reached from outside, without a slash at the end.
    pub public_url: String,
    /// Reaches the push services of browsers.
    pub http: HttpClient,
}

impl Environment for JobEnv {
    fn store(&self) -> &Store {
        &self.store
    }
}
