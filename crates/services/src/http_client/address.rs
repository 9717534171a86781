//! Requests to addresses that strangers chose: to public hosts only, small answers, soon.

use rapport_domain::AppError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);
const REDIRECTS_MAX: usize = 3;

/// Says whether an address may be asked.
type Allow = fn(IpAddr) -> bool;

/// Fetches from the outside. The name is looked up once, and the address that was checked is
/// the one that is asked, so that a second answer of the name server changes nothing.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    allow: Allow,
}

impl HttpClient {
    /// The one of a running server: no host of its own network can be reached through it.
    pub fn new() -> reqwest::Result<Self> {
        Self::allowing(is_public)
    }

    /// With a rule of its own: tests have their server on this machine.
    pub fn allowing(allow: Allow) -> reqwest::Result<Self> {
        choose_crypto();
        let follow = Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS_MAX || !may_ask(attempt.url(), allow) {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .no_proxy()
            .timeout(TIMEOUT)
            .redirect(follow)
            .referer(false)
            .user_agent("Rapport")
            .dns_resolver(Guarded(allow))
            .build()?;
        Ok(Self { client, allow })
    }

    /// The body of `address`, if it answers with at most `max` bytes. What it says of the body's
    /// type is not passed on: a stranger said so.
    pub async fn get(&self, address: &str, max: usize) -> Result<Vec<u8>, AppError> {
        let url = Url::parse(address).ok().filter(|url| may_ask(url, self.allow));
        let url = url.ok_or(AppError::NotFound)?;
        let unreachable = |error: reqwest::Error| {
            tracing::debug!(%error, "an outside address did not answer");
            AppError::NotFound
        };
        let mut answer = self.client.get(url).send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            return Err(AppError::NotFound);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > max {
                return Err(AppError::NotFound);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Sends `body` to `address`; answers the status, and reads nothing of what is said.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<u16, AppError> {
        let url = Url::parse(address).ok().filter(|url| may_ask(url, self.allow));
        let mut request = self.client.post(url.ok_or(AppError::NotFound)?).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.map_err(|error| {
            tracing::debug!(%error, "an outside address did not answer");
            AppError::NotFound
        })?;
        Ok(answer.status().as_u16())
    }

    /// The picture at `address`, if there is one of at most `max` bytes: type and bytes.
    pub async fn picture(
        &self,
        address: &str,
        max: usize,
    ) -> Result<(&'static str, Vec<u8>), AppError> {
        let bytes = self.get(address, max).await?;
        let kind = picture_kind(&bytes).ok_or(AppError::NotFound)?;
        Ok((kind, bytes))
    }
}

/// The type of a picture that cannot hold a script, by its first bytes.
fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Names the library that does TLS; call it before making a client. The one that the rest of
/// this program has in it already.
pub fn choose_crypto() {
    // Fails when it was chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Web addresses without a password in them. A number in place of a name never reaches the
/// resolver, so it is checked here.
fn may_ask(url: &Url, allow: Allow) -> bool {
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    let host = url.host_str().map(|host| host.trim_matches(['[', ']']));
    web && host.is_some_and(|host| host.parse().map_or(true, allow))
}

struct Guarded(Allow);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|found| allow(found.ip())).collect();
            if allowed.is_empty() {
                return Err("no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet, whatever it is wrapped in.
pub fn is_public(ip: IpAddr) -> bool {
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
        let may = |address: &str| may_ask(&Url::parse(address).expect(address), is_public);
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
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(!may(address), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_asked() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = tokio::spawn(async move { listener.accept().await.is_ok() });
        let http = HttpClient::new().expect("a client");
        let answer = http.get(&format!("http://localhost:{port}/"), 1_000).await;
        assert_eq!(answer.unwrap_err(), AppError::NotFound);
        assert!(!asked.is_finished());
        asked.abort();
    }
}
