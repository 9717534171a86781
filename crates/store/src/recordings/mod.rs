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

/// One column of many rows, as `unnest` takes it.
fn column<R, T>(rows: &[R], get: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(get).collect()
}
