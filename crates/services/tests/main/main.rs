//! Use cases against a real Postgres; every test has a database of its own.
// A test is as long as its story or its table.
#![allow(clippy::too_many_lines)]
// A test that cannot go on fails; clippy knows that of test functions only, not of their helpers.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "tests lay out their world without anybody acting")]

mod account_events;
mod account_list;
mod audit_log;
mod composer;
mod csat;
mod customers;
mod deletion;
mod device;
mod edit;
mod files;
mod http_client;
mod inbound;
mod inbox;
mod info;
mod keys;
mod labels;
mod link_keys;
mod live;
mod macros;
mod mail_out;
mod mailboxes;
mod merge;
mod messages;
mod notes;
mod notify;
mod overtaken;
mod own_account;
mod passkeys;
mod people;
mod pictures;
mod preferences;
mod presence;
mod roles;
mod search;
mod sensitive;
mod sink;
mod sla;
mod split;
mod sso;
mod start;
mod teams;
mod ticket_actions;
mod tickets;
mod timeline;
mod two_factor;
mod world;
