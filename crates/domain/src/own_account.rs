//! What people set for themselves.

use crate::MailboxId;
use crate::vocabulary;

/// Pixels of a side of a person's picture as it is kept.
pub const PICTURE_SIDE: u32 = 256;
/// Bytes of the file that it is made from: what a phone's camera makes.
pub const PICTURE_BYTES: usize = 10 * 1024 * 1024;

vocabulary! {
    /// Why a picture was not taken.
    PictureRefusal {
        Empty => "empty", "Choose a picture first.";
        TooLarge => "too-large", "This file is larger than 10 MB. Choose a smaller one.";
        TooManyPixels => "too-many-pixels", "This picture has more than 40 million pixels. Choose a smaller one.";
        NoPicture => "no-picture", "This file is not a picture that can be read. Choose a PNG, JPEG, GIF or WebP.";
    }
}

/// A person's signature in one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSignature {
    pub mailbox: MailboxId,
    pub address: String,
    /// The mailbox's own, for whoever has none.
    pub shared: String,
    /// Empty for none.
    pub own: String,
}
