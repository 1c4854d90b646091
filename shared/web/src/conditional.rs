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

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::{answer, is_known};
    use crate::{Cache, Part, Tag};

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_known_version_is_not_sent_again_and_anything_unclear_is() {
        let tag = Tag::Version(Part::Edition, 3);
        let known: [&[&[u8]]; 5] =
            [&[b"\"e3\""], &[b"W/\"e3\""], &[b"\"e2\", \"e3\""], &[b"\"e2\"", b"\"e3\""], &[b" * "]];
        for values in known {
            assert!(is_known(&headers(values), &tag), "{values:?}");
        }
        let unknown: [&[&[u8]]; 7] =
            [&[], &[b""], &[b"\"e2\""], &[b"\"d3\""], &[b"e3"], &[b"\"e3"], &[b"\"e3\"", b"\xff"]];
        for values in unknown {
            assert!(!is_known(&headers(values), &tag), "{values:?}");
        }
    }

    #[test]
    fn both_answers_carry_the_tag_and_the_rules_for_keeping() {
        let tag = Tag::of_bytes(b"list");
        let tag_text = tag.to_string();
        for (known, status) in [("\"x\"", StatusCode::OK), (tag_text.as_str(), StatusCode::NOT_MODIFIED)] {
            let response = answer(&headers(&[known.as_bytes()]), &tag, Cache::PublicPage, || "list");
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[header::ETAG], tag_text.as_str());
            assert_eq!(response.headers()[header::CACHE_CONTROL], "public, no-cache");
            assert!(response.headers()[header::VARY].to_str().unwrap().contains("Accept-Language"));
        }
    }

    #[test]
    fn what_is_known_is_not_even_made() {
        let tag = Tag::Version(Part::Draft, 1);
        let response = answer(&headers(&[b"\"d1\""]), &tag, Cache::Private, || -> &str { panic!("it was made") });
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}
