//! The timeline: one writer for everything that happens around a customer, and its reader.

mod append;

pub use append::{Appended, NewEvent, append};
