//! Layouts: which panes a page has and in which order.

pub mod customers;
pub mod inbox;
pub mod login;
pub mod not_found;
pub mod profile;
pub mod setup;
