//! Whether a form was sent by a page of ours.

use http::{HeaderMap, HeaderName, Uri, header};

/// [Fetch metadata](https://www.w3.org/TR/fetch-metadata/): a browser says where a request comes from, and no page can change it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the request comes from a page of this site. Browsers since 2023 say so themselves; older ones name the origin of the page, which has to be the
/// host that was asked. Who says neither is no browser with a form of ours.
pub fn is_from_here(headers: &HeaderMap) -> bool {
    let one = |name: &HeaderName| {
        let mut values = headers.get_all(name).into_iter();
        let first = values.next().and_then(|value| value.to_str().ok());
        if values.next().is_some() { None } else { first }
    };
    if headers.contains_key(SEC_FETCH_SITE) {
        return one(&SEC_FETCH_SITE) == Some("same-origin");
    }
    let Some(origin) = one(&header::ORIGIN).and_then(|text| text.parse::<Uri>().ok()) else { return false };
    let host = one(&header::HOST);
    host.is_some() && origin.authority().map(http::uri::Authority::as_str) == host
}
