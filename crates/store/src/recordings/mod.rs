//! Recorded sessions: their rows; the bytes lie in the file store.

mod chunks;
mod life;
mod list;
mod parts;
mod settings;

pub use chunks::{NewChunk, NewRecording, OpenRecording, find, insert, insert_chunk, update};
pub use life::{Due, Unstored};
pub use list::{delete, show};
pub use parts::{ChunkRow, NewPart, lock_stored, lock_unstored, store_packed};
pub use settings::{refuse, set_settings};
