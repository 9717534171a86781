//! How many connections each address has: nobody takes every place of a listener.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The part of an address that one subscriber holds: an IPv6 /64, an IPv4 address.
pub fn subscriber(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[8..].fill(0);
            IpAddr::V6(octets.into())
        }
    }
}

/// The connections of each subscriber. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place among those of its address, until it is dropped.
#[derive(Debug)]
pub struct Place(Addresses, IpAddr);

impl Addresses {
    /// A place, unless the address's subscriber has `most` already.
    pub fn enter(&self, address: IpAddr, most: usize) -> Option<Place> {
        let address = subscriber(address);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place(self.clone(), address))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_has_so_many_places_and_gives_them_back() {
        let addresses = Addresses::default();
        let enter = |ip: &str| addresses.enter(ip.parse().unwrap(), 2);
        let places = [enter("2001:db8::1"), enter("2001:db8::2")];
        assert!(places.iter().all(Option::is_some));
        assert!(enter("2001:db8::3").is_none() && enter("2001:db8:0:1::1").is_some());
        drop(places);
        assert!(enter("2001:db8::3").is_some());
        assert!(addresses.0.lock().unwrap().is_empty());
    }
}
