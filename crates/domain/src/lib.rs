//! Rapport's vocabulary: types, rules, limits and permissions.
//!
//! Everything here compiles to wasm and does no I/O, so the browser and the
//! server apply the same rules. Each feature has one module; the shared base
//! (ids, errors, pages, roles, text) comes first.

pub mod account;
pub mod change;
pub mod customer;
mod vocabulary;
pub mod card;
pub mod error;
pub mod fields;
pub mod identity;
pub mod ids;
pub mod info;
pub mod json;
pub mod limits;
pub mod message;
pub mod money;
pub mod locale;
pub mod markdown;
pub mod note;
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
