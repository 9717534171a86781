//! Tokens in our Reply-To addresses: they lead an answer to its ticket when the mail program
//! on the other side drops References, and nobody can make one up for another ticket. Each is
//! of one message, so that it is known to whom it was given.

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use rapport_domain::{MessageId, Uuid};
use sha2::Sha256;

/// Characters of a token: `support+` and a token stay under the 64 of a local part.
pub const TOKEN_CHARS: usize = 42;
const ID_BYTES: usize = 16;
/// 80 bits: each guess costs a delivered mail.
const MAC_BYTES: usize = 10;

/// A token for answers to a message: 42 characters of `0-9a-v`. `key` is the workspace's.
pub fn sign(key: &[u8], message: MessageId) -> String {
    let mut bytes = [0; ID_BYTES + MAC_BYTES];
    let (id, mac) = bytes.split_at_mut(ID_BYTES);
    id.copy_from_slice(message.0.as_bytes());
    mac.copy_from_slice(&mac_of(key, id).finalize().into_bytes()[..MAC_BYTES]);
    BASE32_DNSSEC.encode(&bytes)
}

/// The message that `text` is a token for answers to, in whatever case it came back; `None` when the
/// workspace with this key never signed it. Takes equally long for every wrong signature.
pub fn verify(key: &[u8], text: &str) -> Option<MessageId> {
    if text.len() != TOKEN_CHARS {
        return None;
    }
    let bytes = BASE32_DNSSEC.decode(text.as_bytes()).ok()?;
    let (id, mac) = bytes.split_at_checked(ID_BYTES)?;
    mac_of(key, id).verify_truncated_left(mac).ok()?;
    Uuid::from_slice(id).ok().map(MessageId)
}

fn mac_of(key: &[u8], id: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    // The key signs nothing else under this name.
    mac.update(b"answer:");
    mac.update(id);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &[u8] = &[7; 32];

    #[test]
    fn a_token_fits_an_address() {
        let token = sign(KEY, MessageId(Uuid::from_u128(u128::MAX)));
        assert_eq!(token.len(), TOKEN_CHARS);
        assert!(format!("support+{token}").len() <= 64);
        assert!(token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{token}");
    }

    proptest! {
        #[test]
        fn a_token_leads_back_in_any_case(n: u128, key: [u8; 32]) {
            let message = MessageId(Uuid::from_u128(n));
            let token = sign(&key, message);
            prop_assert_eq!(verify(&key, &token), Some(message));
            prop_assert_eq!(verify(&key, &token.to_uppercase()), Some(message));
        }

        #[test]
        fn another_workspace_signed_nothing_here(n: u128, key: [u8; 32]) {
            prop_assume!(key != KEY);
            prop_assert_eq!(verify(KEY, &sign(&key, MessageId(Uuid::from_u128(n)))), None);
        }

        #[test]
        fn a_changed_character_breaks_it(n: u128, at in 0..TOKEN_CHARS, to in "[0-9a-v]") {
            let token = sign(KEY, MessageId(Uuid::from_u128(n)));
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != token);
            prop_assert_eq!(verify(KEY, &changed), None);
        }

        #[test]
        fn strangers_text_is_no_token(text in ".{0,60}") {
            prop_assert_eq!(verify(KEY, &text), None);
        }
    }
}
