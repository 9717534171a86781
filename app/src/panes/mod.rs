//! The panes of the profile page: one folder each, with component, server functions and state.

pub mod info;
pub mod ticket;
pub mod tickets;
pub mod timeline;
