//! `If-None-Match`: an answer the caller has already is not sent again.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::{
    etag::{self, Tag},
    headers::Cache,
};

/// Whether the caller has the version with this tag. A header that cannot be read matches nothing: then all is sent,
/// which is never wrong. Weak comparison, as [RFC 9110, section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)
/// asks.
pub fn is_known(headers: &HeaderMap, tag: &Tag) -> bool {
    let values: Option<Vec<_>> =
        headers.get_all(header::IF_NONE_MATCH).into_iter().map(|value| value.to_str().ok()).collect();
    let text = values.unwrap_or_default().join(",");
    if text.trim() == "*" {
        return true;
    }
    etag::list(&text).is_ok_and(|listed| listed.iter().any(|listed| listed.tag == *tag))
}

/// The answer to a read: 304 when the caller has it already, else what `body` gives. Both carry the tag and the rules
/// for keeping it.
pub fn answer<B: IntoResponse>(headers: &HeaderMap, tag: &Tag, cache: Cache, body: impl FnOnce() -> B) -> Response {
    let etag = [(header::ETAG, tag.header_value())];
    if is_known(headers, tag) {
        return (StatusCode::NOT_MODIFIED, cache, etag).into_response();
    }
    (cache, etag, body()).into_response()
}
