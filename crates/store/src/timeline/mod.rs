//! The timeline: one writer for everything that happens around a customer or to an account, and
//! its readers.

mod account;
mod append;
mod counts;
mod customers;
mod icon;
mod new_event;
mod page;
mod pins;
mod span;

pub use append::{Appended, append, receive};
pub use customers::{
    begin_unfolded, insert_visitors, lock_unknown, resolve_accounts, resolve_customers,
    resolve_tickets, wait_unfolded,
};
pub use new_event::{NewEvent, Received};
pub use pins::{pin, unpin};
