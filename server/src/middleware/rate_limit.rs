//! How often somebody may try to log in.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;

/// Attempts a minute from one subscriber's address, and for one e-mail from anywhere.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const PER_EMAIL: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// Keys kept before those that have rested are dropped.
const KEYS_MAX: usize = 50_000;

/// Login attempts so far, in memory: a restart forgives.
#[derive(Debug)]
pub struct Attempts {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_email: DefaultKeyedRateLimiter<String>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            by_address: RateLimiter::keyed(Quota::per_minute(PER_ADDRESS)),
            by_email: RateLimiter::keyed(Quota::per_minute(PER_EMAIL)),
        }
    }
}

impl Attempts {
    /// Notes an attempt; false when there were too many.
    pub fn allow(&self, address: IpAddr, email: &str) -> bool {
        if self.by_email.len() + self.by_address.len() > KEYS_MAX {
            self.by_email.retain_recent();
            self.by_address.retain_recent();
        }
        let email: String = email.trim().to_lowercase().chars().take(254).collect();
        // The e-mail first: attempts that it refuses leave the address's others alone.
        self.by_email.check_key(&email).is_ok() && self.by_address.check_key(&address).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_try_one_mail_for_ever() {
        let attempts = Attempts::default();
        let ip: IpAddr = [127, 0, 0, 1].into();
        let allowed = (0..30).filter(|_| attempts.allow(ip, "A@x.example")).count();
        assert_eq!(allowed, 10);
        assert!(attempts.allow(ip, "other@x.example"));
    }
}
