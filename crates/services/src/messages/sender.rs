//! Who a mail is from, and where answers to it go.

use rapport_domain::MessageId;
use rapport_mail::reply_token::{self, TOKEN_CHARS};

/// Characters before the @.
const LOCAL_CHARS: usize = 64;

/// Who a mail is from: the person, and whom they speak for.
pub(super) fn from_name(author: &str, mailbox: &str) -> String {
    if author == mailbox { author.to_string() } else { format!("{author} ({mailbox})") }
}

/// Where answers to a message go: the mailbox, with its token behind a plus. `None` when the local
/// part has no room for one.
pub(super) fn reply_address(key: &[u8], mailbox: &str, message: MessageId) -> Option<String> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let fits = local.len() + 1 + TOKEN_CHARS <= LOCAL_CHARS;
    fits.then(|| format!("{local}+{}@{domain}", reply_token::sign(key, message)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;

    #[test]
    fn the_reply_address_leads_to_its_message() {
        let message = MessageId(Uuid::from_u128(7));
        let address = reply_address(&[1; 32], "support@acme.example", message).unwrap();
        let token =
            address.strip_prefix("support+").unwrap().strip_suffix("@acme.example").unwrap();
        assert_eq!(reply_token::verify(&[1; 32], token), Some(message));
        let long = format!("{}@acme.example", "a".repeat(22));
        assert_eq!(reply_address(&[1; 32], &long, message), None);
    }
}
