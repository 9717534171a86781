//! Addresses of the pictures that tell when a mail was opened: which mail of which workspace,
//! signed, so that nobody opens mails that were never sent.

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use rapport_domain::{MessageId, Uuid, WorkspaceId};
use sha2::Sha256;

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 10;

/// A token that was not verified yet: the workspace says with which key.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    pub workspace: WorkspaceId,
    message: MessageId,
    mac: [u8; MAC_BYTES],
}

/// A token for a mail: 68 characters of `0-9a-v`. `key` is the workspace's `mail_key`.
pub fn sign(key: &[u8], workspace: WorkspaceId, message: MessageId) -> String {
    let mac = mac_of(key, workspace, message).finalize().into_bytes();
    let (workspace, message) = (workspace.0.as_bytes(), message.0.as_bytes());
    BASE32_DNSSEC.encode(&[workspace, message, &mac[..MAC_BYTES]].concat())
}

/// Reads a token; `None` when it has not the shape of one.
pub fn read(text: &str) -> Option<Claim> {
    let bytes = BASE32_DNSSEC.decode(text.as_bytes()).ok()?;
    let (ids, mac) = bytes.split_at_checked(2 * ID_BYTES)?;
    let id = |at: usize| Uuid::from_slice(&ids[at..at + ID_BYTES]).ok();
    let (workspace, message) = (WorkspaceId(id(0)?), MessageId(id(ID_BYTES)?));
    Some(Claim { workspace, message, mac: mac.try_into().ok()? })
}

impl Claim {
    /// The mail, if the workspace's key signed this. Takes equally long for every wrong one.
    pub fn verify(&self, key: &[u8]) -> Option<MessageId> {
        let mac = mac_of(key, self.workspace, self.message);
        mac.verify_truncated_left(&self.mac).ok().map(|()| self.message)
    }
}

fn mac_of(key: &[u8], workspace: WorkspaceId, message: MessageId) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"open:");
    mac.update(workspace.0.as_bytes());
    mac.update(message.0.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_leads_back_with_its_own_key_only(w: u128, m: u128, key: [u8; 32]) {
            let (workspace, message) =
                (WorkspaceId(Uuid::from_u128(w)), MessageId(Uuid::from_u128(m)));
            let token = sign(&key, workspace, message);
            let claim = read(&token).unwrap();
            prop_assert_eq!(claim.workspace, workspace);
            prop_assert_eq!(claim.verify(&key), Some(message));
            prop_assert_eq!(claim.verify(&[9; 32]), None);
        }

        #[test]
        fn strangers_text_is_never_verified(text in "[0-9a-v]{0,80}") {
            prop_assert!(read(&text).and_then(|c| c.verify(&[9; 32])).is_none());
        }
    }
}
