//! Use cases against a real Postgres; every test has a database of its own.

mod customers;
mod inbound;
mod messages;
mod tickets;
mod timeline;
mod world;
