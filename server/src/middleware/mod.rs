//! One file per layer.

pub mod body_panic;
pub mod canonical;
pub mod csp;
pub mod database;
pub mod device;
pub mod headers;
pub mod rate_limit;
pub mod real_ip;
pub mod session;
pub mod slow;
pub mod small_body;
