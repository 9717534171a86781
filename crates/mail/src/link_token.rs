//! Addresses in our mails that work without a login: which thing of which workspace they are
//! about and what they are for, signed, so that nobody makes one up.

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use rapport_domain::{Uuid, WorkspaceId};
use sha2::Sha256;

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 10;

/// What a token is for; one for something else is never taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The picture that tells when a mail was opened; about a message.
    Open,
    /// The survey after closing; about a ticket.
    Csat,
    /// Joining a workspace; about an invitation.
    Join,
}

impl Purpose {
    fn prefix(self) -> &'static [u8] {
        match self {
            Self::Open => b"open:",
            Self::Csat => b"csat:",
            Self::Join => b"join:",
        }
    }
}

/// A token that was not verified yet: the workspace says with which key.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    pub workspace: WorkspaceId,
    about: Uuid,
    mac: [u8; MAC_BYTES],
}

/// A token about `about`: 68 characters of `0-9a-v`. `key` is the workspace's.
pub fn sign(key: &[u8], purpose: Purpose, workspace: WorkspaceId, about: Uuid) -> String {
    let mac = mac_of(key, purpose, workspace, about).finalize().into_bytes();
    BASE32_DNSSEC.encode(&[workspace.0.as_bytes(), about.as_bytes(), &mac[..MAC_BYTES]].concat())
}

/// Reads a token; `None` when it has not the shape of one.
pub fn read(text: &str) -> Option<Claim> {
    let bytes = BASE32_DNSSEC.decode(text.as_bytes()).ok()?;
    let (ids, mac) = bytes.split_at_checked(2 * ID_BYTES)?;
    let id = |at: usize| Uuid::from_slice(&ids[at..at + ID_BYTES]).ok();
    Some(Claim { workspace: WorkspaceId(id(0)?), about: id(ID_BYTES)?, mac: mac.try_into().ok()? })
}

impl Claim {
    /// What it is about, if the workspace's key signed this for that purpose. Takes equally
    /// long for every wrong one.
    pub fn verify(&self, key: &[u8], purpose: Purpose) -> Option<Uuid> {
        let mac = mac_of(key, purpose, self.workspace, self.about);
        mac.verify_truncated_left(&self.mac).ok().map(|()| self.about)
    }
}

fn mac_of(key: &[u8], purpose: Purpose, workspace: WorkspaceId, about: Uuid) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(purpose.prefix());
    mac.update(workspace.0.as_bytes());
    mac.update(about.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_leads_back_with_its_own_key_and_purpose_only(w: u128, id: u128, key: [u8; 32]) {
            let (workspace, about) = (WorkspaceId(Uuid::from_u128(w)), Uuid::from_u128(id));
            let claim = read(&sign(&key, Purpose::Open, workspace, about)).unwrap();
            prop_assert_eq!(claim.workspace, workspace);
            prop_assert_eq!(claim.verify(&key, Purpose::Open), Some(about));
            prop_assert_eq!(claim.verify(&key, Purpose::Csat), None);
            prop_assert_eq!(claim.verify(&[9; 32], Purpose::Open), None);
        }

        #[test]
        fn strangers_text_is_never_verified(text in "[0-9a-v]{0,80}") {
            prop_assert!(read(&text).and_then(|c| c.verify(&[9; 32], Purpose::Open)).is_none());
        }
    }
}
