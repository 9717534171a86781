//! Asks addresses that strangers chose.

mod address;

pub use address::*;
