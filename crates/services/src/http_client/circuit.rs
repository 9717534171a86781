//! Hosts that keep failing are left alone for a while.

use super::HttpError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Failures one after the other, then a rest; one request at a time tries whether it is over.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(30);
/// Hosts that are remembered; the one that failed longest ago goes first.
const HOSTS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy)]
struct Failing {
    times: u32,
    /// When it failed last, or was tried again.
    at: Instant,
}

/// Only hosts that failed last are in here.
#[derive(Debug, Default)]
pub(super) struct Circuits {
    failing: Mutex<HashMap<String, Failing>>,
}

impl Circuits {
    /// Whether `host` may be asked now.
    pub fn admit(&self, host: &str, now: Instant) -> Result<(), HttpError> {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = failing.get_mut(host).filter(|state| state.times >= FAILURES) else {
            return Ok(());
        };
        let over = state.at + REST;
        if now < over {
            return Err(HttpError::Resting { retry_after: over - now });
        }
        // Whoever comes now tries; everybody else waits for what becomes of it, or as long again
        // where nothing is heard of it.
        state.at = now;
        Ok(())
    }

    /// What became of a request.
    pub fn note(&self, host: &str, failed: bool, now: Instant) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed {
            failing.remove(host);
            return;
        }
        if !failing.contains_key(host) && failing.len() >= HOSTS_MAX {
            let oldest = failing.iter().min_by_key(|(_, state)| state.at);
            if let Some(oldest) = oldest.map(|(host, _)| host.clone()) {
                failing.remove(&oldest);
            }
        }
        let state = failing.entry(host.into()).or_insert(Failing { times: 0, at: now });
        *state = Failing { times: state.times.saturating_add(1), at: now };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_rests_after_five_failures_and_one_request_tries_it_again() {
        let (circuits, start) = (Circuits::default(), Instant::now());
        for _ in 0..FAILURES {
            assert_eq!(circuits.admit("a", start), Ok(()));
            circuits.note("a", true, start);
        }
        let soon = start + REST / 2;
        assert_eq!(circuits.admit("a", soon), Err(HttpError::Resting { retry_after: REST / 2 }));
        assert_eq!(circuits.admit("b", soon), Ok(()), "another host");
        let later = start + REST;
        assert_eq!(circuits.admit("a", later), Ok(()), "one tries");
        assert!(circuits.admit("a", later).is_err(), "the others wait for it");
        circuits.note("a", true, later);
        assert!(circuits.admit("a", later + REST / 2).is_err());
        assert_eq!(circuits.admit("a", later + REST), Ok(()));
        circuits.note("a", false, later + REST);
        assert_eq!(circuits.admit("a", later + REST), Ok(()), "it is well again");
    }

    #[test]
    fn no_more_hosts_are_remembered_than_fit() {
        let (circuits, start) = (Circuits::default(), Instant::now());
        for n in 0..HOSTS_MAX + 10 {
            circuits.note(&n.to_string(), true, start + Duration::from_millis(n as u64));
        }
        let failing = circuits.failing.lock().unwrap();
        assert_eq!(failing.len(), HOSTS_MAX);
        assert!(!failing.contains_key("0") && failing.contains_key("1009"));
    }
}
