//! One file per address or rule.

mod account_pages;
mod api_access;
mod api_accounts;
mod api_customers;
mod api_events;
mod api_idempotency;
mod api_inbound;
mod api_openapi;
mod api_problems;
mod api_settings;
mod api_tickets;
mod files;
mod health;
mod live;
mod login;
mod mail_out;
mod pages;
mod restart;
mod search;
mod seen;
mod segment;
mod server_functions;
mod settings;
mod setup;
mod ticket_mail;
mod ticket_pages;
