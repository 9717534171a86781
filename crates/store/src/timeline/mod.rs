//! The timeline: one writer for everything that happens around a customer, and its reader.

mod append;
mod customers;
mod page;

pub use append::{Appended, NewEvent, append};
pub use customers::{insert_visitors, lock_unknown, resolve_customers, resolve_tickets};
