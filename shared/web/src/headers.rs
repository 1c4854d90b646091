//! Headers of every answer: what a browser may do with it, and who may keep it.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};
use http::{HeaderName, HeaderValue, header};
use std::convert::Infallible;

/// Pages load their stylesheet, their script and pictures from here, and nothing from anywhere else; nothing inline runs.
/// Forms go here only, and no page is shown in another's frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// On every answer. `same-origin` as the referrer policy, so that addresses of drafts go to nobody else.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Who may keep an answer, and how long. A handler returns it beside its body; an answer that says nothing is private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// For the caller alone, and not kept: whatever needs a token.
    Private,
    /// Public JSON: anybody keeps it and asks each time whether it is still so (`ETag`).
    PublicJson,
    /// Public pages: as public JSON, one for each language.
    PublicPage,
    /// Its address holds its digest: kept for ever.
    Immutable,
}

impl Cache {
    /// `Cache-Control` and `Vary`.
    pub const fn values(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Private => ("no-store", None),
            Self::PublicJson => ("public, no-cache", Some("Accept, Authorization")),
            Self::PublicPage => ("public, no-cache", Some("Accept, Accept-Language, Authorization, Cookie")),
            Self::Immutable => ("public, max-age=31536000, immutable", None),
        }
    }
}

impl IntoResponseParts for Cache {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        let (control, vary) = self.values();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
        if let Some(vary) = vary {
            response.headers_mut().insert(header::VARY, HeaderValue::from_static(vary));
        }
        Ok(response)
    }
}

impl IntoResponse for Cache {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}

/// A layer (`axum::middleware::from_fn`) that gives every answer its headers. What says nothing about caching is private.
pub async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(Cache::Private.values().0));
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use http::{HeaderMap, Request, header};
    use tower::ServiceExt;

    use super::{Cache, security_headers};
    use crate::remember_language;

    async fn ask(address: &str, cookie: &str) -> HeaderMap {
        let app: Router = Router::new()
            .route("/private", get(async || "x"))
            .route("/mine", get(async || (Cache::Private, "x")))
            .route("/page", get(async || (Cache::PublicPage, "x")))
            .layer(from_fn(remember_language))
            .layer(from_fn(security_headers));
        let request = Request::get(address).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        app.oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn every_answer_is_guarded_and_what_says_nothing_is_private() {
        for address in ["/private", "/nowhere"] {
            let headers = ask(address, "").await;
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{address}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        }
        assert_eq!(ask("/page", "").await[header::CACHE_CONTROL], "public, no-cache");
    }

    #[tokio::test]
    async fn a_chosen_language_is_kept_and_such_an_answer_is_not_shared() {
        let chosen = ask("/page?lang=ar", "").await;
        assert_eq!(chosen[header::SET_COOKIE], "lang=ar; Path=/; Max-Age=31536000; SameSite=Lax");
        assert_eq!(chosen[header::CACHE_CONTROL], "private, no-cache");
        for (address, cookie) in [("/page", ""), ("/page?lang=xx", ""), ("/page?lang=ar", "lang=ar")] {
            assert!(!ask(address, cookie).await.contains_key(header::SET_COOKIE), "{address} {cookie}");
        }
        for private in ["/mine?lang=ar", "/private?lang=ar"] {
            assert_eq!(
                ask(private, "").await[header::CACHE_CONTROL],
                "no-store",
                "{private}: choosing a language lets nobody keep it"
            );
        }
        let injected = ask("/page?lang=ar%0d%0aSet-Cookie:x", "").await;
        assert!(!injected.contains_key(header::SET_COOKIE));
    }
}
