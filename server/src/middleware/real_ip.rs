//! Who is calling, when a proxy may stand in between.

use crate::config::Config;
use crate::middleware::device;
use axum::http::{HeaderMap, header};
use rapport_domain::session::Device;
use rapport_domain::text;
pub use rapport_intake::addresses::subscriber;
use std::net::{IpAddr, SocketAddr};

/// The caller's address: the connection's, or behind a trusted proxy the rightmost
/// address in X-Forwarded-For that is not itself a trusted proxy.
pub fn real_ip(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let trusted = |ip: &IpAddr| config.trusted_proxies.contains(ip);
    if !trusted(&peer.ip()) {
        return peer.ip();
    }
    headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|ip| ip.trim().parse().ok())
        .rfind(|ip| !trusted(ip))
        .unwrap_or(peer.ip())
}

/// From where a request was sent: the caller's address, and its program as it calls itself.
pub fn device(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> Device {
    Device {
        country: country(config, peer, headers).unwrap_or_default(),
        mark: device::mark_of(headers).unwrap_or_default(),
        ..device_at(real_ip(config, peer, headers), headers)
    }
}

/// Address and program alone, where the address is known already.
pub fn device_at(ip: IpAddr, headers: &HeaderMap) -> Device {
    let agent = headers.get(header::USER_AGENT).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let agent = text::clean_line(&agent.unwrap_or_default());
    Device { address: ip.to_string(), agent, ..Device::default() }
}

/// The country that a trusted proxy says in the header which the operator named.
fn country(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> Option<String> {
    let name = config.country_header.as_deref()?;
    if !config.trusted_proxies.contains(&peer.ip()) {
        return None;
    }
    let header = headers.get(name)?.to_str().ok()?.trim();
    let fits = header.len() == 2 && header.chars().all(|c| c.is_ascii_alphabetic());
    // Proxies say XX for what they do not know.
    fits.then(|| header.to_ascii_uppercase()).filter(|code| code != "XX")
}
