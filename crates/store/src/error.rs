//! What can go wrong between us and Postgres, and what the caller may know of it.

use rapport_domain::{AppError, Uuid};
use std::fmt::Display;

/// A failed query or connection.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row that had to be there is not, in this workspace.
    #[error("not found")]
    NotFound,
    /// A named constraint refused the row.
    #[error("constraint {0}")]
    Constraint(String),
    /// The database cannot be reached, is starting, or took too long.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A text has a character that Postgres cannot keep: a null byte.
    #[error("a character cannot be kept: {0}")]
    Unstorable(String),
    #[error("database error: {0}")]
    Database(sqlx::Error),
    /// The file store cannot be reached or written, or a file is not what its row says.
    #[error("file store: {0}")]
    Files(String),
    /// The disk of the database or of the files is full.
    #[error("no room: {0}")]
    Full(String),
    /// A row names a file that is gone, or is not what was stored.
    #[error("file lost: {0}")]
    FileLost(String),
}

/// Whether it is for lack of room, however deep that is wrapped.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|e| matches!(e.kind(), StorageFull | QuotaExceeded)) {
            return true;
        }
        // An io::Error that wraps another shows only what is inside of that as its source.
        next = match io.and_then(std::io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    false
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if is_full(&error) { Self::Full(error.to_string()) } else { Self::Files(error.to_string()) }
    }
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error if is_full(&error) => Self::Full(error.to_string()),
            error => Self::Files(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(db) => match (db.constraint(), db.code().as_deref()) {
                // A foreign key into nothing: the id is unknown here, or another workspace's.
                (_, Some("23503")) => Self::NotFound,
                (Some(name), _) => Self::Constraint(name.to_string()),
                // Shutting down, starting, cancelled by the statement timeout, waited too long for a
                // lock, no connections left, read-only.
                (_, Some("53100")) => Self::Full(db.to_string()),
                (_, Some("22021" | "22P05")) => Self::Unstorable(db.to_string()),
                (_, Some("57P01" | "57P02" | "57P03" | "57014" | "55P03" | "53300" | "25006")) => {
                    Self::Unavailable(db.to_string())
                }
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the named constraint refused the row.
    pub fn is_constraint(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(c) if c == name)
    }
}

/// A fault of ours: logs what it is, and answers an error by whose id the log is found.
pub fn internal(detail: impl Display) -> AppError {
    // The end of such an id is random; the whole of it is hard to read out.
    let id = Uuid::now_v7().simple().to_string().split_off(24);
    tracing::error!(error.id = id, %detail, "internal error");
    AppError::Internal { id }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Constraint(name) => {
                tracing::warn!(constraint = %name, "a constraint refused a row that no rule caught");
                Self::Conflict("This clashes with something that already exists.".into())
            }
            StoreError::Unavailable(detail) => {
                tracing::error!(%detail, "database unavailable");
                Self::Unavailable
            }
            StoreError::Unstorable(_) => {
                Self::invalid("text", "There is a null byte in it, which cannot be kept or found.")
            }
            StoreError::Database(detail) => internal(detail),
            StoreError::Files(detail) => {
                tracing::error!(%detail, "file store error");
                Self::Unavailable
            }
            StoreError::Full(detail) => {
                tracing::error!(%detail, "a disk is full");
                Self::NoRoom
            }
            StoreError::FileLost(detail) => {
                tracing::error!(%detail, "a file is lost; rapport admin verify-files finds all");
                Self::FileLost
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_full_disk_is_known_however_it_is_wrapped() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(StoreError::from(full()), StoreError::Full(_)));
        assert!(matches!(StoreError::from(io::Error::other(full())), StoreError::Full(_)));
        let generic = |source| object_store::Error::Generic { store: "local", source };
        let wrapped = generic(Box::new(io::Error::other(full())));
        assert!(matches!(StoreError::from(wrapped), StoreError::Full(_)));
        let other = generic(Box::new(io::Error::from(io::ErrorKind::PermissionDenied)));
        assert!(matches!(StoreError::from(other), StoreError::Files(_)));
    }
}
