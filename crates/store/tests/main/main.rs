//! Queries against a real Postgres; every test has a database of its own.

mod customers;
mod tickets;
mod timeline;
