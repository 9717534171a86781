//! Rapport's vocabulary: types, rules, limits and permissions.
//!
//! Everything here compiles to wasm and does no I/O, so the browser and the
//! server apply the same rules. Each feature has one module; the shared base
//! (ids, errors, pages, roles, text) comes first.

pub mod account;
pub mod account_list;
pub mod address;
pub mod api_key;
pub mod audit;
pub mod audit_log;
pub mod card;
pub mod change;
pub mod customer;
pub mod customer_search;
pub mod dates;
pub mod error;
pub mod fields;
pub mod identity;
pub mod ids;
pub mod info;
pub mod job;
pub mod json;
pub mod limits;
pub mod live;
pub mod locale;
pub mod macros;
pub mod mailbox;
pub mod markdown;
pub mod merge;
pub mod message;
pub mod money;
pub mod nobody;
pub mod note;
pub mod notification;
pub mod notify;
pub mod own_account;
pub mod own_role;
pub mod page;
pub mod patch;
pub mod people;
pub mod permission;
pub mod phone;
pub mod preferences;
pub mod presence;
pub mod provider;
pub mod reading;
pub mod recording;
pub mod role;
pub mod search;
pub mod session;
pub mod sla;
pub mod sso;
pub mod start;
pub mod stored;
pub mod team;
pub mod text;
pub mod ticket;
pub mod timeline;
pub mod times;
mod vocabulary;

pub use error::{AppError, FieldError};
pub use ids::*;
pub use page::{Cursor, Page};
pub use permission::{Permission, PermissionSet};
pub use role::Role;
