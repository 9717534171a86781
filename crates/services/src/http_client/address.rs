//! Which addresses may be asked.

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The addresses that a client may connect to.
#[derive(Debug, Clone, Default)]
pub enum Reach {
    /// Those of the public internet: no host of the server's own network is reached.
    #[default]
    Public,
    /// These networks too, because an operator or a test named them.
    And(Vec<IpNet>),
    /// All of them: whoever started the program named the one server that is asked.
    Anywhere,
}

impl Reach {
    /// This machine too, where a test has its server.
    pub fn and_this_machine() -> Self {
        Self::And(vec![IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST))])
    }

    fn holds(&self, ip: IpAddr) -> bool {
        match self {
            Self::Public => is_public(ip),
            Self::And(networks) => is_public(ip) || networks.iter().any(|net| net.contains(&ip)),
            Self::Anywhere => true,
        }
    }

    /// Web addresses without a password in them. A number in place of a name never reaches the
    /// resolver, so it is checked here.
    pub(super) fn may_ask(&self, url: &Url) -> bool {
        let bare = url.username().is_empty() && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https") && bare;
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']));
        web && host.is_some_and(|host| host.parse().map_or(true, |ip| self.holds(ip)))
    }
}

/// Looks a name up and hands out the addresses that may be asked: a second answer of the name server
/// changes nothing, for it is these that are connected to.
pub(super) struct Guarded(pub Arc<Reach>);

/// A name with no address that may be asked.
#[derive(Debug, thiserror::Error)]
#[error("no address that may be asked")]
pub(super) struct NoAddress;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| reach.holds(found.ip())).collect();
            if allowed.is_empty() {
                return Err(NoAddress.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet, whatever it is wrapped in.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        // this network, shared by carriers, protocol assignments, benchmarks, reserved
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let tail = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        // IPv4 inside: mapped, translated, 6to4
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(tail(high, low))
        }
        [0x2002, high, low, ..] => is_public_v4(tail(high, low)),
        // Teredo, documentation
        [0x2001, 0 | 0xdb8, ..] => false,
        // Only 2000::/3 is handed out.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_of_a_private_network_is_public() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(ip.parse().expect(ip)), "{ip}");
        }
        for ip in ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(ip.parse().expect(ip)), "{ip}");
        }
    }

    #[test]
    fn only_web_addresses_are_asked() {
        let may = |address: &str| Reach::Public.may_ask(&Url::parse(address).expect(address));
        assert!(may("https://pictures.example/a.png") && may("http://1.1.1.1:8080/"));
        for address in [
            "file:///etc/passwd",
            "ftp://a.example/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://017700000001/",
            "https://user@a.example/",
            "https://:password@a.example/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(!may(address), "{address}");
        }
    }

    #[test]
    fn what_was_named_is_reached_and_no_more() {
        let reach = Reach::And(vec!["10.1.0.0/16".parse().expect("a network")]);
        for (address, may) in [
            ("http://10.1.2.3/", true),
            ("http://10.2.0.1/", false),
            ("http://127.0.0.1/", false),
            ("http://1.1.1.1/", true),
        ] {
            assert_eq!(reach.may_ask(&Url::parse(address).expect(address)), may, "{address}");
        }
    }
}
