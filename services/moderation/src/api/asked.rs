//! What a write asks for, by whom and how: the body with the digest of the request, and the headers that belong to it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequest, FromRequestParts, Request},
};
use dossier_proto::Digest;
use dossier_web::{
    Problem,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson},
};
use http::{header, request::Parts};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

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

/// A body of JSON, and SHA-256 of method, path and the body's bytes: the same idempotency key with another one is
/// refused.
pub(crate) struct Asked<T> {
    pub(crate) body: T,
    pub(crate) digest: Digest,
}

/// A body that says nothing: none at all, or `{}`.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let begun = begun(&parts);
        let hash = Arc::new(Mutex::new(begun));
        let seen = Arc::clone(&hash);
        let body = body.map_frame(move |frame| {
            if let Some(data) = frame.data_ref() {
                seen.lock().unwrap_or_else(PoisonError::into_inner).update(data);
            }
            frame
        });
        let StrictJson(body) = StrictJson::from_request(Request::from_parts(parts, Body::new(body)), app).await?;
        let hash = hash.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Self { body, digest: Digest(hash.finalize().into()) })
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
        let digest = Digest(begun(&parts).finalize().into());
        Ok(Self(Asked { body: Nothing {}, digest }))
    }
}

fn begun(parts: &Parts) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update([0]);
    hash.update(parts.uri.path());
    hash.update([0]);
    hash
}
