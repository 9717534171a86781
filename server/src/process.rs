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
    // A few fewer than that many nobody will miss.
    if room < wanted / 2 {
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

    #[tokio::test]
    async fn what_is_written_is_for_this_user_alone() {
        use rapport_domain::{AttachmentId, WorkspaceId};
        use std::os::unix::fs::PermissionsExt;
        keep_files_private();
        let place = std::env::temp_dir().join(format!("rapport-private-{}", std::process::id()));
        let files = rapport_store::Files::at(place.to_str().expect("a path")).expect("a place");
        let (workspace, id) = (WorkspaceId::generate(), AttachmentId::generate());
        files.put(workspace, id, "secret".into()).await.expect("stored");
        let mut writing = files.write(workspace, AttachmentId::generate());
        writing.write("bit by bit".into()).await.expect("written");
        writing.finish().await.expect("stored");
        let (mut folders, mut seen) = (vec![place.clone()], 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let mode = path.metadata().expect("its mode").permissions().mode() & 0o777;
                let wanted = if path.is_dir() { 0o700 } else { 0o600 };
                assert_eq!(mode, wanted, "{}", path.display());
                seen += usize::from(path.is_file());
                folders.extend(path.is_dir().then_some(path));
            }
        }
        assert_eq!(seen, 2);
        std::fs::remove_dir_all(place).expect("removed");
    }
}
