//! Rapport's vocabulary: types, rules, limits and permissions.
//!
//! Everything here compiles to wasm and does no I/O, so the browser and the
//! server apply the same rules. Each feature has one module; the shared base
//! (ids, errors, pages, roles, text) comes first.

mod vocabulary;
pub mod error;
pub mod ids;
pub mod limits;
pub mod page;
pub mod patch;
pub mod role;
pub mod session;
pub mod text;
pub mod ticket;
pub mod timeline;

pub use error::{AppError, FieldError};
pub use ids::*;
pub use page::{Cursor, Page};
pub use role::{Permission, Role};
