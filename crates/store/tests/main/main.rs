//! Queries against a real Postgres; every test has a database of its own.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]
// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]

mod account_timeline;
mod changes;
mod customers;
mod inbox;
mod plans;
mod tickets;
mod timeline;
mod timeline_search;
mod vocabularies;
