//! What a write asks for, by whom and how: the body with the digest of the request, and the headers that belong to it.

use axum::{
    body::HttpBody as _,
    extract::{FromRequest, FromRequestParts, Request},
};
use dossier_proto::Digest;
use dossier_web::{
    Problem, digest_of_request,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson},
};
use http::{header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use super::App;

/// Who asks, and under which conditions.
pub(crate) struct Asker {
    pub(crate) bearer: Bearer,
    pub(crate) key: IdempotencyKey,
    pub(crate) if_match: IfMatch,
}

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            bearer: Bearer::from_request_parts(parts, app).await?,
            key: IdempotencyKey::from_request_parts(parts, app).await?,
            if_match: IfMatch::from_request_parts(parts, app).await?,
        })
    }
}

impl Asker {
    /// Somebody with a form of ours, which does it once however often it is sent.
    pub(crate) const fn of_form(bearer: Bearer, key: String) -> Self {
        Self { bearer, key: IdempotencyKey(Some(key)), if_match: IfMatch::Absent }
    }
}

/// A body of JSON, and the digest of the whole request: the same idempotency key with another one is refused.
pub(crate) struct Asked<T> {
    pub(crate) body: T,
    pub(crate) digest: Digest,
}

/// A body that says nothing: none at all, or `{}`.
#[derive(Debug, Clone, Copy, Default, Serialize, serde::Deserialize)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned + Serialize> Asked<T> {
    /// What a form of ours asks for; `path` is its address.
    pub(crate) fn of_form(path: &str, body: T) -> Self {
        let digest = digest_of_request("POST", path, &body);
        Self { body, digest }
    }

    fn new(parts: &Parts, body: T) -> Self {
        let digest = digest_of_request(parts.method.as_str(), parts.uri.path(), &body);
        Self { body, digest }
    }
}

impl<T: DeserializeOwned + Serialize> FromRequest<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let StrictJson(body) = StrictJson::from_request(Request::from_parts(parts.clone(), body), app).await?;
        Ok(Self::new(&parts, body))
    }
}

/// For commands that need no words: a request without a body is as good as `{}`.
pub(crate) struct Bare(pub(crate) Asked<Nothing>);

impl FromRequest<App> for Bare {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let is_empty = request.body().is_end_stream() && !request.headers().contains_key(header::CONTENT_TYPE);
        if !is_empty {
            return Asked::from_request(request, app).await.map(Self);
        }
        let (parts, _) = request.into_parts();
        Ok(Self(Asked::new(&parts, Nothing {})))
    }
}
