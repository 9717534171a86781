//! Recorded sessions: their rows; the bytes lie in the file store.

mod chunks;
mod list;
mod packs;
mod parts;
mod schedule;
mod settings;

pub use chunks::{NewChunk, NewRecording, OpenRecording, find, insert, insert_chunk, update};
pub use list::{delete, show};
pub use packs::{Moved, NewPack, forget_pack, put_together};
pub use parts::{ChunkRow, NewPart, lock_stored, lock_unstored, store_packed};
pub use schedule::{Due, Unstored};
pub use settings::{refuse, set_settings};
