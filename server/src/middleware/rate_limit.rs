//! How often somebody may try to log in, or report a crash, without being known.
//!
//! Nobody can be locked out by strangers: what one address tries counts for that address, and the
//! limit of an account from anywhere does not hold where its owner logged in before.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashSet;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Mutex;

/// Attempts a minute from one subscriber's address, for one e-mail from there, and for one e-mail
/// from anywhere.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const PER_PAIR: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const PER_EMAIL: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
/// Keys kept before those that have rested are dropped.
const KEYS_MAX: usize = 50_000;

/// Log-ins a minute that leave for a provider, or ask a device for a passkey, from one subscriber's address: a
/// whole office may share one.
const LEAVING: NonZeroU32 = NonZeroU32::new(120).expect("not zero");

/// Reports of crashes a minute from one subscriber's address.
const REPORTS: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// A subscriber's address and an e-mail.
type Pair = (IpAddr, String);

/// Login attempts so far, in memory: a restart forgives.
#[derive(Debug)]
pub struct Attempts {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_pair: DefaultKeyedRateLimiter<Pair>,
    by_email: DefaultKeyedRateLimiter<String>,
    reports: DefaultKeyedRateLimiter<IpAddr>,
    leaving: DefaultKeyedRateLimiter<IpAddr>,
    /// Where accounts were logged in to.
    known: Mutex<HashSet<Pair>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            by_address: RateLimiter::keyed(Quota::per_minute(PER_ADDRESS)),
            by_pair: RateLimiter::keyed(Quota::per_minute(PER_PAIR)),
            by_email: RateLimiter::keyed(Quota::per_minute(PER_EMAIL)),
            reports: RateLimiter::keyed(Quota::per_minute(REPORTS)),
            leaving: RateLimiter::keyed(Quota::per_minute(LEAVING)),
            known: Mutex::default(),
        }
    }
}

impl Attempts {
    /// Notes an attempt; false when there were too many.
    pub fn allow(&self, address: IpAddr, email: &str) -> bool {
        self.forget();
        let pair = pair(address, email);
        // The narrowest first: what it refuses leaves the others' share alone.
        self.by_pair.check_key(&pair).is_ok()
            && self.by_address.check_key(&address).is_ok()
            && (self.is_known(&pair) || self.by_email.check_key(&pair.1).is_ok())
    }

    /// Notes that a browser says it crashed; false when that address says so all the time.
    pub fn may_report(&self, address: IpAddr) -> bool {
        self.forget();
        self.reports.check_key(&address).is_ok()
    }

    /// Notes that somebody leaves for a provider or a device; false when that address does so all the time.
    pub fn may_leave(&self, address: IpAddr) -> bool {
        self.forget();
        self.leaving.check_key(&address).is_ok()
    }

    /// Drops those that have rested, once there are many.
    fn forget(&self) {
        let keys = self.by_email.len() + self.by_address.len() + self.by_pair.len();
        if keys + self.reports.len() + self.leaving.len() > KEYS_MAX {
            self.by_email.retain_recent();
            self.by_address.retain_recent();
            self.by_pair.retain_recent();
            self.reports.retain_recent();
            self.leaving.retain_recent();
        }
    }

    /// Somebody logged in: from there strangers' attempts elsewhere never keep them out.
    pub fn succeeded(&self, address: IpAddr, email: &str) {
        if let Ok(mut known) = self.known.lock() {
            if known.len() >= KEYS_MAX {
                known.clear();
            }
            known.insert(pair(address, email));
        }
    }

    fn is_known(&self, pair: &Pair) -> bool {
        self.known.lock().is_ok_and(|known| known.contains(pair))
    }
}

fn pair(address: IpAddr, email: &str) -> Pair {
    (address, email.trim().to_lowercase().chars().take(254).collect())
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

    #[test]
    fn strangers_lock_nobody_out_and_cannot_guess_for_ever_from_everywhere() {
        let attempts = Attempts::default();
        let home: IpAddr = [192, 0, 2, 1].into();
        assert!(attempts.allow(home, "priya@x.example"));
        attempts.succeeded(home, "priya@x.example");
        let everywhere = (0..200_u8).map(|n| IpAddr::from([198, 51, 100, n]));
        let allowed = everywhere.filter(|ip| attempts.allow(*ip, "Priya@x.example ")).count();
        assert!((55..=65).contains(&allowed), "{allowed}");
        assert!(attempts.allow(home, "priya@x.example"));
    }
}
