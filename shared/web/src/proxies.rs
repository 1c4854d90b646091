//! Where a request comes from when proxies stand in between.
//!
//! A proxy says whose request it passes on in `X-Forwarded-For`, adding the address it was connected from at the end. Anybody can send
//! such a header, so it is believed as far as proxies we were told of wrote it: from the end on, and no further than the first address that is
//! not such a proxy's.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Proxies one after another: a service worker, a content network, a load balancer, a front; and as many again.
const HOPS_MAX: usize = 8;

/// An address, or a network of addresses: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// So many bits of it count.
    bits: u32,
}

/// What is no address or network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address or network: write 10.0.0.7, 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError(String);

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            // Where no bit counts, the shift is by all of them: everybody is inside.
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(Ipv4Addr::BITS - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(Ipv6Addr::BITS - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, bits) = match text.split_once('/') {
            None => (text, None),
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| wrong())?)),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let address = if bits.is_none() { address.to_canonical() } else { address };
        let whole = if address.is_ipv4() { Ipv4Addr::BITS } else { Ipv6Addr::BITS };
        let bits = bits.unwrap_or(whole);
        if bits > whole { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Proxies of whom it is believed what they say of the caller. By default there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Those of these networks.
    pub fn of(networks: impl IntoIterator<Item = Network>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Those of this machine: right for a service that listens on this machine alone.
    pub fn of_this_machine() -> Self {
        let loopback = [(Ipv4Addr::new(127, 0, 0, 0).into(), 8), (Ipv6Addr::LOCALHOST.into(), Ipv6Addr::BITS)];
        Self::of(loopback.map(|(address, bits)| Network { address, bits }))
    }

    /// Whether one of them has this address.
    pub fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.holds(address))
    }

    /// Whose request this is, when it came over a connection from `peer`.
    pub fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut source = peer.to_canonical();
        if !self.has(source) {
            return source;
        }
        let said: Vec<_> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        for hop in said.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS_MAX) {
            // What is no address was written by no proxy of ours.
            let Some(address) = address_in(hop.trim()) else { break };
            source = address;
            if !self.has(source) {
                break;
            }
        }
        source
    }
}

/// Some proxies add the port.
fn address_in(hop: &str) -> Option<IpAddr> {
    let plain = hop.parse::<IpAddr>().ok();
    plain.or_else(|| hop.parse::<SocketAddr>().ok().map(|with_port| with_port.ip())).map(|found| found.to_canonical())
}

/// Whose request it is, as far as that can be believed: for counting attempts, and for nothing that gives a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(pub IpAddr);

/// Notes the [`Source`] of every request.
pub async fn note_source(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(peer) = peer {
        let source = proxies.source(peer, request.headers());
        request.extensions_mut().insert(Source(source));
    }
    next.run(request).await
}
