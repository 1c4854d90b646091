//! Headers that belong to one connection alone, and what services are told of the caller.

use std::net::IpAddr;

use dossier_web::proxies::TrustedProxies;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// [RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110.html#section-7.6.1): of this connection, and not passed on.
/// `Expect` is answered here.
const OF_THE_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// What callers could say of themselves in other words.
const OTHER_WORDS: [HeaderName; 4] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-real-ip"),
];

/// Takes away what belongs to one connection alone, and what `Connection` names.
pub(super) fn strip_connection(headers: &mut HeaderMap) {
    let named: Vec<_> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        .collect();
    for name in named.iter().chain(&OF_THE_CONNECTION) {
        headers.remove(name);
    }
}

/// Says where the request comes from. What the caller says of itself is not believed, unless it is a proxy that we were told of.
pub(super) fn introduce(headers: &mut HeaderMap, peer: IpAddr, behind: &TrustedProxies) {
    OTHER_WORDS.iter().for_each(|name| drop(headers.remove(name)));
    let address = peer.to_canonical().to_string();
    if !behind.has(peer) {
        [FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST].iter().for_each(|name| drop(headers.remove(name)));
    }
    let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let way: Vec<_> = said.chain([address.as_str()]).collect();
    if let Ok(way) = HeaderValue::from_str(&way.join(", ")) {
        headers.insert(FORWARDED_FOR, way);
    }
    headers.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static("http"));
    if let Some(host) = headers.get(header::HOST).cloned() {
        headers.entry(FORWARDED_HOST).or_insert(host);
    }
}
