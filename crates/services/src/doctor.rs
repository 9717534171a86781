//! What `rapport doctor` asks of an installation. It acts as the system: whoever runs the server asks.

use crate::mailboxes::test_any;
use crate::secrets::Keyring;
use crate::{Result, ctx};
use chrono::TimeDelta;
use rapport_store::{Store, StoreError};

/// So long ago a mailbox may have been read.
const READ_LATELY: TimeDelta = TimeDelta::minutes(15);

/// What is so with mail.
#[derive(Debug)]
pub enum Mail {
    /// There is no mailbox.
    None,
    /// Whether the server for sending lets us in.
    Out { address: String, result: std::result::Result<(), String> },
    /// Whether it was read lately, and when.
    In { address: String, result: std::result::Result<String, String> },
}

/// Asks each mailbox's server for sending, and looks when it was read last.
pub async fn mail(store: &Store, keys: &Keyring) -> Result<Vec<Mail>> {
    let mailboxes = store.mailbox_states().await?;
    if mailboxes.is_empty() {
        return Ok(vec![Mail::None]);
    }
    let mut all = Vec::new();
    for mailbox in mailboxes {
        let address = mailbox.address;
        if mailbox.sends {
            let result = test_any(store, keys, mailbox.workspace, mailbox.id).await?;
            all.push(Mail::Out { address: address.clone(), result });
        }
        if mailbox.read {
            let result = match (mailbox.error, mailbox.reached_at) {
                (Some(error), _) => Err(error),
                (None, None) => Err("never read yet: does the server run?".into()),
                (None, Some(at)) if ctx::now() - at > READ_LATELY => {
                    Err(format!("last read on {}: does the server run?", at.format("%F %T UTC")))
                }
                (None, Some(at)) => Ok(format!("last read on {}", at.format("%F %T UTC"))),
            };
            all.push(Mail::In { address, result });
        }
    }
    Ok(all)
}

/// How many secrets are stored, and how many of them none of these keys opens.
pub async fn sealed(
    store: &Store,
    keys: &Keyring,
) -> std::result::Result<(usize, usize), StoreError> {
    let all = store.sealed().await?;
    let closed = all.iter().filter(|sealed| !keys.knows(sealed)).count();
    Ok((all.len(), closed))
}
