//! What the process asks of its system before it serves.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Open files that are no connections of ours: Postgres, files being read, the log.
const OTHERS: u64 = 256;

/// From here on what we write is readable for this user alone.
pub fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Raises how many files may be open to what the system allows, and answers how many connections
/// that leaves room for, `wanted` at most.
pub fn room_for_connections(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let room = usize::try_from(files.saturating_sub(OTHERS).max(files / 2)).unwrap_or(usize::MAX);
    if room < wanted {
        tracing::warn!(files, room, "fewer connections than usual: raise the limit of open files");
    }
    room.min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_never_take_the_last_files() {
        let room = room_for_connections(usize::MAX);
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        assert!(room > 0 && (files == u64::MAX || (room as u64) < files));
        assert_eq!(room_for_connections(1), 1);
    }
}
