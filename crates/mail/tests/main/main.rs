//! Every mail of the corpus is read or refused, and never more than that.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]
// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]

mod bodies;
mod corpus;
mod machines;
mod senders;
mod shapes;
mod threads;
