//! Answers of name servers, kept as long as they say, and no more than so many.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::Dmarc;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::spf::Spf;
use mail_auth::{DnsError, Error, MX, Parameters, RecordSet, ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Answers of one kind that are kept.
const ANSWERS_MAX: usize = 10_000;
/// How long a known record lasts: as long as the server.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);

pub(super) struct Remembered<K, V> {
    answers: Mutex<HashMap<K, (V, Instant)>>,
    /// The answer for a name that is not there, where nobody is asked.
    otherwise: Option<V>,
}

impl<K, V> Remembered<K, V> {
    fn with(otherwise: Option<V>) -> Self {
        Self { answers: Mutex::default(), otherwise }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (V, Instant)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Remembered<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let answers = self.lock();
        let found = answers.get(name).filter(|(_, until)| *until > Instant::now());
        found.map(|(answer, _)| answer.clone()).or_else(|| self.otherwise.clone())
    }

    fn remove<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.lock().remove(name).map(|(answer, _)| answer)
    }

    fn insert(&self, key: K, value: V, valid_until: Instant) {
        let mut answers = self.lock();
        if answers.len() >= ANSWERS_MAX {
            let now = Instant::now();
            answers.retain(|_, (_, until)| *until > now);
        }
        if answers.len() < ANSWERS_MAX {
            answers.insert(key, (value, valid_until));
        }
    }
}

/// All answers, by kind.
pub(super) struct Names {
    txt: Remembered<Box<str>, Txt>,
    mx: Remembered<Box<str>, RecordSet<MX>>,
    ipv4: Remembered<Box<str>, RecordSet<Ipv4Addr>>,
    ipv6: Remembered<Box<str>, RecordSet<Ipv6Addr>>,
    ptr: Remembered<IpAddr, RecordSet<Box<str>>>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            txt: Remembered::with(None),
            mx: Remembered::with(None),
            ipv4: Remembered::with(None),
            ipv6: Remembered::with(None),
            ptr: Remembered::with(None),
        }
    }
}

type Ask<'x, P> = Parameters<
    'x,
    P,
    Remembered<Box<str>, Txt>,
    Remembered<Box<str>, RecordSet<MX>>,
    Remembered<Box<str>, RecordSet<Ipv4Addr>>,
    Remembered<Box<str>, RecordSet<Ipv6Addr>>,
    Remembered<IpAddr, RecordSet<Box<str>>>,
>;

impl Names {
    /// Knows these TXT records and that there are no others.
    pub fn knowing(records: &[(&str, &str)]) -> Self {
        let missing = Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)));
        let names = Self { txt: Remembered::with(Some(missing)), ..Self::default() };
        for (name, text) in records {
            let record = text.as_bytes();
            let txt: Txt = if text.starts_with("v=spf1") {
                Spf::parse(record).into()
            } else if text.starts_with("v=DMARC1") {
                Dmarc::parse(record).into()
            } else {
                DomainKey::parse(record).into()
            };
            names.txt.insert(format!("{name}.").into_boxed_str(), txt, Instant::now() + FOREVER);
        }
        names
    }

    /// A question, with everything that is known already.
    pub fn ask<P>(&self, params: P) -> Ask<'_, P> {
        Parameters {
            params,
            cache_txt: Some(&self.txt),
            cache_mx: Some(&self.mx),
            cache_ptr: Some(&self.ptr),
            cache_ipv4: Some(&self.ipv4),
            cache_ipv6: Some(&self.ipv6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_expire_and_have_a_bound() {
        let names: Remembered<u32, u32> = Remembered::with(None);
        names.insert(1, 1, Instant::now());
        assert_eq!(names.get(&1), None, "it is over");
        let later = Instant::now() + Duration::from_secs(60);
        for n in 0..ANSWERS_MAX as u32 + 10 {
            names.insert(n, n, later);
        }
        assert_eq!(names.lock().len(), ANSWERS_MAX);
        assert_eq!(names.get(&5), Some(5));
        assert_eq!(names.remove(&5), Some(5));
        assert_eq!(names.get(&5), None);
    }
}
