//! The panes that pages are made of: one folder each, with component, server functions and state; and
//! the way on from one ticket to the next.

pub mod info;
pub mod onward;
pub mod sensitive;
pub mod ticket;
pub mod tickets;
pub mod timeline;
