//! One newtype per id, so that a ticket id never stands where a customer id is meant.
//!
//! Ids are UUIDv7 (they sort by creation). Their text form is a prefix and 26
//! lower-case Crockford base32 digits, `cus_01jdb2…`: readable in a log, safe in a URL.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
pub use uuid::Uuid;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// The text was not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct BadId;

/// Encodes 128 bits as 26 base32 digits, most significant first.
pub(crate) fn encode(uuid: Uuid) -> String {
    let mut n = uuid.as_u128();
    let mut out = [0u8; TEXT_LEN];
    for slot in out.iter_mut().rev() {
        *slot = DIGITS[(n & 31) as usize];
        n >>= 5;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

/// Reads what [`encode`] wrote; anything else (upper case, overflow) is refused,
/// so an id has exactly one spelling.
pub(crate) fn decode(text: &str) -> Result<Uuid, BadId> {
    let bytes = text.as_bytes();
    if bytes.len() != TEXT_LEN || bytes[0] > b'7' {
        return Err(BadId);
    }
    let mut n: u128 = 0;
    for b in bytes {
        let digit = DIGITS.iter().position(|d| d == b).ok_or(BadId)?;
        n = (n << 5) | digit as u128;
    }
    Ok(Uuid::from_u128(n))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a new id, ordered by time.
            #[cfg(feature = "generate")]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> {
                let rest = s.strip_prefix($prefix).ok_or(BadId)?;
                decode(rest.strip_prefix('_').ok_or(BadId)?).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(u: Uuid) -> Self {
                Self(u)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "utoipa")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([concat!($prefix, "_01jdb2x4v0e5r8s3q6t9wzy1aa")])
                    .into()
            }
        }

        #[cfg(feature = "utoipa")]
        impl utoipa::ToSchema for $name {}
    };
}

id!(/** A workspace: one company's installation-wide boundary. */ WorkspaceId, "wsp");
id!(/** An agent, admin or viewer. */ UserId, "usr");
id!(/** A team of agents. */ TeamId, "tea");
id!(/** An API key. */ ApiKeyId, "key");
id!(/** A customer or visitor. */ CustomerId, "cus");
id!(/** An account: the company customers belong to. */ AccountId, "acc");
id!(/** A ticket; people know it by its number. */ TicketId, "tkt");
id!(/** A message or internal note in a ticket. */ MessageId, "msg");
id!(/** A file in the file store: one that came with a message, or the bytes of a recording. */ AttachmentId, "att");
id!(/** An e-mail as it arrived, before parsing. */ RawEmailId, "raw");
id!(/** An event on a timeline. */ EventId, "evt");
id!(/** A filter that an agent saved. */ FilterId, "fil");
id!(/** A view of the inbox that somebody saved. */ ViewId, "viw");
id!(/** A note on a customer or account. */ NoteId, "nte");
id!(/** The definition of a custom field. */ FieldId, "fld");
id!(/** An issue in another tracker linked to a ticket. */ IssueId, "iss");
id!(/** An address that a workspace answers from. */ MailboxId, "mbx");
id!(/** A status as a workspace calls it. */ LabelId, "lbl");
id!(/** How soon tickets are to be answered. */ SlaPolicyId, "sla");
id!(/** Two customers made one. */ MergeId, "mrg");
id!(/** A secret that signs who a browser's user is. */ IdentitySecretId, "ids");
id!(/** Work that a worker does later. */ JobId, "job");
id!(/** A macro: words and actions that agents put into messages. */ MacroId, "mac");
id!(/** What a person is told of. */ NotificationId, "ntf");
id!(/** An invitation to a workspace. */ InvitationId, "inv");
id!(/** A recorded session of a browser. */ RecordingId, "rec");
id!(/** A role of a workspace's own. */ RoleId, "rol");
id!(/** A passkey that lets somebody in. */ PasskeyId, "pky");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips(n: u128) {
            let id = CustomerId(Uuid::from_u128(n));
            prop_assert_eq!(id.to_string().parse::<CustomerId>(), Ok(id));
        }

        #[test]
        fn any_text_is_an_id_or_an_error(s in ".{0,40}") {
            if let Ok(id) = s.parse::<TicketId>() {
                prop_assert_eq!(id.to_string(), s);
            }
        }
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        let customer = CustomerId(Uuid::from_u128(7)).to_string();
        assert_eq!(customer.parse::<TicketId>(), Err(BadId));
    }
}
