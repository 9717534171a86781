//! What can go wrong between us and Postgres, and what the caller may know of it.

use rapport_domain::AppError;

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
    #[error("database error: {0}")]
    Database(sqlx::Error),
    /// The file store cannot be reached or written, or a file is not what its row says.
    #[error("file store: {0}")]
    Files(String),
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
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
                // Shutting down, starting, cancelled by the statement timeout, no connections left.
                (_, Some("57P01" | "57P02" | "57P03" | "57014" | "53300")) => {
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
            StoreError::Database(detail) => {
                tracing::error!(%detail, "database error");
                Self::Unavailable
            }
            StoreError::Files(detail) => {
                tracing::error!(%detail, "file store error");
                Self::Unavailable
            }
        }
    }
}
