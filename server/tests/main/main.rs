//! Route tests: the whole router on a real database, without a socket. `routes` mirrors the
//! addresses; `support` holds the app under test.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]
// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]
// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]

mod crash;
mod crash_chunks;
#[path = "../../../crates/services/tests/main/device.rs"]
mod device;
mod routes;
mod support;
